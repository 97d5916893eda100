"""What built-in transforms find: variables, overlays, templates, visibility, old authentication.

What any transform may find is in `transform`.
"""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

VARIABLE_UNSET = Message(
    code="GAL0450",
    level=Level.ERROR,
    title="variable is not set",
    template="The variable {variable} is not set{hint}.",
    meaning=(
        "A `substitute` transform found `${NAME}` and neither its settings nor its ConfigMaps"
        " have a value of that name. An empty text in its place could mean something else, so the"
        " resource keeps the state last accepted."
    ),
    example="hosts: [web.${DOMAIN}]   # and nobody says what DOMAIN is",
    remedy="Set the variable, give a default with `${NAME:-default}`, or write `$${NAME}` if the"
    " text is meant as it is. The annotation `galley.dev/substitute: disabled` leaves a whole"
    " resource alone.",
)
VARIABLE_MALFORMED = Message(
    code="GAL0451",
    level=Level.ERROR,
    title="variable cannot be read",
    template="{text} is no variable: {problem}.",
    meaning="A text has `${` and what follows is not understood. The resource keeps the state last"
    " accepted.",
    example="host: ${web-host}",
    remedy="Write `${NAME}` or `${NAME:-default}` with a name of letters, digits and underscores,"
    " or `$${` for a `${` that is meant as it is.",
)
VARIABLES_MISSING = Message(
    code="GAL0452",
    level=Level.ERROR,
    title="ConfigMap with variables does not exist",
    template="The ConfigMap {config_map}, in which the transform {transform} looks for {variable},"
    " does not exist.",
    meaning="Without it nobody can tell what the variable's value would be. The resource keeps the"
    " state last accepted.",
    example="config_maps: [{namespace: mesh, name: prod}]   # and there is no such ConfigMap",
    remedy="Have the channel read the ConfigMap, correct its name, or say `optional: true`.",
)
VARIABLE_TYPE = Message(
    code="GAL0453",
    level=Level.ERROR,
    title="variable has a value of another type",
    template="The variable {variable} is to be a {type}, and its value is not one.",
    meaning="Values in ConfigMaps are text; the transform's `types` say which of them are numbers"
    " or true and false, and this one cannot be read so. The resource keeps the state last"
    " accepted.",
    example="types: {REPLICAS: number}   # and the ConfigMap has REPLICAS: many",
    remedy="Correct the value, or take the variable out of `types`.",
)
SUBSTITUTED_TOO_MUCH = Message(
    code="GAL0454",
    level=Level.ERROR,
    title="variables make a resource too large",
    template="With the values of its variables the resource would have more than {limit} bytes of"
    " text.",
    meaning="A long value in many places grows without bound, so it is not put in at all. The"
    " resource keeps the state last accepted.",
    example="A variable with a value of 1 MiB, in a hundred fields.",
    remedy="Make the value shorter, or use it less often.",
)
FIELD_TWICE = Message(
    code="GAL0455",
    level=Level.ERROR,
    title="two fields become one",
    template="Two fields of one map are called {field} once their variables are replaced.",
    meaning="With `keys: true` variables are also replaced in the names of fields. One of the two"
    " values would be lost, so the resource keeps the state last accepted.",
    example="labels: {${TEAM}: a, web: b}   # and TEAM is web",
    remedy="Rename one of the fields.",
)
OVERLAY_IDLE = Message(
    code="GAL0456",
    level=Level.WARNING,
    title="overlay has nothing to lie on",
    template="The transform {transform} has an overlay for {resource}, and there is no such"
    " resource.",
    meaning="What the overlay says has no effect. Probably the resource was renamed or removed, or"
    " the overlay's apiVersion, kind, name or namespace has a slip.",
    example="An overlay for `VirtualService/shop/review`, where the resource is called `reviews`.",
    remedy="Correct what the overlay names, or remove it.",
)
TEMPLATE_FAILED = Message(
    code="GAL0457",
    level=Level.ERROR,
    title="template cannot be evaluated",
    template="The template of transform {transform} fails at {field}: {problem}.",
    meaning="An expression of the template does not fit this resource, so nothing is derived from"
    " it. The resource keeps the state last accepted, with what was derived from it.",
    example="name: ${object.metadata.labels.app}   # and the resource has no label `app`",
    remedy="Narrow the transform's `match` or `where`, or ask for what may be missing:"
    " `has(object.metadata.labels.app) ? ... : ...`.",
)
TEMPLATE_OUTPUT = Message(
    code="GAL0458",
    level=Level.ERROR,
    title="template makes no valid resource",
    template="The template of transform {transform} makes something that is no resource:"
    " {problem}.",
    meaning="What a template makes needs an apiVersion, a kind, a name that Kubernetes would take,"
    " and labels and annotations of text. Nothing is derived, and the resource keeps the state"
    " last accepted.",
    example="name: ${object.spec.hosts[0]}   # and that is `*.example.com`",
    remedy="Correct the template, or narrow its `match` or `where`.",
)
TEMPLATE_TOO_MUCH = Message(
    code="GAL0459",
    level=Level.ERROR,
    title="template makes too much",
    template="The template of transform {transform} makes more than {limit} of this resource.",
    meaning="What is derived from one resource is bounded, so that no slip fills the channel."
    " Nothing is derived, and the resource keeps the state last accepted.",
    example="each: a list with ten thousand elements",
    remedy="Narrow `each`, or make several resources of the one.",
)
TEMPLATE_TWICE = Message(
    code="GAL0460",
    level=Level.ERROR,
    title="template makes one key twice",
    template="The template of transform {transform} makes {derived} twice from this resource.",
    meaning="Of two resources with one key one would be lost, so nothing is derived, and the"
    " resource keeps the state last accepted.",
    example="each: object.spec.ports   # and the name in the template does not depend on `item`",
    remedy="Let the name depend on `item`; or let the template not keep the resource itself"
    " (`keep: false`) if it makes one of the same name.",
)
EXPORT_TO = Message(
    code="GAL0461",
    level=Level.ERROR,
    title="visibility cannot be read",
    template="The annotation {annotation} of namespace {namespace} is {value}, which is no"
    " visibility: {problem}.",
    meaning="The namespace says where what is in it is visible, and what it says means nothing to"
    " Istio. What relies on it keeps the state last accepted.",
    example="networking.istio.io/exportTo: '.,*'",
    remedy="Write `.` for the namespace alone, `*` for all, or names of namespaces with commas"
    " between.",
)
TARGET_MISSING = Message(
    code="GAL0465",
    level=Level.ERROR,
    title="service of an old policy cannot be followed",
    template="The policy is about the service {service}, {problem}.",
    meaning="Policies of today choose workloads by their labels, which are those that the service"
    " selects. Without them the policy cannot be carried over, and leaving it out could open what"
    " it closes; so the resource keeps the state last accepted.",
    example="targets: [{name: reviews}]   # and there is no Service `reviews` in the namespace",
    remedy="Have the channel read the Service, correct the target, or replace the policy by a"
    " PeerAuthentication and a RequestAuthentication.",
)
NOT_CARRIED_OVER = Message(
    code="GAL0466",
    level=Level.ERROR,
    title="part of an old policy has no equal",
    template="{field} cannot be carried over: {problem}.",
    meaning="Policies of today cannot say this. Leaving it out would let in what was refused, or"
    " refuse what was let in, so the resource keeps the state last accepted.",
    example="peers: [{jwt: {issuer: a}}]",
    remedy="Write the PeerAuthentication, RequestAuthentication and AuthorizationPolicy that are"
    " meant, and remove the policy.",
)
CARRIED_OVER = Message(
    code="GAL0467",
    level=Level.INFO,
    title="old policy is carried over",
    template="The policy becomes {derived}{hint}.",
    meaning="authentication.istio.io/v1alpha1 is gone since Istio 1.6. What the policy says is said"
    " by resources of today that are derived from it.",
    example="kind: Policy   # of authentication.istio.io/v1alpha1",
    remedy="Nothing has to be done. To migrate, put what `galley get` shows into the source, and"
    " remove the policy.",
)
