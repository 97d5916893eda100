"""How older versions of Kubernetes' kinds differ from those that are stored today.

As the conversions and defaults of Kubernetes 1.36 (pkg/apis) have it, and for versions that it no
longer knows (HorizontalPodAutoscaler v2beta1) those of the last release that did.
"""

from pipeline.model.conversion import Conversion, Move, Step, default, move, place

_PATHS = "spec.rules.*.http.paths.*"
_BACKENDS = ("spec.defaultBackend", f"{_PATHS}.backend")
_INGRESS: tuple[Step, ...] = (
    move("spec", "backend", "defaultBackend"),
    *(move(at, "serviceName", "service.name") for at in _BACKENDS),
    *(move(at, "servicePort", "service.port.number", only=int) for at in _BACKENDS),
    *(move(at, "servicePort", "service.port.name", only=str) for at in _BACKENDS),
    default(_PATHS, "pathType", "ImplementationSpecific"),
)
INGRESS = (
    Conversion("networking.k8s.io/v1beta1", _INGRESS),
    Conversion("extensions/v1beta1", _INGRESS),
)

ENDPOINT_SLICE = (
    Conversion(
        "discovery.k8s.io/v1beta1",
        (
            Move(place("endpoints.*"), ("topology", "topology.kubernetes.io/zone"), ("zone",)),
            move("endpoints.*", "topology", "deprecatedTopology"),
        ),
    ),
)

_UNSET = 2**31 - 1
_ONE_BY_ONE = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}
_SELECTOR = move(
    "spec", "template.metadata.labels", "selector.matchLabels", copies=True, unless="selector"
)
_BY_HAND = default("spec", "updateStrategy.type", "OnDelete")
REPLICA_SET = (Conversion("extensions/v1beta1", (_SELECTOR,)),)
DAEMON_SET = (Conversion("extensions/v1beta1", (_SELECTOR, _BY_HAND)),)
STATEFUL_SET = (Conversion("apps/v1beta1", (_SELECTOR, _BY_HAND)),)
DEPLOYMENT = (
    Conversion(
        "extensions/v1beta1",
        (
            _SELECTOR,
            default("spec", "strategy", _ONE_BY_ONE),
            default("spec", "progressDeadlineSeconds", _UNSET),
            default("spec", "revisionHistoryLimit", _UNSET),
        ),
    ),
    Conversion("apps/v1beta1", (_SELECTOR, default("spec", "revisionHistoryLimit", 2))),
)
"""Without a selector that of the template's labels was meant, and other defaults held."""

WEBHOOKS = (
    Conversion(
        "admissionregistration.k8s.io/v1beta1",
        (
            default("webhooks.*", "failurePolicy", "Ignore"),
            default("webhooks.*", "matchPolicy", "Exact"),
            default("webhooks.*", "sideEffects", "Unknown"),
            default("webhooks.*", "timeoutSeconds", 30),
            default("webhooks.*", "admissionReviewVersions", ["v1beta1"]),
        ),
    ),
)
"""What is left out means something else now, or may not be left out any more."""

_METRICS = "spec.metrics.*"
_UTILIZATION = {"target.type": "Utilization"}
_AVERAGE = {"target.type": "AverageValue"}
_VALUE = {"target.type": "Value"}
_OF_CONTAINERS = tuple(
    step
    for metric in (f"{_METRICS}.resource", f"{_METRICS}.containerResource")
    for step in (
        move(metric, "targetAverageUtilization", "target.averageUtilization", also=_UTILIZATION),
        move(metric, "targetAverageValue", "target.averageValue", also=_AVERAGE),
    )
)
_OF_PODS = (
    move(f"{_METRICS}.pods", "metricName", "metric.name"),
    move(f"{_METRICS}.pods", "selector", "metric.selector"),
    move(f"{_METRICS}.pods", "targetAverageValue", "target.averageValue", also=_AVERAGE),
)
_OF_OBJECTS = (
    move(f"{_METRICS}.object", "target", "describedObject"),
    move(f"{_METRICS}.object", "metricName", "metric.name"),
    move(f"{_METRICS}.object", "selector", "metric.selector"),
    move(f"{_METRICS}.object", "averageValue", "target.averageValue", also=_AVERAGE),
    move(f"{_METRICS}.object", "targetValue", "target.value", also=_VALUE),
)
_FROM_OUTSIDE = (
    move(f"{_METRICS}.external", "metricName", "metric.name"),
    move(f"{_METRICS}.external", "metricSelector", "metric.selector"),
    move(f"{_METRICS}.external", "targetValue", "target.value", also=_VALUE),
    move(f"{_METRICS}.external", "targetAverageValue", "target.averageValue", also=_AVERAGE),
)
AUTOSCALER = (
    Conversion(
        "autoscaling/v1",
        (
            move(
                "spec",
                "targetCPUUtilizationPercentage",
                "metrics.0.resource.target.averageUtilization",
                also={
                    "metrics.0.type": "Resource",
                    "metrics.0.resource.name": "cpu",
                    "metrics.0.resource.target.type": "Utilization",
                },
            ),
        ),
    ),
    Conversion("autoscaling/v2beta1", (*_OF_CONTAINERS, *_OF_PODS, *_OF_OBJECTS, *_FROM_OUTSIDE)),
)
