"""Ports of a PeerAuthentication that belong to no workload: Istio refuses it."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.istio.policies import selector_of
from pipeline.loose import mapping
from pipeline.model import Diagnostic
from pipeline.model.messages import security as messages


class Peers:
    """Reports ports of a PeerAuthentication that selects no workload in particular."""

    metadata = Metadata(
        name="peers",
        description="PeerAuthentications with ports and without a selector.",
        codes=frozenset({messages.PORTS_WITHOUT_SELECTOR.code}),
        handles=frozenset({kinds.PEER_AUTHENTICATION}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the ports."""
        ports = mapping(subject.document.body, "spec", "portLevelMtls")
        if ports and not selector_of(kinds.PEER_AUTHENTICATION, subject.document):
            yield messages.PORTS_WITHOUT_SELECTOR.report(
                key=subject.resource.key, path=("spec", "portLevelMtls")
            )
