"""Workloads, what selects them, and whether they have a proxy: GAL16xx."""

from pipeline.model.diagnostic import Level
from pipeline.model.messages.message import Message

POLICY_SELECTS_NOTHING = Message(
    code="GAL1601",
    level=Level.WARNING,
    title="policy selects no workload",
    template="No workload that this channel knows of has the labels {labels}.",
    meaning=(
        "The policy holds for nobody. Where the channel holds no running pods this is a remark, "
        "and made only where it holds workloads of the namespace: operators and other tools make "
        "pods that nobody writes down."
    ),
    example="`selector: {matchLabels: {app: wbe}}` where the pods have `app: web`.",
    remedy="Correct the labels: they are those of the pods, not of their Deployment or Service.",
    istio="IST0127",
)

GATEWAY_SELECTS_NOTHING = Message(
    code="GAL1602",
    level=Level.WARNING,
    title="Gateway or Sidecar selects no workload",
    template="No workload that this channel knows of has the labels {labels}.",
    meaning="Nobody opens the ports or takes the configuration. When it is judged: see GAL1601.",
    example="`selector: {istio: ingresgateway}`",
    remedy="Correct the labels: they are those of the pods, not of their Deployment or Service.",
    istio="IST0101",
)

SERVICE_SELECTS_NOTHING = Message(
    code="GAL1603",
    level=Level.WARNING,
    title="Service selects no workload",
    template="No workload that this channel knows of has the labels {labels}.",
    meaning="Requests to the Service get a 503. When it is judged: see GAL1601.",
    example="`selector: {app: wbe}` where the pods have `app: web`.",
    remedy="Correct the labels: they are those of the pods, not of their Deployment.",
)

SUBSET_SELECTS_NOTHING = Message(
    code="GAL1604",
    level=Level.WARNING,
    title="subset selects no workload",
    template="No workload of {host} that this channel knows of has the labels {labels}.",
    meaning="Requests to the subset get a 503. When it is judged: see GAL1601.",
    example="`subsets: [{name: v2, labels: {version: v2}}]` while only v1 is there.",
    remedy="Correct the labels, or add the workload before its subset.",
    istio="IST0173",
)

TELEMETRY_DEFAULT_TWICE = Message(
    code="GAL1605",
    level=Level.ERROR,
    title="two default Telemetries in a namespace",
    template="{others} is for all workloads of the namespace, too.",
    meaning="Which of them holds is not defined.",
    example="Two Telemetries without selector in one namespace.",
    remedy="Merge them, or give the others a selector.",
    istio="IST0160",
)

TELEMETRY_TWICE = Message(
    code="GAL1606",
    level=Level.ERROR,
    title="two Telemetries for one workload",
    template="{others} selects the same workloads.",
    meaning="Which of them holds is not defined.",
    example="Telemetries with the selectors `app: web` and `version: v1`, and a pod with both.",
    remedy="Merge them, or make their selectors exclude each other.",
    istio="IST0159",
)

SIDECAR_TWICE = Message(
    code="GAL1607",
    level=Level.ERROR,
    title="two Sidecars for one workload",
    template="{others} selects the same workloads.",
    meaning="Which of them a workload gets is not defined, so it can change at any time.",
    example="Sidecars with the selectors `app: web` and `version: v1`, and a pod with both.",
    remedy="Merge them, or make their selectors exclude each other.",
    istio="IST0110",
)

EGRESS_UNKNOWN = Message(
    code="GAL1608",
    level=Level.WARNING,
    title="Sidecar lets out to nothing",
    template="There is no {target} that this channel knows of.",
    meaning="What the workload wants to reach stays out of its sight: requests to it get a 502.",
    example="`egress: [{hosts: [shpo/*]}]` where the namespace is called shop.",
    remedy="Correct the host: NAMESPACE/DNS-NAME, the latter in full.",
)

LABELS_OF_INJECTION = Message(
    code="GAL1609",
    level=Level.WARNING,
    title="several labels say how a namespace joins",
    template="The labels {labels} contradict each other; only one of them is heeded.",
    meaning="Which one decides has changed between versions of Istio.",
    example="A Namespace with `istio-injection: enabled` and `istio.io/rev: canary`.",
    remedy="Keep the one that is meant.",
    istio="IST0123",
)

POD_WITHOUT_PROXY = Message(
    code="GAL1610",
    level=Level.WARNING,
    title="pod without a proxy",
    template="The pod is to be injected, and yet it has no istio-proxy.",
    meaning="It was probably made before its namespace was labelled; no policy holds for it.",
    example="A pod that is older than the label `istio-injection: enabled` of its Namespace.",
    remedy='Restart it, or say on its template `sidecar.istio.io/inject: "false"`.',
    istio="IST0103",
)

NAMESPACE_NOT_INJECTED = Message(
    code="GAL1611",
    level=Level.INFO,
    title="namespace is not in the mesh",
    template="No label says whether the workloads of {namespace} get a proxy, as others do.",
    meaning="Its workloads stay outside the mesh, while other Namespaces are injected.",
    example="A Namespace without `istio-injection` beside one with it.",
    remedy="Label it `istio-injection: enabled`, or `disabled` if that is meant.",
    istio="IST0102",
)

RUNS_AS_PROXY = Message(
    code="GAL1612",
    level=Level.WARNING,
    title="application runs as the proxy's user",
    template="User 1337 is the proxy's own: what it sends goes around the proxy.",
    meaning="What that user sends is not intercepted: no policy and no route holds for it.",
    example="`securityContext: {runAsUser: 1337}`",
    remedy="Take any other user.",
    istio="IST0144",
)

PROTOCOLS_CONFLICT = Message(
    code="GAL1613",
    level=Level.WARNING,
    title="one port, two protocols",
    template="Target port {target} is {said}, depending on the Service: {services}.",
    meaning="A workload's port can speak only one protocol; which one it is taken for is open.",
    example="Two Services of one Deployment that name its port 80 `http` and `tcp`.",
    remedy="Give the port the same protocol in all Services, or other numbers.",
    istio="IST0116",
)

PORTS_CONFLICT = Message(
    code="GAL1614",
    level=Level.WARNING,
    title="one target port behind different ports",
    template="Target port {target} is behind the ports {said} of different Services: {services}.",
    meaning="The proxy knows a target port by one Service's port; who names another is not heard.",
    example="Services web (80 to 8080) and web-alt (81 to 8080) of one Deployment.",
    remedy="Use one port for it, or one Service with both.",
    istio="IST0137",
)

IMAGE_AUTO_TEMPLATE = Message(
    code="GAL1615",
    level=Level.WARNING,
    title="image auto without injection",
    template="Nobody replaces the image auto here: {reason}.",
    meaning="Injection puts the proxy's image in its place; without it the pods do not start.",
    example="A gateway's Deployment with `image: auto` in a namespace that is not injected.",
    remedy='Label the template `sidecar.istio.io/inject: "true"`, or name an image.',
    istio="IST0146",
)

IMAGE_AUTO_POD = Message(
    code="GAL1616",
    level=Level.ERROR,
    title="pod with the image auto",
    template="The pod has the image auto, which does not exist: it was not injected.",
    meaning="It does not start.",
    example="A gateway's pod that was made while no injection was there.",
    remedy="Delete the pod once injection is in place, so that it is made again.",
    istio="IST0147",
)

ANNOTATION_MISPLACED = Message(
    code="GAL1617",
    level=Level.WARNING,
    title="annotation in the wrong place",
    template="{annotation} has no effect here; it belongs on {kinds}.",
    meaning="Istio reads each annotation on certain kinds only.",
    example="`sidecar.istio.io/proxyCPU` on a Deployment instead of its pod template.",
    remedy="Move it; for a Deployment's pods that is `spec.template.metadata.annotations`.",
    istio="IST0107",
)

ANNOTATION_UNKNOWN = Message(
    code="GAL1618",
    level=Level.INFO,
    title="unknown annotation of Istio",
    template="Istio knows no annotation {annotation}{hint}.",
    meaning=(
        "It has no effect, unless a newer version of Istio knows it; one that is nearly right is "
        "a warning."
    ),
    example="`sidecar.istio.io/injct`",
    remedy="Correct the name, or delete it.",
    istio="IST0108",
)

ANNOTATION_INVALID = Message(
    code="GAL1619",
    level=Level.WARNING,
    title="annotation with a wrong value",
    template="{value!r} is no value of {annotation}: it takes {form}.",
    meaning="Istio ignores it, or refuses to inject the pod.",
    example='`sidecar.istio.io/interceptionMode: "REDIRCT"`',
    remedy="Correct the value.",
    istio="IST0125",
)

ANNOTATION_DEPRECATED = Message(
    code="GAL1620",
    level=Level.INFO,
    title="deprecated annotation",
    template="{annotation} is deprecated.",
    meaning="A later version of Istio will ignore it.",
    example="`sidecar.istio.io/statsInclusionPrefixes`",
    remedy="Use what took its place, or delete it.",
    istio="IST0135",
)

IMAGE_DIFFERS = Message(
    code="GAL1621",
    level=Level.WARNING,
    title="proxy of another release",
    template="The proxy runs {image}; the injector gives {wanted}.",
    meaning="The pod was made before the injector was upgraded, and keeps its proxy until it goes.",
    example="A pod with `proxyv2:1.27.0` and an injector with the tag 1.28.1.",
    remedy="Start the workload again: `kubectl rollout restart deployment NAME`.",
    istio="IST0105 IST0158",
)

INJECTED_BY_DEFAULT = Message(
    code="GAL1622",
    level=Level.INFO,
    title="namespace is injected by default",
    template="Namespace {namespace} says nothing, and the injector takes all that say nothing.",
    meaning="`enableNamespacesByDefault` is set: its pods get a proxy without having asked for it.",
    example="A Namespace without labels, and an injector with `enableNamespacesByDefault: true`.",
    remedy="Say it: `istio-injection: enabled` or `disabled`.",
    istio="IST0148",
)

GATEWAY_SELECTED = Message(
    code="GAL1623",
    level=Level.WARNING,
    title="policy selects the pods of a Gateway",
    template="Its selector meets pods of Gateway {gateways}, which heed `targetRefs` alone.",
    meaning="The policy has no effect on a Gateway of the Gateway API.",
    example="`selector: {matchLabels: {gateway.networking.k8s.io/gateway-name: public}}`",
    remedy="Name the Gateway under `targetRefs` instead of selecting its pods.",
    istio="IST0166",
)

SIDECAR_IN_AMBIENT = Message(
    code="GAL1624",
    level=Level.WARNING,
    title="Sidecar in the ambient mesh",
    template="Its workloads are in the ambient mesh, where a Sidecar has no effect.",
    meaning="There is no proxy beside the workloads that it could set up.",
    example="A Sidecar in a namespace with `istio.io/dataplane-mode: ambient`.",
    remedy="Delete it, or take the workloads out of the ambient mesh.",
    istio="IST0167",
)
