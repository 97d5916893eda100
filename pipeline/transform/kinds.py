"""The kinds that transforms know by name, as collections."""

_ISTIO = "networking.istio.io"
_SECURITY = "security.istio.io"

AUTHORIZATION_POLICY = f"{_SECURITY}/AuthorizationPolicy"
CONFIG_MAP = "core/ConfigMap"
DESTINATION_RULE = f"{_ISTIO}/DestinationRule"
GATEWAY = f"{_ISTIO}/Gateway"
INGRESS_CLASS = "networking.k8s.io/IngressClass"
INGRESSES = frozenset({"networking.k8s.io/Ingress", "extensions/Ingress"})
"""Under its name of today, and the first one."""
MESH_POLICY = "authentication.istio.io/MeshPolicy"
NAMESPACE = "core/Namespace"
PEER_AUTHENTICATION = f"{_SECURITY}/PeerAuthentication"
POLICY = "authentication.istio.io/Policy"
REQUEST_AUTHENTICATION = f"{_SECURITY}/RequestAuthentication"
SECRET = "core/Secret"  # noqa: S105  # the name of a kind
SERVICE = "core/Service"
SERVICE_ENTRY = f"{_ISTIO}/ServiceEntry"
SIDECAR = f"{_ISTIO}/Sidecar"
VIRTUAL_SERVICE = f"{_ISTIO}/VirtualService"
WASM_PLUGIN = "extensions.istio.io/WasmPlugin"
WORKLOAD_GROUP = f"{_ISTIO}/WorkloadGroup"
