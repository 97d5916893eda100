"""Names that are given: of some kinds there is one resource, and it is called `default`."""

from collections.abc import Iterator

from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.legacy import kinds as old
from pipeline.loose import items
from pipeline.model import Diagnostic
from pipeline.model.messages import legacy as messages

_DEFAULT = "default"
_SINGLE = frozenset({old.CLUSTER_RBAC_CONFIG, old.MESH_POLICY, old.RBAC_CONFIG})


class Names:
    """Reports names and targets that do not go together."""

    metadata = Metadata(
        name="legacy-names",
        description="Authentication policies and RBAC configurations of a wrong name.",
        codes=frozenset({messages.NAME_NOT_DEFAULT.code}),
        handles=_SINGLE | {old.POLICY},
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare the name with what the resource is for."""
        key = subject.resource.key
        is_default = key.name == _DEFAULT
        has_targets = bool(items(subject.document.body, "spec", "targets"))
        if key.collection in _SINGLE and not is_default:
            problem = "there is only one, which is called default"
        elif key.collection == old.POLICY and is_default == has_targets:
            problem = (
                "the one called default is for its whole namespace and has no targets"
                if has_targets
                else "without targets it is for its whole namespace and is called default"
            )
        elif key.collection == old.MESH_POLICY and has_targets:
            problem = "it is for the whole mesh and has no targets"
        else:
            return
        path = ("spec", "targets") if is_default else ("metadata", "name")
        yield messages.NAME_NOT_DEFAULT.report(key=key, path=path, problem=problem)
