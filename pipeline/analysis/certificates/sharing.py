"""Two Gateways of the same workloads with one certificate: browsers take one for the other.

A browser that has a connection for one host sends requests for every other host of the certificate
over it, as HTTP/2 allows; at a Gateway that has only the first host they get a 404.
"""

from collections.abc import Iterator

from pipeline.analysis import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.certificates.uses import selector_in
from pipeline.analysis.fields import inside, text
from pipeline.analysis.istio.gateways import servers
from pipeline.analysis.labels import Labels, meets
from pipeline.analysis.others import conflict, other_keys
from pipeline.model import Diagnostic, Document, Path, Resource
from pipeline.model.messages import certificates as messages
from pipeline.stage import Index


def _served_with(document: Document) -> Iterator[tuple[Path, str, str]]:
    """Path and name of each certificate, and the index value that is the same for the same ones."""
    for path, server in servers(document):
        tls = inside(server, "tls")
        for field in ("credentialName", "serverCertificate"):
            if name := text(tls, field):
                yield (*path, "tls", field), name, f"{field} {name}"


def _values(_resource: Resource, document: Document) -> Iterator[str]:
    return (value for _, _, value in _served_with(document))


GATEWAY_BY_CERTIFICATE = Index("gateway-by-certificate", kinds.GATEWAY, _values)


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
        mine, labels = subject.resource.key, selector_in(subject.document)
        for path, name, value in _served_with(subject.document):
            found = subject.reader.find(GATEWAY_BY_CERTIFICATE, value)
            others = other_keys((each for each in found if _meet(labels, each)), mine)
            if others:
                yield conflict(messages.CERTIFICATE_SHARED, mine, path, others, name=name)


def _meet(labels: Labels, other: Resource) -> bool:
    """Whether the workloads of one Gateway are, by their selectors, all among those of another."""
    wanted = selector_in(other.document())
    return meets(labels, wanted) or meets(wanted, labels)
