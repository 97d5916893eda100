"""Subsets whose labels no pod of their host has."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import hosts, workloads
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.istio.policies import selector_of_service
from pipeline.analysis.labels import Labels, labels_in, shown
from pipeline.loose import text
from pipeline.model import Diagnostic
from pipeline.model.messages import workloads as messages

_SUBSETS = Fields((("spec.subsets.*", None),))
_GIVEN = ("topology.istio.io/", "topology.kubernetes.io/")
"""Labels that endpoints get from where they are, and that no pod has."""


class Subsets:
    """Reports subsets of a Service that select nothing among its pods."""

    metadata = Metadata(
        name="subsets",
        description="Subsets of a DestinationRule that select no workload.",
        codes=frozenset({messages.SUBSET_SELECTS_NOTHING.code}),
        handles=frozenset({kinds.DESTINATION_RULE}),
        reads=frozenset({kinds.SERVICE, kinds.POD}),
        indexes=frozenset(workloads.INDEXES),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look for one workload of each subset."""
        key = subject.resource.key
        host = text(subject.document.body.get("spec"), "host")
        service = hosts.service_of(hosts.full_host(host, key.namespace)) if host else None
        of_service = selector_of_service(subject.reader, service)
        for path, subset, _ in _SUBSETS.match(subject.document.body):
            labels = labels_in(subset, "labels")
            if not service or not of_service or not labels or _are_given(labels):
                continue
            wanted = {**of_service, **labels}
            if level := workloads.lack(subject.reader, service.namespace, wanted):
                yield messages.SUBSET_SELECTS_NOTHING.report(
                    key=key,
                    path=(*path, "labels"),
                    level=subject.doubt or level,
                    host=host,
                    labels=shown(labels),
                )


def _are_given(labels: Labels) -> bool:
    return any(name.startswith(_GIVEN) for name in labels)
