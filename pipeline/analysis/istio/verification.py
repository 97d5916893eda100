"""TLS to a destination whose certificate nobody verifies."""

from collections.abc import Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.targets import CLIENT_TLS
from pipeline.loose import text
from pipeline.model import Diagnostic
from pipeline.model.messages import traffic as messages

_VERIFYING = ("caCertificates", "credentialName")


class Verification:
    """Reports TLS settings without anything to verify by."""

    metadata = Metadata(
        name="verification",
        description="TLS to destinations without a certificate authority to verify them by.",
        codes=frozenset({messages.NOT_VERIFIED.code}),
        handles=frozenset({kinds.DESTINATION_RULE}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at the settings of the host, its subsets and their ports."""
        for path, tls, _ in CLIENT_TLS.match(subject.document.body):
            mode = text(tls, "mode")
            if mode in ("SIMPLE", "MUTUAL") and not _verifies(tls):
                yield messages.NOT_VERIFIED.report(key=subject.resource.key, path=path, mode=mode)


def _verifies(tls: dict[str, Any]) -> bool:
    return any(tls.get(name) for name in _VERIFYING) or tls.get("insecureSkipVerify") is True
