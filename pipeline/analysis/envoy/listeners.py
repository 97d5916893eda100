"""Two listeners on one address: an Envoy takes the first and refuses the second.

Two that are meant for different Envoys are no mistake, so it is a warning. A listener that opens no
port of its own, or lets the system choose one, is in nobody's way.
"""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.envoy.spelling import held, said, spelled
from pipeline.analysis.others import conflict, other_keys
from pipeline.loose import items, mapping
from pipeline.model import Diagnostic, Document, Path, Resource
from pipeline.model.messages import envoy as messages
from pipeline.stage import Index

_SOCKET = "socket_address"


def _addresses(document: Document) -> Iterator[tuple[Path, str]]:
    """What a listener opens, with the path."""
    spec = mapping(document.body.get("spec"))
    if held(spec, "bind_to_port") is False:
        return
    places: list[tuple[Path, Any]] = [(("spec", "address"), held(spec, "address"))]
    more = spelled(spec, "additional_addresses")
    for at, each in enumerate(items(spec, more)):
        places.append((("spec", more, at, "address"), held(each, "address")))
    for path, address in places:
        if shown := _shown(address):
            yield path, shown


def _shown(address: Any) -> str:
    """`TCP 0.0.0.0:80`, or the path of a pipe; empty: it is none that two could want."""
    if pipe := said(held(address, "pipe"), "path"):
        return pipe
    socket = held(address, _SOCKET)
    port, host = held(socket, "port_value"), said(socket, "address")
    if not host or not isinstance(port, int | str) or port in (0, "0"):
        return ""
    protocol = held(socket, "protocol")
    return f"{'UDP' if protocol in ('UDP', 1) else 'TCP'} {host}:{port}"


def _values(_resource: Resource, document: Document) -> Iterator[str]:
    return (address for _, address in _addresses(document))


LISTENER_BY_ADDRESS = Index("envoy-listener-by-address", kinds.ENVOY_LISTENER, _values)


class EnvoyListeners:
    """Reports listeners whose address another one has."""

    metadata = Metadata(
        name="envoy-listeners",
        description="Listeners of Envoy that open one address.",
        codes=frozenset({messages.ADDRESS_TAKEN.code}),
        handles=frozenset({kinds.ENVOY_LISTENER}),
        indexes=frozenset({LISTENER_BY_ADDRESS}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look up each address."""
        mine = subject.resource.key
        for path, address in _addresses(subject.document):
            found = subject.reader.find(LISTENER_BY_ADDRESS, address)
            if others := other_keys(found, mine):
                yield conflict(messages.ADDRESS_TAKEN, mine, path, others, address=address)
