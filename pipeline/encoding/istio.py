"""The two wires of Istio: which collections each carries, and as which message.

Kubernetes' own kinds, which the original could serve over MCP as well, it kept out by default; here
they are never served. A current istiod takes neither Gateway API nor Ingress nor MeshNetworks from
a server of configuration.
"""

from pipeline.encoding.mesh import STRUCT, MeshWire
from pipeline.encoding.protobuf import Generation
from pipeline.schema.builtin.istio_legacy import ADAPTERS, TEMPLATES

_NETWORKING = "istio.networking.v1alpha3"
_MESH_CONFIG = "mesh.istio.io/MeshConfig"


def _of(group: str, package: str, kinds: str) -> dict[str, str]:
    """Kinds of a group whose messages have their names."""
    return {f"{group}/{kind}": f"{package}.{kind}" for kind in kinds.split()}


_OF_ALL_TIMES = {
    **_of(
        "networking.istio.io",
        _NETWORKING,
        "DestinationRule EnvoyFilter Gateway ServiceEntry Sidecar VirtualService",
    ),
    **_of(
        "security.istio.io",
        "istio.security.v1beta1",
        "AuthorizationPolicy PeerAuthentication RequestAuthentication",
    ),
    _MESH_CONFIG: "istio.mesh.v1alpha1.MeshConfig",
}
_RBAC = "istio.rbac.v1alpha1"
_AUTHENTICATION = "istio.authentication.v1alpha1"
_POLICY = "istio.policy.v1beta1"
_WITHOUT_A_MESSAGE = (
    "config.istio.io/adapter",
    "config.istio.io/template",
    *(kind.collection for kind in (*ADAPTERS, *TEMPLATES)),
)

MCP = MeshWire(
    "mcp",
    clients="Istio 1.4 on the mcp wire",
    generation=Generation.ISTIO_1_4,
    bodies={
        **_OF_ALL_TIMES,
        "networking.istio.io/SyntheticServiceEntry": f"{_NETWORKING}.ServiceEntry",
        "authentication.istio.io/MeshPolicy": f"{_AUTHENTICATION}.Policy",
        **_of("authentication.istio.io", _AUTHENTICATION, "Policy"),
        **_of("rbac.istio.io", _RBAC, "RbacConfig ServiceRole ServiceRoleBinding"),
        "rbac.istio.io/ClusterRbacConfig": f"{_RBAC}.RbacConfig",
        **_of(
            "config.istio.io",
            "istio.mixer.v1.config.client",
            "HTTPAPISpec HTTPAPISpecBinding QuotaSpec QuotaSpecBinding",
        ),
        "config.istio.io/attributemanifest": f"{_POLICY}.AttributeManifest",
        "config.istio.io/handler": f"{_POLICY}.Handler",
        "config.istio.io/instance": f"{_POLICY}.Instance",
        "config.istio.io/rule": f"{_POLICY}.Rule",
        **dict.fromkeys(_WITHOUT_A_MESSAGE, STRUCT),
    },
    field=3,
)
"""The Mesh Config Protocol, v1alpha1: Pilot and Mixer of Istio 1.1 to 1.5."""

ISTIO = MeshWire(
    "istio",
    clients="Istio 1.32 on the istio wire",
    generation=Generation.TODAY,
    bodies={
        **_OF_ALL_TIMES,
        **_of("networking.istio.io", _NETWORKING, "WorkloadEntry WorkloadGroup"),
        **_of("networking.istio.io", "istio.networking.v1beta1", "ProxyConfig"),
        **_of("telemetry.istio.io", "istio.telemetry.v1alpha1", "Telemetry"),
        **_of("extensions.istio.io", "istio.extensions.v1alpha1", "TrafficExtension WasmPlugin"),
    },
    field=2,
    packed=True,
    bare=_MESH_CONFIG,
)
"""MCP over xDS: a current istiod that names a server of configuration."""
