"""Policies of who may talk to whom, and how, that do not do what they seem to: GAL15xx."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

NAMESPACE_UNKNOWN = Message(
    code="GAL1501",
    level=Level.WARNING,
    title="policy names an unknown namespace",
    template="The rule names namespace {namespace}, which no source of this channel holds.",
    meaning=("The channel holds other Namespaces. A misspelt one allows nobody and denies nobody."),
    example="`from: [{source: {namespaces: [shpo]}}]` where the namespace is called shop.",
    remedy="Correct the name, or add the Namespace to a source.",
    istio="IST0101",
)

PRINCIPAL_MALFORMED = Message(
    code="GAL1502",
    level=Level.WARNING,
    title="principal of a wrong form",
    template="No caller is ever called {principal}: {problem}.",
    meaning=(
        "A principal is compared as text with the identity in the caller's certificate, without "
        "its `spiffe://`. One of another form never matches, and the rule is void."
    ),
    example="`principals: [spiffe://cluster.local/ns/shop/sa/web]`",
    remedy=(
        "Write TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT; a `*` may stand for the beginning or the end."
    ),
)

ALLOWS_NOTHING = Message(
    code="GAL1503",
    level=Level.INFO,
    title="policy allows nothing",
    template="The policy allows and has no rules: it denies every request that no other allows.",
    meaning="This is how everything is denied by default; it is said in case it was not meant.",
    example="An AuthorizationPolicy with `spec: {}`.",
    remedy="Nothing if it is meant; `rules: [{}]` allows everything.",
)

MTLS_CONFLICT = Message(
    code="GAL1504",
    level=Level.WARNING,
    title="plain connections to workloads that demand mutual TLS",
    template="Mode {mode} is not what {policy} demands of {host}: connections will fail.",
    meaning=(
        "A PeerAuthentication in mode STRICT refuses all but mutual TLS with the mesh's "
        "certificates, and the DestinationRule has callers send something else. It is right only "
        "for workloads without a sidecar."
    ),
    example="`tls: {mode: DISABLE}` for a host in a namespace whose PeerAuthentication is STRICT.",
    remedy=(
        "Leave `tls` out, or say ISTIO_MUTUAL; where the workload has no sidecar, suppress this."
    ),
    istio="IST0113",
)

PEER_TWICE = Message(
    code="GAL1505",
    level=Level.WARNING,
    title="two PeerAuthentications for the same workloads",
    template="{others} is meant for the same workloads.",
    meaning="The oldest one holds and the others are ignored: which it is depends on the cluster.",
    example="Two PeerAuthentications without selector in one namespace.",
    remedy="Keep one of them, or give them different selectors.",
)

PORTS_WITHOUT_SELECTOR = Message(
    code="GAL1506",
    level=Level.ERROR,
    title="ports of no workload",
    template="portLevelMtls needs a selector: ports belong to workloads.",
    meaning="Istio refuses a PeerAuthentication that sets ports for a whole namespace.",
    example="`spec: {portLevelMtls: {8080: {mode: DISABLE}}}`",
    remedy="Add `selector: {matchLabels: ...}`, or take the ports out.",
)

KEYS_UNREACHABLE = Message(
    code="GAL1507",
    level=Level.ERROR,
    title="tokens cannot be verified",
    template="Tokens that this rule is for cannot be verified: {problem}.",
    meaning="Without keys from somewhere every request with a token gets a 401.",
    example="`jwtRules: [{issuer: https://a.com, jwksUri: a.com/keys}]`",
    remedy=(
        "Give the keys by a jwksUri of http or https, or within jwks as JSON; without them the "
        "issuer is asked, which then must be a URL."
    ),
)

CLAIMS_UNVERIFIED = Message(
    code="GAL1508",
    level=Level.WARNING,
    title="routing by claims that nobody verifies",
    template="No RequestAuthentication is for the workloads of {gateway}: no claim ever matches.",
    meaning="Claims of a token can be routed by only where the gateway itself verifies the token.",
    example="A match on the header `@request.auth.claims.group` and no RequestAuthentication.",
    remedy="Add a RequestAuthentication in the namespace of the gateway's workloads.",
    istio="IST0149",
)

FETCHES_UNRESTRICTED = Message(
    code="GAL1509",
    level=Level.WARNING,
    title="keys are fetched from anywhere",
    template="The control plane fetches keys from any address: {variable} is not set.",
    meaning=(
        "Who may write a RequestAuthentication can have the control plane ask addresses inside "
        "the cluster by `jwksUri`, the metadata of its machine among them."
    ),
    example="Deployment istiod without the variable, and any RequestAuthentication.",
    remedy="Set the variable to the ranges that are out of bounds, `169.254.0.0/16,10.0.0.0/8`.",
    istio="IST0175",
)
