"""A body that its kind does not allow, and schemas that cannot be used."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

UNKNOWN_FIELD = Message(
    code="GAL0301",
    level=Level.ERROR,
    title="unknown field",
    template="The field {field} is not known for kind {kind}{hint}.",
    meaning=(
        "The kind's schema has no such field, so nothing would ever read it: mostly a slip of the"
        " pen or a wrong indentation. The resource keeps the state that was last accepted."
    ),
    example="spec: {hosst: [reviews]}",
    remedy="Correct the name or the indentation, or remove the field.",
    istio="IST0106",
)
MISSING_FIELD = Message(
    code="GAL0302",
    level=Level.ERROR,
    title="missing field",
    template="The field {field} is required for kind {kind} and is not there.",
    meaning="The kind's schema demands the field. The resource keeps the state last accepted.",
    example="kind: Gateway with a server in spec.servers that has no port",
    remedy="Add the field.",
    istio="IST0106",
)
WRONG_TYPE = Message(
    code="GAL0303",
    level=Level.ERROR,
    title="wrong type",
    template="The field {field} must be {expected}, not {value}.",
    meaning=(
        "The value has another type than the kind's schema says. In YAML the usual reasons are"
        " missing quotes around a number or `yes`, and a list written as a single value."
    ),
    example="spec: {hosts: reviews}   # a list is expected",
    remedy="Write a value of the expected type; quote text that looks like a number or a boolean.",
    istio="IST0106",
)
WRONG_VALUE = Message(
    code="GAL0304",
    level=Level.ERROR,
    title="value not allowed",
    template="The field {field} {expected}{given}.",
    meaning="The value breaks a limit that the kind's schema sets: a list of values, a pattern, a"
    " range, a length, a combination of fields.",
    example="tls: {mode: SIMPEL}",
    remedy="Choose a value that the kind's documentation allows.",
    istio="IST0106",
)
MORE_PROBLEMS = Message(
    code="GAL0305",
    level=Level.ERROR,
    title="further schema errors",
    template="The resource has {more} more schema errors, which are not listed.",
    meaning="At most 20 schema errors are listed for one resource, so that one wrong indentation"
    " does not fill the page.",
    example="a resource written for another kind",
    remedy="Correct those that are listed and look again.",
)
UNKNOWN_KIND = Message(
    code="GAL0306",
    level=Level.WARNING,
    title="unknown kind",
    template="The kind {kind} is not known, so its resources get structural checks only{hint}.",
    meaning=(
        "Galley has neither a built-in entry nor a schema for the kind. Its scope is taken as"
        " namespaced and its body is not judged. With `unknown_kinds: refuse` it is an error."
    ),
    example="kind: VirtalService",
    remedy="Correct the kind, or name its CRD or JSON Schema file in `schemas`.",
)
UNKNOWN_VERSION = Message(
    code="GAL0307",
    level=Level.ERROR,
    title="version not served",
    template="The kind {kind} is not known in version {version}, only in {versions}.",
    meaning=(
        "The resource is written in a version that the kind's definition does not serve, or that"
        " needs a conversion webhook to become the storage version. Where Galley has only its"
        " built-in entry for the kind, it is treated as an unknown kind: see `unknown_kinds`."
    ),
    example="apiVersion: networking.istio.io/v2",
    remedy="Write the resource in one of the versions that are named, or name the kind's CRD in"
    " `schemas`.",
)
RULE_BROKEN = Message(
    code="GAL0308",
    level=Level.ERROR,
    title="schema rule broken",
    template="The field {field} breaks a rule of kind {kind}: {problem}.",
    meaning=(
        "The kind's definition carries a rule (x-kubernetes-validations) that the value does not"
        " fulfil; the API server refuses it with the same words. A rule on how a value may change"
        " compares it with what was last accepted."
    ),
    example="ports 80 and 80 under a rule that port numbers are unique",
    remedy="Change the value as the rule demands.",
    istio="IST0106",
)
REPEATED_ITEM = Message(
    code="GAL0309",
    level=Level.ERROR,
    title="item there twice",
    template="The item {field} of kind {kind} is there twice: {item}.",
    meaning=(
        "The list is declared as a set, or as a map whose items are told apart by their keys, so"
        " the same one cannot be there twice."
    ),
    example="addresses: [10.0.0.1, 10.0.0.1] in a list of type set",
    remedy="Remove one of the two, or give it another key.",
    istio="IST0106",
)
UNREADABLE_SCHEMA = Message(
    code="GAL0310",
    level=Level.ERROR,
    title="unreadable schema",
    template="The schema in {locator} cannot be read: {problem}.",
    meaning="The text is not YAML or JSON. The environment in force stays in force.",
    example="schemas: [./crds] with a file that breaks off in the middle",
    remedy="Correct the file.",
)
NOT_A_SCHEMA = Message(
    code="GAL0311",
    level=Level.ERROR,
    title="not a schema",
    template="Document {document} in {locator} is not a usable schema: {problem}.",
    meaning=(
        "A schema is a CustomResourceDefinition of apiextensions.k8s.io/v1, or a JSON Schema of a"
        " whole manifest that says which kind it describes. The environment in force stays."
    ),
    example="schemas: [./deployments]",
    remedy="Keep only CRDs and JSON Schema files in the folders that `schemas` names. A JSON Schema"
    " says its kind by x-kubernetes-group-version-kind, by `const` values of the properties"
    " apiVersion and kind, or by the title `networking.istio.io/v1/VirtualService`.",
)
BROKEN_SCHEMA = Message(
    code="GAL0312",
    level=Level.ERROR,
    title="schema does not compile",
    template="The schema of {kind} in {locator} does not compile: {problem}.",
    meaning="The schema itself breaks the rules of its language. The environment in force stays.",
    example="type: strin",
    remedy="Correct the schema; for a CRD, take it from the project's release again.",
)
KIND_TWICE = Message(
    code="GAL0313",
    level=Level.ERROR,
    title="kind described twice",
    template="The kind {kind} is described in {locator} and, differently, in {other}.",
    meaning="Two definitions of one kind disagree, and which one holds must not be luck.",
    example="schemas: [./crds, ./crds-old]",
    remedy="Remove one of the two.",
)
RULE_NOT_EVALUATED = Message(
    code="GAL0314",
    level=Level.WARNING,
    title="rule not evaluated",
    template="A rule of {kind} is not evaluated, at {field}: {rule} ({reason}).",
    meaning=(
        "A rule under x-kubernetes-validations uses something that Galley cannot evaluate exactly"
        " as the API server does, so it is left out rather than guessed: a resource that Galley"
        " accepts may still be refused by a cluster. All other rules of the kind are evaluated."
    ),
    example="x-kubernetes-validations: [{rule: self.next.afterThat() == 1}]",
    remedy="Nothing is wrong with the resources. If the rule matters here, write it as a policy.",
)
SCHEMA_KEPT = Message(
    code="GAL0315",
    level=Level.WARNING,
    title="last schema kept",
    template="The schema of {kind} is gone; the last one, from {locator}, holds.",
    meaning=(
        "A schema that disappears, by a removed file, a typing error in a path or a definition that"
        " was deleted in its cluster, must not turn its checks off silently."
    ),
    example="a CRD's file was deleted from the folder that `schemas` names",
    remedy="Put the schema back, or restart Galley without it if the kind is to go unchecked.",
)
NAMED_OTHERWISE = Message(
    code="GAL0320",
    level=Level.ERROR,
    title="two names for one resource",
    template="{field} is {said}, but the resource is called {name}.",
    meaning=(
        "Envoy asks for a resource by the name within it, and Galley keeps it under metadata.name."
        " With two names, what Envoy gets would not be what is shown, and two resources could claim"
        " one name."
    ),
    example=(
        "apiVersion: envoy.config.cluster/v3\n"
        "kind: Cluster\n"
        "metadata: {name: web}\n"
        "spec: {name: shop, type: STRICT_DNS}"
    ),
    remedy="Leave the field out, so that it is filled in, or make both the same.",
)
