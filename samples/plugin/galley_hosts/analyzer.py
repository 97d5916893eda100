"""An analyzer: two ServiceEntries that claim one host, of which a proxy would pick either.

It finds the others through an index, so that a change of one entry runs it again for those that
share a host with it, and for no other.
"""

from collections.abc import Iterator

from pipeline.analysis import Metadata, Subject
from pipeline.model import Diagnostic, Document, Resource
from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message
from pipeline.stage import Index

COLLECTION = "networking.istio.io/ServiceEntry"

DUPLICATE = Message(
    code="HOSTS11",
    level=Level.WARNING,
    title="host claimed twice",
    template="The host {host} is also claimed by {other}.",
    meaning="A proxy takes one of the two entries; which one is not defined.",
    example="Two ServiceEntries with hosts: [api.example.net].",
    remedy="Keep one of them.",
)


def _hosts(resource: Resource, document: Document) -> Iterator[str]:  # noqa: ARG001  # an index's form
    spec = document.body.get("spec")
    hosts = spec.get("hosts") if isinstance(spec, dict) else None
    for host in hosts if isinstance(hosts, list) else ():
        if isinstance(host, str):
            yield host.lower()


BY_HOST = Index("hosts-plugin-entry-by-host", COLLECTION, _hosts)


class DuplicateHosts:
    """Reports each host that another entry claims too."""

    metadata = Metadata(
        name="duplicate-hosts",
        description="Hosts that two ServiceEntries claim.",
        codes=frozenset({DUPLICATE.code}),
        handles=frozenset({COLLECTION}),
        indexes=frozenset({BY_HOST}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look for every host of the entry among all entries."""
        key = subject.resource.key
        for number, host in enumerate(_hosts(subject.resource, subject.document)):
            for other in subject.reader.find(BY_HOST, host):
                if other.key != key:
                    yield DUPLICATE.report(
                        key=key,
                        path=("spec", "hosts", number),
                        related=(other.key,),
                        host=host,
                        other=f"{other.key.namespace}/{other.key.name}",
                    )
