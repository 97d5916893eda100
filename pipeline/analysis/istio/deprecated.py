"""Fields that Istio still reads and means to give up."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.model import Diagnostic
from pipeline.model.messages import traffic as messages

_POLICIES = ("spec.trafficPolicy", "spec.subsets.*.trafficPolicy")
_FIELDS: dict[str, Fields[str]] = {
    kinds.VIRTUAL_SERVICE: Fields(
        {
            "spec.http.*.fault.delay.percent": "percentage",
            "spec.http.*.fault.abort.percent": "percentage",
            "spec.http.*.mirrorPercent": "mirrorPercentage",
            "spec.http.*.mirror_percent": "mirrorPercentage",
        }.items()
    ),
    kinds.DESTINATION_RULE: Fields(
        (f"{policy}.{old}", new)
        for policy in _POLICIES
        for old, new in (
            ("outlierDetection.consecutiveErrors", "consecutive5xxErrors"),
            ("loadBalancer.consistentHash.minimumRingSize", "ringHash.minimumRingSize"),
        )
    ),
}


class Deprecated:
    """Reports fields that have a successor."""

    metadata = Metadata(
        name="deprecated",
        description="Fields that have been replaced by others.",
        codes=frozenset({messages.FIELD_DEPRECATED.code}),
        handles=frozenset(_FIELDS),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look for each field of the table."""
        key = subject.resource.key
        for path, _, (successor,) in _FIELDS[key.collection].match(subject.document.body):
            yield messages.FIELD_DEPRECATED.report(
                key=key, path=path, field=path[-1], successor=successor
            )
