"""The ports of a Service as a ServiceEntry has them: each number once, each with a name.

Pilot discards a whole entry for one port without a name, for a protocol that it does not know, and
for a number that occurs twice, which the DNS of every cluster has.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.loose import inside, is_port, text
from pipeline.schema.formats import is_dns_label

_PROTOCOLS = {
    name.lower(): name
    for name in (
        "GRPC", "GRPC-Web", "HTTP", "HTTP2", "HTTPS", "Mongo", "MySQL", "Redis", "TCP", "TLS", "UDP"
    )
}  # fmt: skip
"""What the first part of a port's name may be, and how Istio writes it."""

_STANDARD = {
    "kubernetes.io/h2c": "HTTP2",
    "kubernetes.io/ws": "HTTP",
    "kubernetes.io/wss": "HTTPS",
}
"""What Kubernetes itself has names for among application protocols."""

_SERVER_FIRST = frozenset({25, 53, 3306, 27017})
"""Numbers at which servers speak first, or not as a proxy expects: nothing is to be detected."""

_TRANSPORTS = ("TCP", "UDP")
"""What a proxy can carry, the preferred one first; SCTP is left out."""


class Port(NamedTuple):
    """One port of a Service."""

    number: int
    given: str
    """The name that the Service has for it, by which endpoints know it; may be empty."""
    name: str
    """The name that the entry has for it."""
    protocol: str
    """As Istio writes it; empty where the Service does not say it, and a proxy may detect it."""

    def described(self) -> dict[str, Any]:
        """As an entry lists it."""
        told = {"protocol": self.protocol} if self.protocol else {}
        return {"number": self.number, "name": self.name, **told}


def is_port_name(value: Any) -> bool:
    """Whether a port can be called so; one may go without a name."""
    return value in (None, "") or (type(value) is str and is_dns_label(value))


def ports_of(ports: Iterable[Any]) -> tuple[Port, ...]:
    """The ports in the order of the Service; of two with one number the one for TCP."""
    found: dict[int, tuple[str, Port]] = {}
    for transport, port in _usable(ports):
        held = found.get(port.number)
        if held is None or _TRANSPORTS.index(transport) < _TRANSPORTS.index(held[0]):
            found[port.number] = (transport, port)
    return tuple(port for _, port in found.values())


def _usable(ports: Iterable[Any]) -> Iterator[tuple[str, Port]]:
    for each in ports:
        number, transport = inside(each, "port"), text(each, "protocol", "TCP")
        if is_port(number) and transport in _TRANSPORTS:
            given = text(each, "name")
            name = given or f"{transport.lower()}-{number}"
            yield transport, Port(number, given, name, _protocol(each, number, transport))


def _protocol(port: Mapping[str, Any], number: int, transport: str) -> str:
    """`appProtocol` first, then the first part of the name, as Istio reads them."""
    if transport == "UDP":
        return transport
    said = text(port, "appProtocol")
    if said in _STANDARD:
        return _STANDARD[said]
    said = (said or text(port, "name")).lower()
    first = "grpc-web" if said.startswith("grpc-web") else said.partition("-")[0]
    return _PROTOCOLS.get(first, "TCP" if number in _SERVER_FIRST else "")
