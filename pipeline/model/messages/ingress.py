"""Ingresses that become Gateways and VirtualServices."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

NOT_UNDERSTOOD = Message(
    code="GAL0420",
    level=Level.ERROR,
    title="Ingress not understood",
    template="This part of the Ingress cannot be routed: {problem}.",
    meaning=(
        "A host, a path, a backend or a certificate is not written as Kubernetes wants it, or is of"
        " a kind that a gateway of Istio does not know. Without it requests would go elsewhere, so"
        " the Ingress keeps the state last accepted."
    ),
    example="paths: [{path: shop, pathType: Prefix, backend: ...}]",
    remedy="Correct the field.",
)
PORT_UNKNOWN = Message(
    code="GAL0421",
    level=Level.ERROR,
    title="port of a backend unknown",
    template="Port {port} of Service {service} cannot be routed to: {problem}.",
    meaning=(
        "A VirtualService knows ports by number. A port's number is that of the Service's port of"
        " this name, so the Service must be there and have it. The Ingress keeps the state last"
        " accepted."
    ),
    example="backend: {service: {name: shop, port: {name: htpp}}}   # the Service has `http`",
    remedy=(
        "Correct the port; or write its number, which needs no Service; or let the channel read the"
        " Services as well."
    ),
)
ROUTE_TWICE = Message(
    code="GAL0422",
    level=Level.WARNING,
    title="path routed twice",
    template="{host} has two backends for {match}; the first one is served, of {winner}.",
    meaning=(
        "Two rules are for the same requests. Of one Ingress the first counts, of several the one"
        " whose namespace and name come first: the order of their creation is not known."
    ),
    example="Ingresses `shop/a` and `shop/b`, both with host shop.example.com and path /.",
    remedy="Remove one of them, or make one of the paths longer.",
)
CERTIFICATE_TWICE = Message(
    code="GAL0423",
    level=Level.ERROR,
    title="host with two certificates",
    template="{host} has the certificate {secret} here and {other} in {winner}.",
    meaning=(
        "A gateway serves one certificate for a name, and which of two that is, is up to the"
        " control plane. Whoever named one first keeps it; the other change is not published."
    ),
    example="tls: [{hosts: [shop.example.com], secretName: old}]   # another Ingress says `new`",
    remedy="Name one Secret in all Ingresses of the host.",
)
CERTIFICATE_UNUSED = Message(
    code="GAL0424",
    level=Level.WARNING,
    title="certificate not served",
    template="No certificate is served for {hosts}: {problem}.",
    meaning=(
        "Certificates are served for hosts that the same Ingress routes, from the Secret that it"
        " names. This part of the Ingress has no effect."
    ),
    example="tls: [{hosts: [shop.example.com]}]   # no secretName",
    remedy="Name the Secret, or give the host a rule; or remove the entry.",
)
HOST_SHARED = Message(
    code="GAL0425",
    level=Level.WARNING,
    title="host of several namespaces",
    template="{host} is routed here and in another namespace, by {other}.",
    meaning=(
        "Ingresses of several namespaces add routes to one host. Whoever may write an Ingress in"
        " one of them can take requests of the others. `across_namespaces` of the transform says"
        " whether that is fine, a warning, or an error that blocks whatever changes last."
    ),
    example="Ingresses `shop/web` and `blog/web`, both with host www.example.com.",
    remedy="Keep a host in one namespace; or set `across_namespaces: allow`.",
)
CLASS_MISSING = Message(
    code="GAL0426",
    level=Level.INFO,
    title="IngressClass not there",
    template="There is no IngressClass {ingress_class}, so this Ingress is not converted.",
    meaning=(
        "Which controller an Ingress is for is said by its IngressClass. Others are known and this"
        " one is not."
    ),
    example="ingressClassName: isto",
    remedy="Correct the name, or add the IngressClass.",
)
DEFAULT_CLASSES = Message(
    code="GAL0427",
    level=Level.WARNING,
    title="several default IngressClasses",
    template="Of the default IngressClasses {classes} this Ingress is taken to be of {chosen}.",
    meaning=(
        "The Ingress names no class. Kubernetes gives it the newest of the default classes when it"
        " is created; how old they are is not known here, so it is the first by name."
    ),
    example='Two IngressClasses with ingressclass.kubernetes.io/is-default-class: "true".',
    remedy="Make one IngressClass the default, or name the class in the Ingress.",
)
