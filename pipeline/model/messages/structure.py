"""A document that is no resource: apiVersion, kind, names, keys."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

_KEPT = "The file is not used: everything that it last held stays as it was."

NOT_A_MAP = Message(
    code="GAL0201",
    level=Level.ERROR,
    title="document is not a map",
    template="A document must be a map with apiVersion and kind, not {kind}.",
    meaning=f"It is no Kubernetes-style resource. {_KEPT}",
    example="- apiVersion: v1\n  kind: Service",
    remedy="Write one resource per document, separated by `---`, or use a List with `items`.",
)

NO_TYPE = Message(
    code="GAL0202",
    level=Level.INFO,
    title="no resource",
    template="{count} {documents} with neither apiVersion nor kind {were} skipped.",
    meaning=(
        "Folders hold other YAML too, such as values for templates. With `strict: true` this is "
        f"an error. {_KEPT}"
    ),
    example="replicas: 3\nimage: nginx",
    remedy="Name such files in `.galleyignore`, or add apiVersion and kind.",
)

HALF_A_TYPE = Message(
    code="GAL0203",
    level=Level.ERROR,
    title="apiVersion or kind missing",
    template="The document has no {missing}.",
    meaning=f"One without the other is a resource with a mistake in it. {_KEPT}",
    example="apiVersion: networking.istio.io/v1\nknid: VirtualService",
    remedy="Add the missing field, or correct its spelling.",
)

BAD_TYPE = Message(
    code="GAL0204",
    level=Level.ERROR,
    title="malformed apiVersion or kind",
    template="The {field} {value!r} is malformed; write it like {model!r}.",
    meaning=f"Group, version and kind together name the collection of a resource. {_KEPT}",
    example="apiVersion: networking.istio.io/v1/beta\nkind: virtual service",
    remedy="Copy apiVersion and kind from the documentation of the resource.",
)

NO_NAME = Message(
    code="GAL0205",
    level=Level.ERROR,
    title="no name",
    template="The resource has no metadata.name{hint}.",
    meaning=f"A resource is known by its name. {_KEPT}",
    example="kind: Service\nmetadata:\n  generateName: web-",
    remedy="Give metadata.name; generateName makes a new name at each read and is not supported.",
)

BAD_NAME = Message(
    code="GAL0206",
    level=Level.ERROR,
    title="bad name",
    template="{name!r} is not a valid name: {rule}.",
    meaning=f"Kubernetes would refuse it, and so do the parts that read the configuration. {_KEPT}",
    example="metadata:\n  name: My_Service",
    remedy="Use lower-case letters, digits, `-` and `.`, at most 253 of them.",
)

BAD_NAMESPACE = Message(
    code="GAL0207",
    level=Level.ERROR,
    title="bad namespace",
    template="{name!r} is not a valid namespace: {rule}.",
    meaning=f"Kubernetes would refuse it. {_KEPT}",
    example="metadata:\n  namespace: team.a",
    remedy="Use lower-case letters, digits and `-`, at most 63 of them.",
)

WRONG_TYPE = Message(
    code="GAL0208",
    level=Level.ERROR,
    title="wrong type",
    template="{field} must be {wanted}, not {kind}.",
    meaning=f"Every resource has the same metadata, whatever its kind. {_KEPT}",
    example="metadata:\n  labels:\n    version: 1",
    remedy='Correct the value; numbers and booleans that are meant as text need quotes: "1".',
)

BAD_LABEL = Message(
    code="GAL0209",
    level=Level.ERROR,
    title="bad label or annotation",
    template="The {what} {text!r} is not valid: {rule}.",
    meaning=f"Kubernetes would refuse it, and selectors could not name it. {_KEPT}",
    example='metadata:\n  labels:\n    app: "my app"',
    remedy="Use letters, digits, `-`, `_` and `.`; free text belongs into an annotation's value.",
)

CLAIMED_TWICE = Message(
    code="GAL0210",
    level=Level.ERROR,
    title="two documents with one key",
    template="{resource} is defined twice in this file: here and on line {line}.",
    meaning=f"Only one of them could count, and nothing says which. {_KEPT}",
    example="Two documents of one kind, namespace and name, between `---` lines.",
    remedy="Delete or rename one of the two.",
)

NAMESPACE_DROPPED = Message(
    code="GAL0211",
    level=Level.WARNING,
    title="namespace on a cluster-scoped kind",
    template="{kind} is cluster-scoped; the namespace {namespace!r} is ignored.",
    meaning="The resource is used, without a namespace, as Kubernetes would.",
    example="kind: Namespace\nmetadata:\n  name: web\n  namespace: default",
    remedy="Delete metadata.namespace.",
)

MISSPELT_KIND = Message(
    code="GAL0212",
    level=Level.ERROR,
    title="kind probably misspelt",
    template="There is no kind {kind!r} in {group}; {known!r} is probably meant.",
    meaning=f"Read as it stands, it would take the resource that is meant away. {_KEPT}",
    example="apiVersion: networking.istio.io/v1\nkind: VirtualServce",
    remedy="Correct the kind; if it is right, give its CRD in `schemas`.",
)
