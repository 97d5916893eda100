"""Ports of Services whose protocol Istio has to guess: neither name nor appProtocol says it."""

from collections.abc import Iterator
from typing import Any

from pipeline.analysis import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields, text
from pipeline.model import Diagnostic
from pipeline.model.messages import traffic as messages

_PORTS = Fields((("spec.ports.*", None),))
_PROTOCOLS = frozenset(
    {
        *("http", "http2", "https", "grpc", "grpc-web", "tls", "tcp", "udp"),
        *("mongo", "redis", "mysql", "hbone"),
    }
)
_SYSTEM = frozenset({"istio-system", "kube-system"})


class PortNames:
    """Reports names that begin with no protocol."""

    metadata = Metadata(
        name="port-names",
        description="Ports of Services that do not say their protocol.",
        codes=frozenset({messages.PORT_UNNAMED.code, messages.EXTERNAL_PORT_OPAQUE.code}),
        handles=frozenset({kinds.SERVICE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each port."""
        key = subject.resource.key
        if key.namespace in _SYSTEM:
            return
        external = text(subject.document.body.get("spec"), "type") == "ExternalName"
        for path, port, _ in _PORTS.match(subject.document.body):
            protocol = _protocol(port)
            shown = text(port, "name") or "no name"
            if external and protocol in ("", "tcp"):
                yield messages.EXTERNAL_PORT_OPAQUE.report(key=key, path=path, name=shown)
            elif not external and not protocol and text(port, "protocol", "TCP") == "TCP":
                yield messages.PORT_UNNAMED.report(key=key, path=path, name=shown)


def _protocol(port: Any) -> str:
    """What a port is said to speak; empty if that cannot be told."""
    said = text(port, "appProtocol").lower().rpartition("/")[2]
    if said:
        return said
    name = text(port, "name").lower()
    known = (each for each in _PROTOCOLS if name == each or name.startswith(f"{each}-"))
    return max(known, key=len, default="")
