"""Where each kind says which workloads it is for, and where that holds."""

from collections.abc import Mapping

from pipeline.analysis.fields import mapping
from pipeline.analysis.labels import Labels, labels_in
from pipeline.analysis.workloads import ANYWHERE, reach
from pipeline.model import Document

AUTHORIZATION = "security.istio.io/AuthorizationPolicy"
ENVOY_FILTER = "networking.istio.io/EnvoyFilter"
GATEWAY = "networking.istio.io/Gateway"
PEER = "security.istio.io/PeerAuthentication"
REQUEST = "security.istio.io/RequestAuthentication"
SERVICE = "core/Service"
SIDECAR = "networking.istio.io/Sidecar"
TELEMETRY = "telemetry.istio.io/Telemetry"
WASM = "extensions.istio.io/WasmPlugin"

_MATCH_LABELS = ("spec", "selector", "matchLabels")
_WORKLOADS = ("spec", "workloadSelector", "labels")

SELECTORS: Mapping[str, tuple[str, ...]] = {
    AUTHORIZATION: _MATCH_LABELS,
    ENVOY_FILTER: _WORKLOADS,
    GATEWAY: ("spec", "selector"),
    PEER: _MATCH_LABELS,
    REQUEST: _MATCH_LABELS,
    SERVICE: ("spec", "selector"),
    SIDECAR: _WORKLOADS,
    TELEMETRY: _MATCH_LABELS,
    WASM: _MATCH_LABELS,
}
"""The path to the labels that a kind selects workloads by."""


def selector_of(collection: str, document: Document) -> Labels:
    """The labels that a resource selects workloads by; empty: it selects all, or otherwise."""
    return labels_in(document.body, *SELECTORS[collection])


def is_attached(document: Document) -> bool:
    """Whether it names what it is for instead of selecting it."""
    return not {"targetRef", "targetRefs"}.isdisjoint(mapping(document.body, "spec"))


def reach_of(collection: str, namespace: str) -> str:
    """The namespace in which a resource selects, or `ANYWHERE`."""
    if collection == GATEWAY:
        return ANYWHERE
    return namespace if collection == SERVICE else reach(namespace)
