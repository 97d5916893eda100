"""ServiceEntries that cannot be told apart: by address where the protocol has no host, by protocol
where two speak of one host."""

from collections.abc import Iterator
from typing import Any

from pipeline.analysis import hosts, kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields, text
from pipeline.analysis.visibility import overlap, scope_of
from pipeline.model import Diagnostic, Document
from pipeline.model.messages import traffic as messages

_PORTS = Fields((("spec.ports.*", None),))
_HOSTS = Fields((("spec.hosts.*", None),))
_ADDRESSES = Fields((("spec.addresses.*", None),))
_OPAQUE = ("", "TCP", "TCP-TLS")
_AUTOMATIC = "networking.istio.io/enable-autoallocate-ip"


class ServiceEntries:
    """Reports ports that need an address, and hosts whose port speaks two protocols."""

    metadata = Metadata(
        name="service-entries",
        description="ServiceEntries without an address that they need, or with two protocols.",
        codes=frozenset({messages.ADDRESS_NEEDED.code, messages.TWO_PROTOCOLS.code}),
        handles=frozenset({kinds.SERVICE_ENTRY}),
        indexes=frozenset({hosts.ENTRY_BY_HOST}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each port, alone and beside others."""
        mine, document = subject.resource.key, subject.document
        bare = not _ADDRESSES.match(document.body) and not _is_automatic(subject)
        rivals = {other.key: other.document() for other in _others(subject)}
        for path, port, _ in _PORTS.match(document.body):
            protocol = text(port, "protocol").upper()
            if bare and protocol in _OPAQUE:
                yield messages.ADDRESS_NEEDED.report(
                    key=mine, path=path, protocol=protocol or "no protocol"
                )
            number = port.get("number") if isinstance(port, dict) else None
            found = [key for key, each in rivals.items() if _differs(each, number, protocol)]
            if found:
                yield messages.TWO_PROTOCOLS.report(
                    key=mine,
                    path=path,
                    related=found,
                    port=number,
                    others=", ".join(f"{each.namespace}/{each.name}" for each in found),
                )


def _is_automatic(subject: Subject) -> bool:
    return subject.document.labels.get(_AUTOMATIC) == "true"


def _others(subject: Subject) -> Iterator[Any]:
    """Entries with one of the same hosts, each once, seen by somebody who sees this one."""
    mine = subject.resource.key
    scope = scope_of(subject.document, mine.namespace)
    texts = [host for _, host, _ in _HOSTS.match(subject.document.body) if isinstance(host, str)]
    found = (subject.reader.find(hosts.ENTRY_BY_HOST, host.lower()) for host in texts)
    others = {other.key: other for some in found for other in some if other.key != mine}
    for key, other in others.items():
        if overlap(scope, scope_of(other.document(), key.namespace)):
            yield other


def _differs(document: Document, number: Any, protocol: str) -> bool:
    ports = (port for _, port, _ in _PORTS.match(document.body) if isinstance(port, dict))
    return any(
        port.get("number") == number and text(port, "protocol").upper() != protocol
        for port in ports
    )
