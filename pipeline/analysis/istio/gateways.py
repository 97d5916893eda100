"""Two Gateways that open one port for the same hosts on the same workloads: only one is served."""

from collections.abc import Iterator
from typing import Any

from pipeline.analysis import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields, text
from pipeline.model import Diagnostic, Document, Key, Path, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index

_SERVERS = Fields((("spec.servers.*", None),))
_SELECTOR = Fields((("spec.selector", None),))


def _place(document: Document, server: Any) -> str:
    """What two servers must have in common to meet: workloads, address, port; empty if it cannot be
    told."""
    port = server.get("port") if isinstance(server, dict) else None
    number = port.get("number") if isinstance(port, dict) else None
    selectors = [value for _, value, _ in _SELECTOR.match(document.body) if isinstance(value, dict)]
    if not isinstance(number, int) or not selectors:
        return ""
    labels = ",".join(f"{name}={value}" for name, value in sorted(selectors[0].items()))
    return f"{labels} {text(server, 'bind')} {number}"


def _places(_resource: Resource, document: Document) -> Iterator[str]:
    for _, server, _ in _SERVERS.match(document.body):
        if place := _place(document, server):
            yield place


GATEWAY_BY_PLACE = Index("gateway-by-workloads-and-port", kinds.GATEWAY, _places)


class Gateways:
    """Reports hosts that another Gateway serves at the same place."""

    metadata = Metadata(
        name="gateways",
        description="Gateways that open the same port of the same workloads for the same hosts.",
        codes=frozenset({messages.GATEWAYS_CONFLICT.code}),
        handles=frozenset({kinds.GATEWAY}),
        indexes=frozenset({GATEWAY_BY_PLACE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare each server with those of other gateways at its place."""
        mine = subject.resource.key
        for path, server, _ in _SERVERS.match(subject.document.body):
            place = _place(subject.document, server)
            if not place:
                continue
            found = subject.reader.find(GATEWAY_BY_PLACE, place)
            others = {other.key: other.document() for other in found if other.key != mine}
            yield from _compared(mine, path, server, place, others)


def _compared(
    mine: Key, path: Path, server: Any, place: str, others: dict[Key, Document]
) -> Iterator[Diagnostic]:
    for at, host in server_hosts(server, mine.namespace):
        rivals = [key for key, document in others.items() if host in _served(key, document, place)]
        if rivals:
            yield messages.GATEWAYS_CONFLICT.report(
                key=mine,
                path=(*path, "hosts", at),
                related=rivals,
                host=host.partition("/")[2],
                port=place.rpartition(" ")[2],
                others=", ".join(f"{each.namespace}/{each.name}" for each in rivals),
            )


def _served(key: Key, document: Document, place: str) -> set[str]:
    """What another gateway serves at a place."""
    servers = (server for _, server, _ in _SERVERS.match(document.body))
    there = (server for server in servers if _place(document, server) == place)
    return {host for server in there for _, host in server_hosts(server, key.namespace)}


def server_hosts(server: Any, namespace: str) -> Iterator[tuple[int, str]]:
    """Position and host of a server, as `namespace/host`; `*` is any namespace."""
    listed = server.get("hosts") if isinstance(server, dict) else None
    for at, host in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(host, str):
            place, slash, name = host.partition("/")
            place = (namespace if place == "." else place) if slash else "*"
            yield at, f"{place}/{(name if slash else host).lower()}"
