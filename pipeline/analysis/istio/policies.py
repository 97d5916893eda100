"""Where each kind says which workloads it is for, and where that holds."""

from collections.abc import Mapping

from pipeline import kinds
from pipeline.analysis.labels import Labels, labels_in
from pipeline.analysis.mesh.settings import mesh_of
from pipeline.analysis.workloads import ANYWHERE, reach
from pipeline.loose import mapping
from pipeline.model import Document, Key
from pipeline.stage import Reader

_MATCH_LABELS = ("spec", "selector", "matchLabels")
_WORKLOADS = ("spec", "workloadSelector", "labels")

SELECTORS: Mapping[str, tuple[str, ...]] = {
    kinds.AUTHORIZATION_POLICY: _MATCH_LABELS,
    kinds.ENVOY_FILTER: _WORKLOADS,
    kinds.GATEWAY: ("spec", "selector"),
    kinds.PEER_AUTHENTICATION: _MATCH_LABELS,
    kinds.PROXY_CONFIG: _MATCH_LABELS,
    kinds.REQUEST_AUTHENTICATION: _MATCH_LABELS,
    kinds.SERVICE: ("spec", "selector"),
    kinds.SIDECAR: _WORKLOADS,
    kinds.TELEMETRY: _MATCH_LABELS,
    kinds.TRAFFIC_EXTENSION: _MATCH_LABELS,
    kinds.WASM_PLUGIN: _MATCH_LABELS,
}
"""The path to the labels that a kind selects workloads by."""


def selector_of(collection: str, document: Document) -> Labels:
    """The labels that a resource selects workloads by; empty: it selects all, or otherwise."""
    return labels_in(document.body, *SELECTORS[collection])


def selector_of_service(reader: Reader, service: Key | None) -> Labels:
    """The labels that a Service selects its pods by; empty: it has none, or is not there."""
    held = reader.get(service) if service else None
    return selector_of(kinds.SERVICE, held.document()) if held else {}


def is_attached(document: Document) -> bool:
    """Whether it names what it is for instead of selecting it."""
    return not {"targetRef", "targetRefs"}.isdisjoint(mapping(document.body, "spec"))


def reach_of(reader: Reader, key: Key) -> str:
    """The namespace in which a resource selects, or `ANYWHERE`; the mesh is looked at only for
    kinds that may be for all of it."""
    if key.collection == kinds.GATEWAY:
        return ANYWHERE
    if key.collection == kinds.SERVICE:
        return key.namespace
    return reach(key.namespace, mesh_of(reader).root)
