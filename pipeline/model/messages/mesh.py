"""What contradicts the settings of the mesh: GAL1510 to GAL1519."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

MESH_UNREADABLE = Message(
    code="GAL1510",
    level=Level.ERROR,
    title="MeshConfig cannot be read",
    template="The MeshConfig cannot be read: {problem}.",
    meaning=(
        "The control plane goes on with what it had, or does not start. Analysis takes Istio's "
        "defaults instead: root namespace istio-system, no providers but Istio's own."
    ),
    example="ConfigMap `istio` with `data: {mesh: 'extensionProviders: ['}`.",
    remedy="Correct the YAML under the key `mesh`.",
)

AUTHORIZER_UNKNOWN = Message(
    code="GAL1511",
    level=Level.ERROR,
    title="unknown external authorizer",
    template="The provider {name} is no external authorizer of the MeshConfig {config}.",
    meaning="Istio refuses every request that a policy with an unknown provider is about.",
    example="`action: CUSTOM` with `provider: {name: oauth2-proxi}`.",
    remedy=(
        "Correct the name, or add the provider to `extensionProviders` as `envoyExtAuthzHttp` or "
        "`envoyExtAuthzGrpc`."
    ),
)

PROVIDER_UNKNOWN = Message(
    code="GAL1512",
    level=Level.WARNING,
    title="unknown provider of telemetry",
    template="The MeshConfig {config} has no provider {name}.",
    meaning="Istio passes over the provider: there are no logs, metrics or traces of it.",
    example="`accessLogging: [{providers: [{name: otell}]}]`",
    remedy="Correct the name, or add the provider to `extensionProviders`.",
)

LOGS_NOWHERE = Message(
    code="GAL1513",
    level=Level.WARNING,
    title="access logs go nowhere",
    template="Access logs have no provider, and the mesh has none for those who name none.",
    meaning="Nothing is logged.",
    example="`accessLogging: [{}]` without `defaultProviders` in the MeshConfig.",
    remedy="Name a provider (`envoy` writes to standard output), or set `defaultProviders`.",
    istio="IST0157",
)

PROVIDER_RETIRED = Message(
    code="GAL1514",
    level=Level.WARNING,
    title="provider is not supported any more",
    template="Provider {name} is of a type that Istio does not support any more.",
    meaning="There are no traces of it with a release that has dropped the type.",
    example="`tracing: [{providers: [{name: lightstep}]}]`",
    remedy="Take a provider of type `opentelemetry`.",
    istio="IST0002",
)

TRUST_DOMAIN_UNKNOWN = Message(
    code="GAL1515",
    level=Level.INFO,
    title="unknown trust domain",
    template="The trust domain {domain} is none of the mesh, which has {known}.",
    meaning="Nobody in the mesh has such a principal; callers from a federated mesh may have one.",
    example="`principals: [cluser.local/ns/shop/sa/web]`",
    remedy="Correct it (`cluster.local` stands for the mesh's own), or add a `trustDomainAliases`.",
)

CLUSTER_UNKNOWN = Message(
    code="GAL1516",
    level=Level.WARNING,
    title="unknown cluster in the networks of a mesh",
    template="The networks of the mesh name the cluster {cluster}, and no Secret does.",
    meaning=(
        'Istio knows a remote cluster by a Secret with the label `istio/multiCluster: "true"`, in '
        "which the cluster's name is a name of the data. Endpoints of a cluster that it does not "
        "know are in no network, and are called directly."
    ),
    example="`endpoints: [{fromRegistry: cluster-1}]`, and a Secret has `cluster1`.",
    remedy="Correct the name, or add the Secret (`istioctl create-remote-secret`).",
    istio="IST0126",
)

CONDITION_NEGATIVE = Message(
    code="GAL1517",
    level=Level.WARNING,
    title="condition that does not hold",
    template="The condition {condition} does not hold: {said}.",
    meaning=(
        "The control plane says in the status of the resource that it does not take it, or not all "
        "of it. It is known where a source keeps conditions: `status` of the kind's entry."
    ),
    example="kinds: [{kind: core/Service, status: ['conditions.*.type', ...]}]",
    remedy="Look at what the condition says; the resource, or what it names, has to be mended.",
    istio="IST0171",
)
