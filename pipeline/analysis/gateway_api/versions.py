"""Definitions of the Gateway API that are older than Istio needs them."""

import re
from collections.abc import Iterator, Mapping

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.model import Diagnostic
from pipeline.model.messages import gateway_api as messages

BUNDLE = "gateway.networking.k8s.io/bundle-version"
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_LEAST: Mapping[str, tuple[int, int, int]] = {
    "grpcroutes": (1, 1, 0),
    "backendtlspolicies": (1, 4, 0),
    "tlsroutes": (1, 5, 0),
    "tcproutes": (1, 6, 0),
}
"""The version from which on Istio 1.31 looks at a kind (`pkg/config/schema/gatewayapi`)."""


class Versions:
    """Reports definitions that Istio passes over."""

    metadata = Metadata(
        name="versions",
        description="Definitions of the Gateway API that are too old for Istio.",
        codes=frozenset({messages.DEFINITION_OLD.code}),
        handles=frozenset({kinds.DEFINITION}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare the version that the definition says it is of."""
        plural, _, group = subject.resource.key.name.partition(".")
        least = _LEAST.get(plural) if group == kinds.ROUTE_API else None
        said = subject.document.annotations.get(BUNDLE, "")
        found = _VERSION.match(said)
        if least and found and tuple(map(int, found.groups())) < least:
            yield messages.DEFINITION_OLD.report(
                key=subject.resource.key,
                path=("metadata", "annotations", BUNDLE),
                said=said,
                least=".".join(map(str, least)),
            )
