"""Where a route sends requests: a host with several ports has to be told which one."""

from collections.abc import Iterator
from typing import Any

from pipeline.analysis import hosts, kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields, text
from pipeline.model import Diagnostic, Path
from pipeline.model.messages import traffic as messages
from pipeline.model.resource import Resource
from pipeline.stage import Reader

_DESTINATIONS = Fields(
    (pattern, None)
    for pattern in (
        "spec.http.*.route.*.destination",
        "spec.http.*.mirror",
        "spec.http.*.mirrors.*.destination",
        "spec.tcp.*.route.*.destination",
        "spec.tls.*.route.*.destination",
    )
)
_PORTS = Fields((("spec.ports.*.port", None), ("spec.ports.*.number", None)))


class Destinations:
    """Reports destinations without a port whose host has several, and ports that a host has not."""

    metadata = Metadata(
        name="destinations",
        description="Destinations whose port is not said, or not there.",
        codes=frozenset({messages.PORT_NEEDED.code, messages.PORT_MISSING.code}),
        handles=frozenset({kinds.VIRTUAL_SERVICE}),
        reads=frozenset({kinds.SERVICE}),
        indexes=frozenset({hosts.ENTRY_BY_HOST}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each destination whose host is known."""
        namespace = subject.resource.key.namespace
        for path, destination, _ in _DESTINATIONS.match(subject.document.body):
            host = text(destination, "host")
            ports = _ports(subject.reader, hosts.full_host(host, namespace)) if host else set()
            if ports:
                yield from _judged(subject.resource, path, destination, host, ports)


def _judged(
    mine: Resource, path: Path, destination: Any, host: str, ports: set[int]
) -> Iterator[Diagnostic]:
    port = destination.get("port")
    number = port.get("number") if isinstance(port, dict) else None
    shown = ", ".join(map(str, sorted(ports)))
    if port is None and len(ports) > 1:
        yield messages.PORT_NEEDED.report(key=mine.key, path=path, host=host, ports=shown)
    if isinstance(number, int) and number not in ports:
        where = (*path, "port", "number")
        yield messages.PORT_MISSING.report(
            key=mine.key, path=where, host=host, port=number, ports=shown
        )


def _ports(reader: Reader, host: str) -> set[int]:
    """The ports of a host, as far as it is known."""
    service = hosts.service_of(host)
    found = reader.get(service) if service else None
    holders = [found] if found else next(filter(None, _entries(reader, host)), ())
    values = (port for each in holders for _, port, _ in _PORTS.match(each.document().body))
    return {port for port in values if isinstance(port, int)}


def _entries(reader: Reader, host: str) -> Iterator[tuple[Resource, ...]]:
    for covering in hosts.covering(host):
        yield reader.find(hosts.ENTRY_BY_HOST, covering)
