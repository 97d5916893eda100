"""Routes, gateways and destinations that contradict each other or lead to nothing: GAL14xx."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

MESH_HOST_SHARED = Message(
    code="GAL1401",
    level=Level.ERROR,
    title="host in the mesh is routed twice",
    template="{host} is routed in the mesh by {others}, too.",
    meaning=(
        "Within the mesh Istio does not merge VirtualServices of one host: it takes one of them "
        "and ignores the others, in an order that nobody should rely on."
    ),
    example="Two VirtualServices with `hosts: [reviews]` in one namespace, both without gateways.",
    remedy="Merge their routes into one, delegate parts of it, or keep them apart by `exportTo`.",
    istio="IST0109",
)

SIDECAR_DEFAULT_TWICE = Message(
    code="GAL1402",
    level=Level.ERROR,
    title="two default Sidecars in a namespace",
    template="Namespace {namespace} has another Sidecar without workloadSelector: {others}.",
    meaning="Which of them a workload gets is not defined, so it can change at any time.",
    example="Two Sidecars without `workloadSelector` in one namespace.",
    remedy="Keep one of them; give the others a `workloadSelector`.",
    istio="IST0111",
)

GATEWAYS_CONFLICT = Message(
    code="GAL1403",
    level=Level.ERROR,
    title="gateways open one port for one host",
    template="Port {port} is opened for {host} on the same workloads by {others}, too.",
    meaning="Of two servers with one port and host a gateway serves only one, which may change.",
    example="Two Gateways with the selector `istio: ingressgateway`, port 443 and host a.com.",
    remedy="Put the servers into one Gateway, or give them other hosts, ports or workloads.",
    istio="IST0145",
)

PORT_NEEDED = Message(
    code="GAL1404",
    level=Level.ERROR,
    title="destination needs a port",
    template="{host} has the ports {ports}; the destination does not say which.",
    meaning="Without a port only a host with a single one can be routed to: requests get a 503.",
    example="`destination: {host: reviews}` where Service reviews has the ports 80 and 9080.",
    remedy="Say `port: {number: ...}`.",
    istio="IST0112",
)

PORT_MISSING = Message(
    code="GAL1405",
    level=Level.ERROR,
    title="destination has no such port",
    template="{host} has no port {port}; it has {ports}.",
    meaning="Requests that the route sends there get a 503.",
    example="`port: {number: 8080}` where Service reviews has port 9080 alone.",
    remedy="Name one of its ports, or add the port to the Service or ServiceEntry.",
    istio="IST0101",
)

RULE_UNREACHABLE = Message(
    code="GAL1406",
    level=Level.WARNING,
    title="rule is never reached",
    template="No request reaches rule {rule}: rule {by} takes all of them.",
    meaning="Rules are tried in order, and the first that matches is taken.",
    example="A rule for `prefix: /api/v2` after one for `prefix: /api`.",
    remedy="Put the narrower rule first, or delete it.",
    istio="IST0130",
)

MATCH_INEFFECTIVE = Message(
    code="GAL1407",
    level=Level.INFO,
    title="match has no effect",
    template="No request meets this match: rule {by} takes all of them.",
    meaning="Rules are tried in order; the rule's other matches are still of use.",
    example="A match that an earlier rule has, too.",
    remedy="Delete it, or put its rule first.",
    istio="IST0131",
)
