"""Mutual TLS with workloads that have no proxy to speak it.

Istio has stopped to say so since it chooses by itself where a DestinationRule says nothing; where
it does say ISTIO_MUTUAL, connections fail as ever.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import hosts
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.legacy.proxies import INDEXES, READS, have_no_proxies
from pipeline.analysis.targets import CLIENT_TLS
from pipeline.loose import text
from pipeline.model import Diagnostic
from pipeline.model.messages import legacy as messages


class Sidecars:
    """Reports mutual TLS of the mesh towards workloads outside of it."""

    metadata = Metadata(
        name="without-proxies",
        description="DestinationRules with mutual TLS for workloads that have no proxy.",
        codes=frozenset({messages.MTLS_WITHOUT_PROXY.code}),
        handles=frozenset({kinds.DESTINATION_RULE}),
        reads=READS,
        indexes=INDEXES,
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the workloads of the host if the mode is ISTIO_MUTUAL."""
        found = CLIENT_TLS.match(subject.document.body)
        mutual = [path for path, tls, _ in found if text(tls, "mode") == "ISTIO_MUTUAL"]
        host = text(subject.document.body.get("spec"), "host")
        if not mutual or not host:
            return
        if have_no_proxies(subject.reader, hosts.full_host(host, subject.resource.key.namespace)):
            for path in mutual:
                yield messages.MTLS_WITHOUT_PROXY.report(
                    key=subject.resource.key, path=(*path, "mode"), host=host
                )
