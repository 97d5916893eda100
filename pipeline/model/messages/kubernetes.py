"""Clusters that cannot be reached, and kinds of theirs that cannot be read."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

CLUSTER_UNREACHABLE = Message(
    code="GAL1301",
    level=Level.ERROR,
    title="cluster cannot be reached",
    template="The API server of {cluster} cannot be reached: {problem}.",
    meaning=(
        "A cluster that is down is not an empty cluster: everything that was last read stays as it "
        "was, with its age, and the cluster is tried again, at growing distances, until it answers."
    ),
    example="The API server is being upgraded, or a firewall is in between.",
    remedy="Look whether `kubectl get --raw /readyz` works from the same host.",
)

CREDENTIALS_REFUSED = Message(
    code="GAL1302",
    level=Level.ERROR,
    title="cluster refuses the credentials",
    template="The API server of {cluster} does not know who asks: {problem}.",
    meaning=(
        "The token or certificate is wrong, has expired or was revoked. What was read last stays "
        "as it was. Credentials are read anew at each attempt, so that nothing need be restarted "
        "when they are renewed."
    ),
    example="A token of a service account that was deleted.",
    remedy="Renew the credentials that the kubeconfig names, or mend its exec plugin.",
)

KUBECONFIG_UNUSABLE = Message(
    code="GAL1303",
    level=Level.ERROR,
    title="kubeconfig cannot be used",
    template="How to reach {cluster} cannot be told: {problem}.",
    meaning="What was read last stays as it was; the kubeconfig is read again at each attempt.",
    example="context: prod, and the kubeconfig has no context of that name.",
    remedy="`kubectl config get-contexts` lists the contexts that there are.",
)

KIND_FORBIDDEN = Message(
    code="GAL1304",
    level=Level.ERROR,
    title="kind may not be read",
    template="{resource} may not be read in {place}: {problem}.",
    meaning=(
        "The rights to list and watch this kind are missing. Everything that was last read of it "
        "stays as it was, the other kinds are read, and it is tried again."
    ),
    example="A ClusterRole without `list` and `watch` for virtualservices.",
    remedy=(
        "Give the rights (docs/kubernetes.md has a ClusterRole), or take the kind out of `kinds`; "
        "`kubectl auth can-i watch RESOURCE --as NAME` tells what is missing."
    ),
)

KIND_MISSING = Message(
    code="GAL1305",
    level=Level.ERROR,
    title="kind is not in the cluster",
    template="The cluster has no {resource}.",
    meaning=(
        "The settings name a kind that the cluster does not have. Everything that an earlier "
        "process read of it stays as it was, until the kind is there. What a CRD takes with it "
        "when it is deleted while Galley watches is deleted, within the deletion budget."
    ),
    example="kinds: [networking.istio.io/VirtualServices]",
    remedy=(
        "Correct the name (`kubectl api-resources` lists them), install the CRD, or say "
        "`optional: true`."
    ),
)

KIND_UNREADABLE = Message(
    code="GAL1306",
    level=Level.ERROR,
    title="kind cannot be read",
    template="{resource} cannot be read in {place}: {problem}.",
    meaning=(
        "The API server answers, and refuses this kind. Everything that was last read of it stays "
        "as it was, the other kinds are read, and it is tried again."
    ),
    example="A field selector that the kind does not know, or a conversion webhook that is down.",
    remedy="Look at what the API server says; `kubectl get RESOURCE` should say the same.",
)

KINDS_UNKNOWN = Message(
    code="GAL1307",
    level=Level.ERROR,
    title="kinds of the cluster cannot be told",
    template="Which kinds {cluster} has cannot be told: {problem}.",
    meaning=(
        "Without a complete list of kinds nothing says that one is gone. Those that are read go on "
        "being read; at the start nothing is read until it can be told."
    ),
    example="`crds: app=istio` without the right to list CustomResourceDefinitions.",
    remedy="Give the right, mend the APIService that is unavailable, or name the kinds.",
)

WATCH_SILENT = Message(
    code="GAL1308",
    level=Level.ERROR,
    title="watch has gone silent",
    template="The watch of {resource} has said nothing for {seconds:g} s; it is begun again.",
    meaning=(
        "A connection can die without a word, and what is read would grow old unnoticed. The watch "
        "goes on where it was; nothing is lost."
    ),
    example="A load balancer that forgets connections.",
    remedy="None if it happens rarely; else look at what lies between Galley and the API server.",
)

NOT_REGISTERED = Message(
    code="GAL1309",
    level=Level.ERROR,
    title="admission webhook cannot be registered",
    template="{cluster} does not take the webhook {name}: {problem}.",
    meaning=(
        "The cluster does not ask about writes, or asks as it was told before. What it holds is "
        "read all the same, and the gate judges it. It is tried again."
    ),
    example="The service account may not patch the ValidatingWebhookConfiguration.",
    remedy=(
        "Give the right (samples/kubernetes/base/admission.yaml has it), or apply the "
        "configuration by hand; docs/admission.md tells what has to be in it."
    ),
)

PUBLISHED_UNREADABLE = Message(
    code="GAL1310",
    level=Level.ERROR,
    title="schemas of the cluster's own kinds cannot be read",
    template="What the API server publishes of {what} cannot be read: {problem}.",
    meaning=(
        "A source of schemas takes the fields of kinds that have no CRD from what the API server "
        "publishes. What was last read of these stays, and all others are followed."
    ),
    example="An APIService whose server is down, or a proxy that lets no one ask for /openapi/v3.",
    remedy=(
        "Look at what `kubectl get --raw /openapi/v3` says; every authenticated user may ask. With "
        "`labels` a source of schemas takes definitions alone."
    ),
)
