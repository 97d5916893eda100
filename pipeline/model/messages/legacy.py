"""The kinds of Istio 1.1 to 1.5, and findings that were retired with them: GAL17xx."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

KIND_RETIRED = Message(
    code="GAL1701",
    level=Level.WARNING,
    title="kind is gone",
    template="From Istio {release} on the kind {kind} is ignored; {successor} took its place.",
    meaning=(
        "Galley publishes it for those who still have an older Istio. A newer one ignores it, "
        "without a word: what it protected is open, what it measured is not."
    ),
    example="apiVersion: authentication.istio.io/v1alpha1\nkind: Policy",
    remedy=(
        "Write what took its place: the transform `authentication` does it for Policy and "
        "MeshPolicy. Where an older Istio needs this one, suppress the code."
    ),
    istio="IST0002 IST0120 IST0121",
)

MTLS_CONFLICT = Message(
    code="GAL1702",
    level=Level.WARNING,
    title="connections that the authentication policy refuses",
    template="Callers of {host} send {mode}, and {policy} expects {expected}: they will fail.",
    meaning=(
        "With the policies of Istio 1.1 to 1.5 both ends are told apart how to talk: the workloads "
        "by the Policy, their callers by the DestinationRule. The two must agree."
    ),
    example="`tls: {mode: DISABLE}` for a host whose Policy has `peers: [{mtls: {}}]`.",
    remedy="Say ISTIO_MUTUAL where mutual TLS is expected, and DISABLE where it is not.",
    istio="IST0113",
)

MTLS_WITHOUT_PROXY = Message(
    code="GAL1703",
    level=Level.WARNING,
    title="mutual TLS with workloads without a proxy",
    template="No workload of {host} has a proxy: nobody there speaks the mesh's mutual TLS.",
    meaning="Callers open a TLS connection with the mesh's certificates to a plain port.",
    example="`tls: {mode: ISTIO_MUTUAL}` for a Service in a namespace that is not injected.",
    remedy="Leave `tls` out, or say DISABLE; or have the workloads injected.",
    istio="IST0115",
)

PORT_UNKNOWN = Message(
    code="GAL1704",
    level=Level.WARNING,
    title="policy for a port that does not exist",
    template="Service {service} has no port {port}.",
    meaning="The policy holds for nothing there, and the other ports are open to everybody.",
    example="`targets: [{name: web, ports: [{name: http-web}]}]` where the port is called http.",
    remedy="Give name or number of a port of the Service, not that of a container.",
    istio="IST0114",
)

PORT_OPAQUE = Message(
    code="GAL1705",
    level=Level.WARNING,
    title="tokens are asked for on a port without HTTP",
    template="Port {port} of Service {service} is not said to speak HTTP: no token is looked for.",
    meaning=(
        "Tokens are read from HTTP requests. Whether a port carries any is told by its name or its "
        "appProtocol; on others the policy lets everything through, or nothing."
    ),
    example="A Policy with `origins: [{jwt: ...}]` for a Service whose port is called `web`.",
    remedy="Call the port http, http2, https, grpc, or `http-web`; or set its appProtocol.",
    istio="IST0119",
)

ROLE_MATCHES_NOTHING = Message(
    code="GAL1706",
    level=Level.WARNING,
    title="role for Services that do not exist",
    template="No Service of namespace {namespace} that this channel knows of is called {name}.",
    meaning="A ServiceRole is for Services of its own namespace, by their full names.",
    example="`services: [web]` instead of `services: [web.shop.svc.cluster.local]`.",
    remedy="Write the full name; a `*` may stand for its beginning or its end.",
    istio="IST0101",
)

NAME_NOT_DEFAULT = Message(
    code="GAL1707",
    level=Level.ERROR,
    title="name and targets do not go together",
    template="Istio refuses it by its name: {problem}.",
    meaning=(
        "MeshPolicy, RbacConfig and ClusterRbacConfig are one resource each, called default; so is "
        "the Policy for a whole namespace, and no other one may be without targets."
    ),
    example="A Policy called `strict` without targets.",
    remedy="Call it default, or give it targets.",
)

OVERRULED = Message(
    code="GAL1708",
    level=Level.WARNING,
    title="retired policy beside its successor",
    template="{others} of kind {kind} holds in its place.",
    meaning=(
        "Istio 1.4 and 1.5 read the old policies and the new ones. For every workload that a new "
        "one is for, the old ones are ignored, all of them."
    ),
    example="A Policy and a PeerAuthentication in one namespace.",
    remedy="Say everything in the new one, and delete the old one.",
)

POLICY_TWICE = Message(
    code="GAL1709",
    level=Level.WARNING,
    title="two policies for one Service",
    template="{others} is for Service {service}, too.",
    meaning="Only one of them holds for a port; which one it is depends on the cluster.",
    example="Two Policies with `targets: [{name: web}]` in one namespace.",
    remedy="Merge them, or give each of them its own ports.",
)

NOT_COMPILED_IN = Message(
    code="GAL1710",
    level=Level.WARNING,
    title="not compiled into Mixer",
    template="Mixer has no compiled-in {what} {name}.",
    meaning="Mixer drops the resource, and every action that names it.",
    example="`compiledAdapter: prometeus`",
    remedy="Correct the name; one that runs outside of Mixer is named by `adapter` or `template`.",
)

NOT_TAKEN = Message(
    code="GAL1711",
    level=Level.WARNING,
    title="instance that its handler does not take",
    template="The handler's adapter {adapter} takes no instance of {template}.",
    meaning="Mixer drops the instance from the action, and an action without any altogether.",
    example="`handler: prometheus` with an instance whose compiledTemplate is logentry.",
    remedy="Hand it to a handler that takes it: logs to stdio or fluentd, metrics to prometheus.",
)
