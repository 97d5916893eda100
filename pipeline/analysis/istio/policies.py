"""Where each kind says which workloads it is for, and where that holds."""

from collections.abc import Mapping

from pipeline.analysis import kinds
from pipeline.analysis.labels import Labels, labels_in
from pipeline.analysis.workloads import ANYWHERE, reach
from pipeline.loose import mapping
from pipeline.model import Document

_MATCH_LABELS = ("spec", "selector", "matchLabels")
_WORKLOADS = ("spec", "workloadSelector", "labels")

SELECTORS: Mapping[str, tuple[str, ...]] = {
    kinds.AUTHORIZATION_POLICY: _MATCH_LABELS,
    kinds.ENVOY_FILTER: _WORKLOADS,
    kinds.GATEWAY: ("spec", "selector"),
    kinds.PEER_AUTHENTICATION: _MATCH_LABELS,
    kinds.REQUEST_AUTHENTICATION: _MATCH_LABELS,
    kinds.SERVICE: ("spec", "selector"),
    kinds.SIDECAR: _WORKLOADS,
    kinds.TELEMETRY: _MATCH_LABELS,
    kinds.WASM_PLUGIN: _MATCH_LABELS,
}
"""The path to the labels that a kind selects workloads by."""


def selector_of(collection: str, document: Document) -> Labels:
    """The labels that a resource selects workloads by; empty: it selects all, or otherwise."""
    return labels_in(document.body, *SELECTORS[collection])


def is_attached(document: Document) -> bool:
    """Whether it names what it is for instead of selecting it."""
    return not {"targetRef", "targetRefs"}.isdisjoint(mapping(document.body, "spec"))


def reach_of(collection: str, namespace: str, root: str) -> str:
    """The namespace in which a resource selects, or `ANYWHERE`."""
    if collection == kinds.GATEWAY:
        return ANYWHERE
    return namespace if collection == kinds.SERVICE else reach(namespace, root)
