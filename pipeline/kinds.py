"""The kinds that code knows by name, as collections; what is known of each stands in the schemas.

The retired kinds that only their own analyzers name stand there (`analysis/legacy/kinds.py`).
"""

_ADMISSION = "admissionregistration.k8s.io"
_AUTHENTICATION = "authentication.istio.io"
_ISTIO = "networking.istio.io"
_SECURITY = "security.istio.io"
ROUTE_API = "gateway.networking.k8s.io"
"""The group of the Gateway API."""

AUTHENTICATION_POLICY = f"{_AUTHENTICATION}/Policy"
AUTHORIZATION_POLICY = f"{_SECURITY}/AuthorizationPolicy"
CONFIG_MAP = "core/ConfigMap"
DEFINITION = "apiextensions.k8s.io/CustomResourceDefinition"
DEPLOYMENT = "apps/Deployment"
DESTINATION_RULE = f"{_ISTIO}/DestinationRule"
ENDPOINTS = "core/Endpoints"
ENDPOINT_SLICE = "discovery.k8s.io/EndpointSlice"
ENVOY_FILTER = f"{_ISTIO}/EnvoyFilter"
ENVOY_CLUSTER = "envoy.config.cluster/Cluster"
ENVOY_ENDPOINTS = "envoy.config.endpoint/ClusterLoadAssignment"
ENVOY_EXTENSION = "envoy.config.core/TypedExtensionConfig"
ENVOY_LISTENER = "envoy.config.listener/Listener"
ENVOY_ROUTES = "envoy.config.route/RouteConfiguration"
ENVOY_SCOPED_ROUTES = "envoy.config.route/ScopedRouteConfiguration"
ENVOY_CONFIG = (
    ENVOY_CLUSTER,
    ENVOY_EXTENSION,
    ENVOY_LISTENER,
    ENVOY_ROUTES,
    ENVOY_SCOPED_ROUTES,
)
"""Those of Envoy's that name others."""
GATEWAY = f"{_ISTIO}/Gateway"
GATEWAY_CLASS = f"{ROUTE_API}/GatewayClass"
GRPC_ROUTE = f"{ROUTE_API}/GRPCRoute"
HTTP_ROUTE = f"{ROUTE_API}/HTTPRoute"
INGRESS = "networking.k8s.io/Ingress"
INGRESS_CLASS = "networking.k8s.io/IngressClass"
K8S_GATEWAY = f"{ROUTE_API}/Gateway"
K8S_ROUTES = tuple(f"{ROUTE_API}/{kind}Route" for kind in ("GRPC", "HTTP", "TCP", "TLS", "UDP"))
MESH_POLICY = f"{_AUTHENTICATION}/MeshPolicy"
MUTATING_WEBHOOK = f"{_ADMISSION}/MutatingWebhookConfiguration"
NAMESPACE = "core/Namespace"
NODE = "core/Node"
PEER_AUTHENTICATION = f"{_SECURITY}/PeerAuthentication"
POD = "core/Pod"
PROXY_CONFIG = f"{_ISTIO}/ProxyConfig"
REFERENCE_GRANT = f"{ROUTE_API}/ReferenceGrant"
REQUEST_AUTHENTICATION = f"{_SECURITY}/RequestAuthentication"
SECRET = "core/Secret"  # noqa: S105  # the name of a kind
SERVICE = "core/Service"
SERVICE_ENTRY = f"{_ISTIO}/ServiceEntry"
SIDECAR = f"{_ISTIO}/Sidecar"
SYNTHETIC_SERVICE_ENTRY = f"{_ISTIO}/SyntheticServiceEntry"
TELEMETRY = "telemetry.istio.io/Telemetry"
TRAFFIC_EXTENSION = "extensions.istio.io/TrafficExtension"
VALIDATING_WEBHOOK = f"{_ADMISSION}/ValidatingWebhookConfiguration"
VIRTUAL_SERVICE = f"{_ISTIO}/VirtualService"
WASM_PLUGIN = "extensions.istio.io/WasmPlugin"
WEBHOOKS = (MUTATING_WEBHOOK, VALIDATING_WEBHOOK)
WORKLOAD_ENTRY = f"{_ISTIO}/WorkloadEntry"
WORKLOAD_GROUP = f"{_ISTIO}/WorkloadGroup"
