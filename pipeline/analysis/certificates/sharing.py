"""Two Gateways of the same workloads with one certificate: browsers take one for the other.

A browser that has a connection for one host sends requests for every other host of the certificate
over it, as HTTP/2 allows; at a Gateway that has only the first host they get a 404.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.certificates.uses import selector_in
from pipeline.analysis.istio.gateways import servers
from pipeline.analysis.labels import shown
from pipeline.analysis.others import MOST, conflict, other_keys
from pipeline.loose import inside, text
from pipeline.model import Diagnostic, Document, Key, Path, Resource
from pipeline.model.messages import certificates as messages
from pipeline.stage import Index, Reader

SHARDS = 16
"""Into how many parts the Gateways of one certificate are divided.

A certificate for all hosts of a domain is in a thousand Gateways: each looks for others among some
of them first, so that a change of one is no news to all.
"""


def _served_with(document: Document) -> Iterator[tuple[Path, str, str]]:
    """Path and name of each certificate, and what Gateways with the same one have in common."""
    selector = shown(selector_in(document))
    for path, server in servers(document):
        tls = inside(server, "tls")
        for field in ("credentialName", "serverCertificate"):
            if name := text(tls, field):
                yield (*path, "tls", field), name, f"{selector} {field} {name}"


def _shard(key: Key) -> int:
    return key.hash[0] % SHARDS


def _values(resource: Resource, document: Document) -> Iterator[str]:
    shard = _shard(resource.key)
    return (f"{value} {shard}" for _, _, value in _served_with(document))


GATEWAY_BY_CERTIFICATE = Index("gateway-by-workloads-and-certificate", kinds.GATEWAY, _values)


class SharedCertificates:
    """Reports certificates that another Gateway of the same workloads has, too."""

    metadata = Metadata(
        name="shared-certificates",
        description="Gateways of the same workloads that serve with one certificate.",
        codes=frozenset({messages.CERTIFICATE_SHARED.code}),
        handles=frozenset({kinds.GATEWAY}),
        indexes=frozenset({GATEWAY_BY_CERTIFICATE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look up each certificate."""
        mine = subject.resource.key
        for path, name, value in _served_with(subject.document):
            if others := _others(subject.reader, mine, value):
                yield conflict(messages.CERTIFICATE_SHARED, mine, path, others[:MOST], name=name)


def _others(reader: Reader, mine: Key, value: str) -> list[Key]:
    """Some others, the nearest ones; none if there are none at all."""
    near = _shard(mine)
    for shard in (*range(near, SHARDS), *range(near)):
        if others := other_keys(reader.find(GATEWAY_BY_CERTIFICATE, f"{value} {shard}"), mine):
            return others
    return []
