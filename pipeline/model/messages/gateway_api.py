"""Gateways and routes of the Gateway API that do not come together: GAL18xx."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

NO_SUCH_LISTENER = Message(
    code="GAL1801",
    level=Level.ERROR,
    title="Gateway has no such listener",
    template="No listener of Gateway {gateway} has the {field} {wanted}.",
    meaning="The route is attached to nothing: it is not accepted, and no request reaches it.",
    example="`parentRefs: [{name: public, sectionName: htps}]`",
    remedy="Name a listener of the Gateway and its port, or leave both out to take all of them.",
)

ROUTE_NOT_ALLOWED = Message(
    code="GAL1802",
    level=Level.WARNING,
    title="Gateway does not allow the route",
    template="No listener of Gateway {gateway} takes a {kind} from namespace {namespace}.",
    meaning=(
        "A listener says by `allowedRoutes` from which namespaces it takes routes (its own alone "
        "if it does not say) and by its protocol of which kinds. No request reaches this one."
    ),
    example="An HTTPRoute in `shop` at a Gateway in `infra` without `allowedRoutes`.",
    remedy="Allow its namespace and kind in a listener, or name another Gateway.",
)

HOSTNAMES_NOT_SERVED = Message(
    code="GAL1803",
    level=Level.WARNING,
    title="listener serves none of the hostnames",
    template="Gateway {gateway} serves {served}, and none of {hosts}.",
    meaning="Route and listener must have a host in common; no request reaches the route.",
    example="`hostnames: [a.example.com]` at a listener with `hostname: b.example.com`.",
    remedy="Correct the hostnames of the route, or add a listener for them.",
)

LISTENERS_CONFLICT = Message(
    code="GAL1804",
    level=Level.ERROR,
    title="listeners conflict",
    template="Listener {other} has {place}, too.",
    meaning=(
        "Listeners must differ in port, protocol or hostname, and protocols that cannot be told "
        "apart cannot share a port. None of those that conflict need be opened."
    ),
    example="Two listeners with `port: 443, protocol: HTTPS` and no hostname.",
    remedy="Give one of them another hostname or port.",
)

CLASS_UNKNOWN = Message(
    code="GAL1805",
    level=Level.WARNING,
    title="unknown GatewayClass",
    template="There is no GatewayClass {name}.",
    meaning=(
        "A Gateway whose class nobody has made is seen by no controller: nothing is opened. This "
        "is said only where other GatewayClasses are held."
    ),
    example="`gatewayClassName: istoi`",
    remedy="Correct the name, or add the class.",
)

CERTIFICATE_NEEDED = Message(
    code="GAL1806",
    level=Level.WARNING,
    title="listener without a certificate",
    template="A listener of {protocol} needs a certificate or the mode Passthrough.",
    meaning=(
        "Without a certificate the listener cannot be opened. Some implementations find one "
        "elsewhere, by an annotation or in a cloud."
    ),
    example="`{name: https, port: 443, protocol: HTTPS}`",
    remedy="Name a Secret under `tls.certificateRefs`, or set `tls.mode: Passthrough`.",
)

NOT_GRANTED = Message(
    code="GAL1807",
    level=Level.WARNING,
    title="reference is not granted",
    template="{kind} {name} is in namespace {namespace}, where no ReferenceGrant allows this.",
    meaning=(
        "A reference into another namespace counts only if a ReferenceGrant there names kind and "
        "namespace of who refers. Without one a certificate is not served and a backend gets no "
        "requests: they are answered with a 500."
    ),
    example="`backendRefs: [{name: reviews, namespace: backend, port: 9080}]` in `shop`.",
    remedy="Add a ReferenceGrant in the namespace of the target.",
)

BACKEND_PORT_MISSING = Message(
    code="GAL1808",
    level=Level.ERROR,
    title="backend has no such port",
    template="Service {service} has no port {port}; it has {ports}.",
    meaning="Requests that the rule sends there are answered with a 500.",
    example="`backendRefs: [{name: reviews, port: 8080}]` where Service reviews has port 9080.",
    remedy="Name one of its ports; it is that of the Service, not its `targetPort`.",
)

BACKENDS_WEIGHTLESS = Message(
    code="GAL1809",
    level=Level.WARNING,
    title="backends have no weight",
    template="Every backend of the rule has the weight 0.",
    meaning="Nobody gets the requests of this rule: they are answered with a 500.",
    example="`backendRefs: [{name: a, port: 80, weight: 0}]`",
    remedy="Give one of them a weight, or leave all weights out.",
)

FILTERS_CONTRADICT = Message(
    code="GAL1810",
    level=Level.ERROR,
    title="filters contradict each other",
    template="The filters of the rule contradict each other: {problem}.",
    meaning="A cluster refuses such a rule; a controller that gets it does what it likes.",
    example="A `RequestRedirect` in a rule with `backendRefs`.",
    remedy="Take one of them out, or make two rules of it.",
)

MATCH_TWICE = Message(
    code="GAL1811",
    level=Level.WARNING,
    title="match stands there twice",
    template="Rule {rule} has this match already.",
    meaning="The first rule with a match takes its requests; the later one gets none by it.",
    example="Two rules with `matches: [{path: {type: PathPrefix, value: /}}]`.",
    remedy="Delete it, or make it narrower.",
)

ROUTES_MEET = Message(
    code="GAL1812",
    level=Level.WARNING,
    title="two routes have one match",
    template="{others} has this match for the same host and listener, too.",
    meaning=(
        "Routes of one host at one listener are merged. Of two that match the same, the older one "
        "is taken, so that it depends on the history of the cluster who gets the requests."
    ),
    example="Two HTTPRoutes for `shop.example.com` that both match `PathPrefix /`.",
    remedy="Merge them, or make their matches differ.",
)

DEFINITION_OLD = Message(
    code="GAL1813",
    level=Level.WARNING,
    title="definition is too old for Istio",
    template="It is of version {said} of the Gateway API; Istio needs {least}.",
    meaning="Istio passes over resources of a kind whose definition is older than it needs.",
    example="Definition of GRPCRoute of version v1.0.0.",
    remedy="Install a newer bundle of the Gateway API.",
    istio="IST0156 IST0172 IST0176",
)

HEADER_TWICE = Message(
    code="GAL1814",
    level=Level.WARNING,
    title="header is changed twice by one filter",
    template="The filter does something else to header {header} already.",
    meaning="Which of the two counts is up to the implementation; names of headers have no case.",
    example="`requestHeaderModifier: {set: [{name: X-A, value: b}], remove: [x-a]}`",
    remedy="Keep one of them.",
)
