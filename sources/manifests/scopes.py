"""Cluster-scoped kinds that are known without a schema, and kinds that people often misspell."""

from difflib import get_close_matches
from functools import lru_cache

from pipeline.model import Kinds

_CLUSTER_SCOPED: dict[str, tuple[str, ...]] = {
    "core": ("ComponentStatus", "Namespace", "Node", "PersistentVolume"),
    "admissionregistration.k8s.io": (
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    ),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "apiregistration.k8s.io": ("APIService",),
    "certificates.k8s.io": ("CertificateSigningRequest", "ClusterTrustBundle"),
    "flowcontrol.apiserver.k8s.io": ("FlowSchema", "PriorityLevelConfiguration"),
    "gateway.networking.k8s.io": ("GatewayClass",),
    "networking.k8s.io": ("IPAddress", "IngressClass", "ServiceCIDR"),
    "node.k8s.io": ("RuntimeClass",),
    "rbac.authorization.k8s.io": ("ClusterRole", "ClusterRoleBinding"),
    "resource.k8s.io": ("DeviceClass", "ResourceSlice"),
    "scheduling.k8s.io": ("PriorityClass",),
    "storage.k8s.io": ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"),
}

_NAMESPACED: dict[str, tuple[str, ...]] = {
    "core": (
        "ConfigMap",
        "Endpoints",
        "Event",
        "LimitRange",
        "PersistentVolumeClaim",
        "Pod",
        "ReplicationController",
        "ResourceQuota",
        "Secret",
        "Service",
        "ServiceAccount",
    ),
    "apps": ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "batch": ("CronJob", "Job"),
    "discovery.k8s.io": ("EndpointSlice",),
    "extensions.istio.io": ("WasmPlugin",),
    "gateway.networking.k8s.io": ("GRPCRoute", "Gateway", "HTTPRoute", "ReferenceGrant"),
    "networking.istio.io": (
        "DestinationRule",
        "EnvoyFilter",
        "Gateway",
        "ProxyConfig",
        "ServiceEntry",
        "Sidecar",
        "VirtualService",
        "WorkloadEntry",
        "WorkloadGroup",
    ),
    "networking.k8s.io": ("Ingress", "NetworkPolicy"),
    "rbac.authorization.k8s.io": ("Role", "RoleBinding"),
    "security.istio.io": ("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"),
    "telemetry.istio.io": ("Telemetry",),
}

_CLUSTER_COLLECTIONS = frozenset(
    f"{group}/{kind}" for group, kinds in _CLUSTER_SCOPED.items() for kind in kinds
)


def namespaced(collection: str, kinds: Kinds) -> bool:
    """Whether resources of this collection live in namespaces; unknown ones do."""
    known = kinds.get(collection)
    return known.namespaced if known else collection not in _CLUSTER_COLLECTIONS


def meant_kind(group: str, kind: str, kinds: Kinds) -> str:
    """The kind of this group that an unknown kind is probably a misspelling of; else empty.

    A key is deleted when its file is read without it, so a misspelt kind would delete what it
    names wrongly. What is known of a group (its schemas, or the lists here) tells them apart.
    """
    if kinds.get(f"{group}/{kind}") is not None:
        return ""
    if kind in _CLUSTER_SCOPED.get(group, ()) or kind in _NAMESPACED.get(group, ()):
        return ""
    known = {other.kind for other in kinds if (other.group or "core") == group}
    return _closest(kind, frozenset({*known, *_listed(group)}))


@lru_cache(maxsize=1024)
def _closest(kind: str, known: frozenset[str]) -> str:
    near = get_close_matches(kind, sorted(known), n=1, cutoff=0.85)
    return near[0] if near else ""


def _listed(group: str) -> tuple[str, ...]:
    return (*_CLUSTER_SCOPED.get(group, ()), *_NAMESPACED.get(group, ()))
