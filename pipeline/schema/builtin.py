"""Kinds that Galley knows without a schema: names, scope and versions, one line each.

Kubernetes' own, Istio's and the Gateway API's. A CRD or JSON Schema file of the same kind takes the
entry's place. Versions after the first convert to it without change of the body. The aliases are
the names under which the original Galley served the collection.
"""

from dataclasses import dataclass, replace

from pipeline.model import Kind


@dataclass(frozen=True, slots=True)
class _Group:
    """An API group with the versions that most of its kinds have."""

    name: str
    versions: tuple[str, ...]
    alias: str = ""
    """Prefix of the original's collection names."""

    def kind(
        self, kind: str, plural: str, *short: str, versions: str = "", served_as: str = ""
    ) -> Kind:
        """A namespaced kind; `versions` and `served_as` where they differ from the group's."""
        stored, *others = versions.split() or self.versions
        alias = served_as or (f"{self.alias}/{plural}" if self.alias else "")
        return Kind(
            group=self.name,
            kind=kind,
            version=stored,
            plural=plural,
            served=tuple(others),
            aliases=tuple(filter(None, (alias, *short))),
        )

    def cluster(self, kind: str, plural: str, *short: str, versions: str = "") -> Kind:
        """A cluster-scoped kind."""
        return replace(self.kind(kind, plural, *short, versions=versions), namespaced=False)


def _observed(kind: Kind) -> Kind:
    return replace(kind, observed=True)


_CORE = _Group("", ("v1",), "k8s/core/v1")
_APPS = _Group("apps", ("v1",), "k8s/apps/v1")
_BATCH = _Group("batch", ("v1",))
_NET = _Group("networking.k8s.io", ("v1",))
_RBAC = _Group("rbac.authorization.k8s.io", ("v1",))
_ADMISSION = _Group("admissionregistration.k8s.io", ("v1",))
_GATEWAY = _Group("gateway.networking.k8s.io", ("v1", "v1beta1"))
_NETWORKING = _Group(
    "networking.istio.io", ("v1", "v1beta1", "v1alpha3"), "istio/networking/v1alpha3"
)
_SECURITY = _Group("security.istio.io", ("v1", "v1beta1"), "istio/security/v1beta1")

_AUTHENTICATION = _Group("authentication.istio.io", ("v1alpha1",), "istio/authentication/v1alpha1")

_SECRET = replace(_CORE.kind("Secret", "secrets"), sensitive=(("data", "*"), ("stringData", "*")))

BUILTIN_KINDS: tuple[Kind, ...] = (
    _CORE.kind("ConfigMap", "configmaps", "cm"),
    _observed(_CORE.kind("Endpoints", "endpoints", "ep")),
    _CORE.kind("LimitRange", "limitranges", "limits"),
    _CORE.cluster("Namespace", "namespaces", "ns"),
    _observed(_CORE.cluster("Node", "nodes", "no")),
    _CORE.cluster("PersistentVolume", "persistentvolumes", "pv"),
    _CORE.kind("PersistentVolumeClaim", "persistentvolumeclaims", "pvc"),
    _observed(_CORE.kind("Pod", "pods", "po")),
    _CORE.kind("ResourceQuota", "resourcequotas", "quota"),
    _SECRET,
    _CORE.kind("Service", "services", "svc"),
    _CORE.kind("ServiceAccount", "serviceaccounts", "sa"),
    _APPS.kind("DaemonSet", "daemonsets", "ds"),
    _APPS.kind("Deployment", "deployments", "deploy"),
    _APPS.kind("ReplicaSet", "replicasets", "rs"),
    _APPS.kind("StatefulSet", "statefulsets", "sts"),
    _BATCH.kind("CronJob", "cronjobs", "cj"),
    _BATCH.kind("Job", "jobs"),
    _Group("autoscaling", ("v2",)).kind(
        "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa"
    ),
    _Group("policy", ("v1",)).kind("PodDisruptionBudget", "poddisruptionbudgets", "pdb"),
    _observed(_Group("discovery.k8s.io", ("v1",)).kind("EndpointSlice", "endpointslices")),
    _NET.kind("Ingress", "ingresses", "ing", served_as="k8s/extensions/v1beta1/ingresses"),
    _NET.cluster("IngressClass", "ingressclasses"),
    _NET.kind("NetworkPolicy", "networkpolicies", "netpol"),
    _RBAC.cluster("ClusterRole", "clusterroles"),
    _RBAC.cluster("ClusterRoleBinding", "clusterrolebindings"),
    _RBAC.kind("Role", "roles"),
    _RBAC.kind("RoleBinding", "rolebindings"),
    _Group("apiextensions.k8s.io", ("v1",)).cluster(
        "CustomResourceDefinition", "customresourcedefinitions", "crd"
    ),
    _ADMISSION.cluster("MutatingWebhookConfiguration", "mutatingwebhookconfigurations"),
    _ADMISSION.cluster("ValidatingWebhookConfiguration", "validatingwebhookconfigurations"),
    _GATEWAY.kind("Gateway", "gateways", "gtw"),
    _GATEWAY.cluster("GatewayClass", "gatewayclasses", "gc"),
    _GATEWAY.kind("GRPCRoute", "grpcroutes", versions="v1"),
    _GATEWAY.kind("HTTPRoute", "httproutes"),
    _GATEWAY.kind("ReferenceGrant", "referencegrants", "refgrant", versions="v1beta1"),
    _GATEWAY.kind("TCPRoute", "tcproutes", versions="v1alpha2"),
    _GATEWAY.kind("TLSRoute", "tlsroutes", versions="v1alpha2"),
    _GATEWAY.kind("UDPRoute", "udproutes", versions="v1alpha2"),
    _NETWORKING.kind("DestinationRule", "destinationrules", "dr"),
    _NETWORKING.kind("EnvoyFilter", "envoyfilters", versions="v1alpha3"),
    _NETWORKING.kind("Gateway", "gateways", "gw"),
    _NETWORKING.kind(
        "ProxyConfig",
        "proxyconfigs",
        versions="v1beta1",
        served_as="istio/networking/v1beta1/proxyconfigs",
    ),
    _NETWORKING.kind("ServiceEntry", "serviceentries", "se"),
    _NETWORKING.kind("Sidecar", "sidecars"),
    _NETWORKING.kind("VirtualService", "virtualservices", "vs"),
    _NETWORKING.kind("WorkloadEntry", "workloadentries", "we"),
    _NETWORKING.kind("WorkloadGroup", "workloadgroups", "wg"),
    _SECURITY.kind("AuthorizationPolicy", "authorizationpolicies", "ap"),
    _SECURITY.kind("PeerAuthentication", "peerauthentications", "pa"),
    _SECURITY.kind("RequestAuthentication", "requestauthentications", "ra"),
    _AUTHENTICATION.cluster("MeshPolicy", "meshpolicies"),
    _AUTHENTICATION.kind("Policy", "policies"),
    _Group("telemetry.istio.io", ("v1alpha1", "v1")).kind("Telemetry", "telemetries"),
    _Group("extensions.istio.io", ("v1alpha1",)).kind("WasmPlugin", "wasmplugins"),
)
"""Every built-in kind, by group."""
