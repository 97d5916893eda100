"""The kinds of Istio today (API 1.32), and the names under which clients of all times ask for them.

All versions of a kind have the same fields. MeshConfig is no kind of Kubernetes: it has the name
that Istio gives it among its own, and is one resource, `istio-system/meshconfig`. Nor is
SyntheticServiceEntry, which is derived of what is observed of a cluster.
"""

from pipeline.schema.builtin.group import Group, observed

_EXTENSIONS = Group("extensions.istio.io", "v1alpha1", "istio/extensions")
_MESH = Group("mesh.istio.io", "v1alpha1", "istio/mesh")
_NETWORKING = Group("networking.istio.io", "v1 v1beta1 v1alpha3", "istio/networking")
_SECURITY = Group("security.istio.io", "v1 v1beta1", "istio/security")
_TELEMETRY = Group("telemetry.istio.io", "v1alpha1 v1", "istio/telemetry")

ISTIO = (
    _EXTENSIONS.kind("TrafficExtension", "trafficextensions"),
    _EXTENSIONS.kind("WasmPlugin", "wasmplugins"),
    _MESH.kind(
        "MeshConfig", "meshconfigs", "istio/mesh/v1alpha1/MeshConfig", "core/v1alpha1/MeshConfig"
    ),
    _MESH.kind(
        "MeshNetworks",
        "meshnetworks",
        "istio/mesh/v1alpha1/MeshNetworks",
        "core/v1alpha1/MeshNetworks",
    ),
    _NETWORKING.kind("DestinationRule", "destinationrules", "dr"),
    _NETWORKING.kind("EnvoyFilter", "envoyfilters", versions="v1alpha3"),
    _NETWORKING.kind("Gateway", "gateways", "gw"),
    _NETWORKING.kind("ProxyConfig", "proxyconfigs", versions="v1beta1"),
    _NETWORKING.kind("ServiceEntry", "serviceentries", "se"),
    _NETWORKING.kind("Sidecar", "sidecars"),
    observed(
        _NETWORKING.kind(
            "SyntheticServiceEntry",
            "syntheticserviceentries",
            "istio/networking/v1alpha3/synthetic/serviceentries",
            "sse",
            versions="v1alpha3",
        )
    ),
    _NETWORKING.kind("VirtualService", "virtualservices", "vs"),
    _NETWORKING.kind("WorkloadEntry", "workloadentries", "we"),
    _NETWORKING.kind("WorkloadGroup", "workloadgroups", "wg"),
    _SECURITY.kind("AuthorizationPolicy", "authorizationpolicies", "ap"),
    _SECURITY.kind("PeerAuthentication", "peerauthentications", "pa"),
    _SECURITY.kind("RequestAuthentication", "requestauthentications", "ra"),
    _TELEMETRY.kind("Telemetry", "telemetries", "telemetry"),
)
"""By group."""
