"""Where a route sends requests: a host with several ports has to be told which one."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis import hosts
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.targets import DESTINATIONS
from pipeline.loose import inside, text
from pipeline.model import Diagnostic, Path, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Reader

_DESTINATIONS = Fields((pattern, None) for pattern in DESTINATIONS)
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
        known: dict[str, set[int]] = {}
        for path, destination, _ in _DESTINATIONS.match(subject.document.body):
            host = text(destination, "host")
            if host and host not in known:
                known[host] = _ports(subject.reader, hosts.full_host(host, namespace))
            if known.get(host):
                yield from _judged(subject.resource, path, destination, host, known[host])


def _judged(
    mine: Resource, path: Path, destination: Any, host: str, ports: set[int]
) -> Iterator[Diagnostic]:
    port, number = destination.get("port"), inside(destination, "port", "number")
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
