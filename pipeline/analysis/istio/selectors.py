"""Selectors that select nothing: a label is misspelt, or is that of something else than the pods.

Warnings at most, and only where pods are known: see `workloads`.
"""

from collections.abc import Iterator, Mapping

from pipeline import kinds
from pipeline.analysis import workloads
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.istio.policies import SELECTORS, reach_of, selector_of
from pipeline.analysis.labels import Labels, shown
from pipeline.analysis.mesh.settings import MESH
from pipeline.model import Diagnostic
from pipeline.model.messages import workloads as messages
from pipeline.model.messages.message import Message

_MESSAGES: Mapping[str, Message] = {
    kinds.GATEWAY: messages.GATEWAY_SELECTS_NOTHING,
    kinds.SIDECAR: messages.GATEWAY_SELECTS_NOTHING,
    kinds.SERVICE: messages.SERVICE_SELECTS_NOTHING,
}

_OF_GATEWAYS = frozenset({"gateway.networking.k8s.io/gateway-name", "istio.io/gateway-name"})
"""Labels of pods that Istio makes for a Gateway of the Gateway API; nobody else describes them."""


class Selectors:
    """Reports selectors that no pod and no description of one meets."""

    metadata = Metadata(
        name="selectors",
        description="Policies, Gateways, Sidecars and Services that select no workload.",
        codes=frozenset(
            message.code for message in (messages.POLICY_SELECTS_NOTHING, *_MESSAGES.values())
        ),
        handles=frozenset(SELECTORS),
        reads=frozenset({kinds.POD}),
        indexes=frozenset({MESH, *workloads.INDEXES}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look for one workload that has the labels."""
        key = subject.resource.key
        labels = selector_of(key.collection, subject.document)
        if not labels or _are_made(labels):
            return
        reach = reach_of(subject.reader, key)
        if level := workloads.lack(subject.reader, reach, labels):
            yield _MESSAGES.get(key.collection, messages.POLICY_SELECTS_NOTHING).report(
                key=key,
                path=SELECTORS[key.collection],
                level=subject.doubt or level,
                labels=shown(labels),
            )


def _are_made(labels: Labels) -> bool:
    return not _OF_GATEWAYS.isdisjoint(labels)
