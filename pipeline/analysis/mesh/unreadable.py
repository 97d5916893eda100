"""Settings of a mesh that cannot be read, so that the control plane does not start with them."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.mesh.settings import is_mesh, problem_of
from pipeline.model import Diagnostic
from pipeline.model.messages import mesh as messages


class Unreadable:
    """Reports a MeshConfig that is no YAML, or no mapping."""

    metadata = Metadata(
        name="mesh-config",
        description="A MeshConfig that cannot be read.",
        codes=frozenset({messages.MESH_UNREADABLE.code}),
        handles=frozenset({kinds.CONFIG_MAP}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Read it, if the ConfigMap is one that holds it."""
        if is_mesh(subject.resource) and (problem := problem_of(subject.resource)):
            yield messages.MESH_UNREADABLE.report(
                key=subject.resource.key, path=("data", "mesh"), problem=problem
            )
