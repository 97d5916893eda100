"""Two Gateways that open one port for the same hosts on the same workloads: only one is served."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.others import conflict, other_keys
from pipeline.loose import inside, items, text
from pipeline.model import Diagnostic, Document, Level, Path, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index

_MERGED = frozenset({"GRPC", "GRPC-WEB", "HTTP", "HTTP2"})
"""Protocols of which a gateway takes the servers of one port together (`MergeGateways` of Pilot);
what is encrypted it tells apart by the host, and passes over what is there twice."""


def _place(document: Document, server: Any) -> str:
    """What two servers must have in common to meet: workloads, address, port; empty if it cannot be
    told."""
    number = inside(server, "port", "number")
    selector = inside(document.body, "spec", "selector")
    if not isinstance(number, int) or not isinstance(selector, dict):
        return ""
    labels = ",".join(f"{name}={value}" for name, value in sorted(selector.items()))
    return f"{labels} {text(server, 'bind')} {number}"


def _opened(resource: Resource, document: Document) -> Iterator[str]:
    for _, server in servers(document):
        if place := _place(document, server):
            for _, host in server_hosts(server, resource.key.namespace):
                yield f"{place} {host}"


GATEWAY_BY_PLACE = Index("gateway-by-workloads-port-and-host", kinds.GATEWAY, _opened)


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
        """Look up each host of each server."""
        for path, server in servers(subject.document):
            if place := _place(subject.document, server):
                yield from _shared(subject, path, server, place)


def _shared(subject: Subject, path: Path, server: Any, place: str) -> Iterator[Diagnostic]:
    mine = subject.resource.key
    is_merged = text(inside(server, "port"), "protocol").upper() in _MERGED
    for at, host in server_hosts(server, mine.namespace):
        others = other_keys(subject.reader.find(GATEWAY_BY_PLACE, f"{place} {host}"), mine)
        if others:
            yield conflict(
                messages.GATEWAYS_CONFLICT,
                mine,
                (*path, "hosts", at),
                others,
                level=Level.WARNING if is_merged else None,
                host=host.partition("/")[2],
                port=place.rpartition(" ")[2],
            )


def servers(document: Document) -> Iterator[tuple[Path, Any]]:
    """Each server of a Gateway with its path."""
    for at, server in enumerate(items(document.body, "spec", "servers")):
        yield ("spec", "servers", at), server


def server_hosts(server: Any, namespace: str) -> Iterator[tuple[int, str]]:
    """Position and host of a server, as `namespace/host`; `*` is any namespace."""
    for at, host in enumerate(items(server, "hosts")):
        if isinstance(host, str):
            place, slash, name = host.partition("/")
            place = (namespace if place == "." else place) if slash else "*"
            yield at, f"{place}/{(name if slash else host).lower()}"
