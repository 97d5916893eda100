"""ServiceEntries that cannot be told apart: by address where the protocol has no host, by protocol
where two speak of one host."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.hosts import hosts_in
from pipeline.analysis.others import conflict, other_keys
from pipeline.analysis.visibility import INDEXES, meeting, places, scope_of, seen_with
from pipeline.loose import inside, items, text
from pipeline.model import Diagnostic, Document, Key, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index

_PORTS = Fields((("spec.ports.*", None),))
_OPAQUE = ("", "TCP", "TCP-TLS")
_AUTOMATIC = "networking.istio.io/enable-autoallocate-ip"


def _protocol(port: Any) -> str:
    return text(port, "protocol").upper()


def _values(resource: Resource, document: Document) -> Iterator[str]:
    scope = scope_of(document, resource.key.namespace)
    for _, port, _ in _PORTS.match(document.body):
        for _, host in hosts_in(document):
            place = f"{host} {inside(port, 'number')}"
            yield from places(scope, place)
            yield from places(scope, f"{place} {_protocol(port)}")


ENTRY_BY_PORT = Index("service-entry-by-port", kinds.SERVICE_ENTRY, _values)
"""By host and port, and by what is spoken there, for each namespace that sees the entry."""


class ServiceEntries:
    """Reports ports that need an address, and hosts whose port speaks two protocols."""

    metadata = Metadata(
        name="service-entries",
        description="ServiceEntries without an address that they need, or with two protocols.",
        codes=frozenset({messages.ADDRESS_NEEDED.code, messages.TWO_PROTOCOLS.code}),
        handles=frozenset({kinds.SERVICE_ENTRY}),
        indexes=INDEXES | {ENTRY_BY_PORT},
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each port, alone and beside others."""
        mine, document = subject.resource.key, subject.document
        bare = not items(document.body, "spec", "addresses") and not _is_automatic(document)
        for path, port, _ in _PORTS.match(document.body):
            protocol = _protocol(port)
            if bare and protocol in _OPAQUE:
                yield messages.ADDRESS_NEEDED.report(
                    key=mine, path=path, protocol=protocol or "no protocol"
                )
            number = inside(port, "number")
            others = _differing(subject, number, protocol)
            if others:
                yield conflict(messages.TWO_PROTOCOLS, mine, path, others, port=number)


def _is_automatic(document: Document) -> bool:
    return document.labels.get(_AUTOMATIC) == "true"


def _differing(subject: Subject, number: Any, protocol: str) -> list[Key]:
    """Entries with one of the same hosts that somebody sees beside this one, and whose port speaks
    another protocol."""
    found: set[Resource] = set()
    for _, host in hosts_in(subject.document):
        place = f"{host} {number}"
        found |= _seen(subject, place) - _seen(subject, f"{place} {protocol}")
    seen = seen_with(subject.reader, subject.resource, subject.document, found)
    return other_keys(seen, subject.resource.key)


def _seen(subject: Subject, name: str) -> set[Resource]:
    scope = scope_of(subject.document, subject.resource.key.namespace)
    values = meeting(scope, name)
    return {one for value in values for one in subject.reader.find(ENTRY_BY_PORT, value)}
