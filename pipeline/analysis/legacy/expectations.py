"""DestinationRules that send something else than an authentication policy expects.

As for PeerAuthentications (`istio.mutual_tls`), which hold in the place of these policies where
there are any: then nothing is said here.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import hosts
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.legacy import kinds as old
from pipeline.analysis.legacy.authentication import PEER_BESIDE, POLICY_BY_TARGET, expectation
from pipeline.analysis.legacy.proxies import INDEXES, READS, have_no_proxies
from pipeline.analysis.others import called
from pipeline.analysis.targets import CLIENT_TLS
from pipeline.loose import text
from pipeline.model import Diagnostic
from pipeline.model.messages import legacy as messages

_OTHERS = {"STRICT": ("DISABLE", "SIMPLE"), "NONE": ("ISTIO_MUTUAL",), "PERMISSIVE": ()}
"""By what is expected, the modes that fail."""
_WORDS = {"STRICT": "mutual TLS", "NONE": "plain text"}


class Expectations:
    """Reports TLS modes that an authentication policy refuses."""

    metadata = Metadata(
        name="legacy-mutual-tls",
        description="DestinationRules that do not fit the authentication policy of their host.",
        codes=frozenset({messages.MTLS_CONFLICT.code}),
        handles=frozenset({kinds.DESTINATION_RULE}),
        reads=READS | {old.MESH_POLICY, old.POLICY},
        indexes=INDEXES | {PEER_BESIDE, POLICY_BY_TARGET},
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Ask what is expected if any mode is said."""
        modes = [
            (path, text(tls, "mode")) for path, tls, _ in CLIENT_TLS.match(subject.document.body)
        ]
        host = text(subject.document.body.get("spec"), "host")
        if not modes or not host:
            return
        full = hosts.full_host(host, subject.resource.key.namespace)
        service = hosts.service_of(full)
        if service is None or subject.reader.get(service) is None:
            return
        expected = expectation(subject.reader, service)
        if expected is None or have_no_proxies(subject.reader, full):
            return
        for path, mode in modes:
            if mode in _OTHERS[expected.mode]:
                yield messages.MTLS_CONFLICT.report(
                    key=subject.resource.key,
                    path=(*path, "mode"),
                    related=(expected.policy,),
                    mode=mode,
                    host=host,
                    policy=called(expected.policy),
                    expected=_WORDS[expected.mode],
                )
