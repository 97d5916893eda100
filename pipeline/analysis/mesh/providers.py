"""Providers that a policy names and the mesh does not have."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.mesh.settings import MESH, Mesh, mesh_of
from pipeline.loose import inside, items, text
from pipeline.model import Diagnostic, Path
from pipeline.model.messages import mesh as messages

_PROVIDERS = Fields(
    (f"spec.{part}.*.providers.*", None) for part in ("accessLogging", "metrics", "tracing")
)
_AUTHORIZING = frozenset({"envoyExtAuthzGrpc", "envoyExtAuthzHttp"})
_RETIRED = frozenset({"lightstep"})


class Providers:
    """Reports names of providers that lead nowhere, and logs that go nowhere."""

    metadata = Metadata(
        name="providers",
        description="Providers of authorization and telemetry that the mesh does not have.",
        codes=frozenset(
            each.code
            for each in (
                messages.AUTHORIZER_UNKNOWN,
                messages.PROVIDER_UNKNOWN,
                messages.LOGS_NOWHERE,
                messages.PROVIDER_RETIRED,
            )
        ),
        handles=frozenset({kinds.AUTHORIZATION_POLICY, kinds.TELEMETRY}),
        indexes=frozenset({MESH}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare with the providers of the mesh, where somebody holds its settings."""
        if subject.resource.key.collection == kinds.AUTHORIZATION_POLICY:
            yield from _authorizer(subject)
        else:
            yield from _telemetry(subject)


def _authorizer(subject: Subject) -> Iterator[Diagnostic]:
    spec = subject.document.body.get("spec")
    if text(spec, "action") != "CUSTOM":
        return
    mesh, name = mesh_of(subject.reader), text(inside(spec, "provider"), "name")
    if mesh.held and mesh.providers.get(name) not in _AUTHORIZING:
        yield messages.AUTHORIZER_UNKNOWN.report(
            key=subject.resource.key,
            path=("spec", "provider"),
            related=[mesh.held],
            level=subject.doubt,
            name=name or "without a name",
            config=_shown(mesh),
        )


def _telemetry(subject: Subject) -> Iterator[Diagnostic]:
    mesh, mine = mesh_of(subject.reader), subject.resource.key
    if mesh.held is None:
        return
    common: dict[str, Any] = {"key": mine, "related": [mesh.held], "level": subject.doubt}
    for path, provider, _ in _PROVIDERS.match(subject.document.body):
        name = text(provider, "name")
        if name and name not in mesh.providers:
            yield messages.PROVIDER_UNKNOWN.report(
                **common, path=(*path, "name"), name=name, config=_shown(mesh)
            )
        elif mesh.providers.get(name) in _RETIRED:
            yield messages.PROVIDER_RETIRED.report(
                key=mine, path=(*path, "name"), related=[mesh.held], name=name
            )
    for path in () if mesh.logs_by_default else _nowhere(subject):
        yield messages.LOGS_NOWHERE.report(**common, path=path)


def _nowhere(subject: Subject) -> Iterator[Path]:
    """Access logs that are switched on without a provider."""
    for at, each in enumerate(items(subject.document.body, "spec", "accessLogging")):
        if inside(each, "disabled") is not True and not items(each, "providers"):
            yield ("spec", "accessLogging", at)


def _shown(mesh: Mesh) -> str:
    return f"{mesh.held.namespace}/{mesh.held.name}" if mesh.held else ""
