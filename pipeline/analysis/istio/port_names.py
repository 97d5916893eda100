"""Ports of Services whose protocol Istio has to guess: neither name nor appProtocol says it."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.istio.protocols import protocol_of
from pipeline.analysis.mesh.settings import MESH, mesh_of
from pipeline.loose import text
from pipeline.model import Diagnostic
from pipeline.model.messages import traffic as messages

_PORTS = Fields((("spec.ports.*", None),))
_SYSTEM = "kube-system"


class PortNames:
    """Reports names that begin with no protocol."""

    metadata = Metadata(
        name="port-names",
        description="Ports of Services that do not say their protocol.",
        codes=frozenset({messages.PORT_UNNAMED.code, messages.EXTERNAL_PORT_OPAQUE.code}),
        handles=frozenset({kinds.SERVICE}),
        indexes=frozenset({MESH}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each port; those of the control plane are its own concern."""
        found = list(_unnamed(subject))
        own = (_SYSTEM, mesh_of(subject.reader).root) if found else ()
        if subject.resource.key.namespace not in own:
            yield from found


def _unnamed(subject: Subject) -> Iterator[Diagnostic]:
    key = subject.resource.key
    external = text(subject.document.body.get("spec"), "type") == "ExternalName"
    for path, port, _ in _PORTS.match(subject.document.body):
        protocol = protocol_of(port)
        shown = text(port, "name") or "no name"
        if external and protocol in ("", "tcp"):
            yield messages.EXTERNAL_PORT_OPAQUE.report(key=key, path=path, name=shown)
        elif not external and not protocol and text(port, "protocol", "TCP") == "TCP":
            yield messages.PORT_UNNAMED.report(key=key, path=path, name=shown)
