"""The table of Istio's annotations: on which kinds each counts, and what values it takes.

Kinds and deprecations are those of istio.io/api 1.32 (`annotation/annotations.gen.go`), with what
earlier releases had besides. A new annotation is one entry. Where the form of a value is not known,
every value will do.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

POD = "pods"
SERVICE = "Services"
NAMESPACE = "Namespaces"
ANY = "any kind"
OTHERS = "kinds of Istio and the Gateway API"
ANYWHERE = frozenset({ANY, OTHERS})
"""Never misplaced: from a Gateway they are passed on to what is made for it."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the values of an annotation look like."""

    said: str
    """As people say it: `true or false`."""
    pattern: re.Pattern[str]

    def takes(self, value: str) -> bool:
        """Whether a value has the form."""
        return self.pattern.fullmatch(value.strip()) is not None


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is known of one annotation."""

    on: tuple[str, ...]
    form: Form | None = None
    deprecated: bool = False


def _form(said: str, pattern: str) -> Form:
    return Form(said, re.compile(pattern))


def _listed(item: str) -> str:
    return rf"({item}(\s*,\s*{item})*)?"


_CIDR = r"(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)(/\d{1,3})?"
_PORTS = _listed(r"\d{1,5}")
_RANGES = _listed(_CIDR)
_LEVEL = r"(trace|debug|info|warn|warning|error|err|critical|off|none|fatal)"

BOOLEAN = _form("true or false", r"(?i:true|false|t|f|1|0|y|n|yes|no|on|off)")
NUMBER = _form("a number", r"\d+")
PORT = _form("a port", r"\d{1,5}")
PORTS = _form("ports, separated by commas", _PORTS)
PORTS_OR_ALL = _form("ports, separated by commas, or *", rf"\*|{_PORTS}")
RANGES = _form("ranges of addresses, separated by commas", _RANGES)
RANGES_OR_ALL = _form("ranges of addresses, separated by commas, or *", rf"\*|{_RANGES}")
QUANTITY = _form("a quantity", r"[+]?(\d+(\.\d*)?|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][-+]?\d+)?")
LEVEL = _form("a level of the log", _LEVEL)
MODE = _form("REDIRECT, TPROXY or NONE", "REDIRECT|TPROXY|NONE")


def _all(
    prefix: str,
    names: str,
    *on: str,
    form: Form | None = None,
    deprecated: bool = False,
) -> Iterable[tuple[str, Annotation]]:
    """Several annotations that have all in common but the last part of their names."""
    return ((prefix + name, Annotation(on, form, deprecated)) for name in names.split())


_SIDECAR = "sidecar.istio.io/"
_TRAFFIC = "traffic.sidecar.istio.io/"
_READINESS = "readiness.status.sidecar.istio.io/"

ANNOTATIONS: Mapping[str, Annotation] = dict(
    (
        *_all("alpha.istio.io/", "identity", POD, deprecated=True),
        *_all(
            "alpha.istio.io/",
            "canonical-serviceaccounts kubernetes-serviceaccounts",
            SERVICE,
            deprecated=True,
        ),
        *_all("ambient.istio.io/", "bypass-inbound-capture dns-capture", POD, form=BOOLEAN),
        *_all("ambient.istio.io/", "redirection", POD),
        *_all("ambient.istio.io/", "waypoint-inbound-binding", OTHERS),
        *_all("galley.istio.io/", "analyze-suppress", ANY),
        *_all("gateway.istio.io/", "controller-version", ANY),
        *_all("gateway.istio.io/", "name-override service-account", OTHERS),
        *_all("inject.istio.io/", "templates", POD),
        *_all("install.operator.istio.io/", "chart-owner owner-generation version", ANY),
        *_all("istio.io/", "rev reroute-virtual-interfaces", POD),
        *_all("istio.io/", "use-waypoint-canary-weight", SERVICE, NAMESPACE, OTHERS),
        *_all(
            "istio.io/",
            "autoRegistrationGroup connectedAt disconnectedAt workloadController dry-run",
            OTHERS,
        ),
        *_all(
            "networking.alpha.istio.io/",
            "endpointsVersion notReadyEndpoints serviceVersion",
            OTHERS,
        ),
        *_all("networking.istio.io/", "exportTo", SERVICE),
        *_all("networking.istio.io/", "traffic-distribution", SERVICE, NAMESPACE, OTHERS),
        *_all("networking.istio.io/", "address-type service-type", OTHERS),
        *_all(
            "policy.istio.io/",
            "check checkBaseRetryWaitTime checkMaxRetryWaitTime checkRetries lang",
            POD,
            deprecated=True,
        ),
        *_all("security.istio.io/", "autoMTLS", POD, deprecated=True),
        *_all("prometheus.istio.io/", "merge-metrics", POD, form=BOOLEAN),
        *_all("proxy.istio.io/", "config overrides", POD),
        *_all(_READINESS, "applicationPorts", POD, form=PORTS),
        *_all(_READINESS, "failureThreshold initialDelaySeconds periodSeconds", POD, form=NUMBER),
        *_all(_SIDECAR, "agentLogLevel componentLogLevel", POD),
        *_all(_SIDECAR, "logLevel", POD, form=LEVEL),
        *_all(_SIDECAR, "controlPlaneAuthPolicy discoveryAddress", POD, deprecated=True),
        *_all(_SIDECAR, "enableCoreDump nativeSidecar", POD, form=BOOLEAN),
        *_all(_SIDECAR, "inject", POD, form=BOOLEAN, deprecated=True),
        *_all(_SIDECAR, "rewriteAppHTTPProbers", POD, form=BOOLEAN),
        *_all(_SIDECAR, "interceptionMode", POD, form=MODE),
        *_all(_SIDECAR, "proxyCPU proxyCPULimit proxyMemory proxyMemoryLimit", POD, form=QUANTITY),
        *_all(
            _SIDECAR,
            "bootstrapOverride proxyImage proxyImageType statsEvictionInterval statsFlushInterval"
            " statsHistogramBins statsHistogramBuckets status userVolume userVolumeMount",
            POD,
        ),
        *_all(
            _SIDECAR,
            "extraStatTags statsCompression statsInclusionPrefixes statsInclusionRegexps"
            " statsInclusionSuffixes",
            POD,
            deprecated=True,
        ),
        *_all("status.sidecar.istio.io/", "port", POD, form=PORT),
        *_all("topology.istio.io/", "controlPlaneClusters", NAMESPACE),
        *_all("traffic.istio.io/", "nodeSelector", SERVICE),
        *_all(_TRAFFIC, "excludeInboundPorts excludeOutboundPorts", POD, form=PORTS),
        *_all(_TRAFFIC, "includeInboundPorts includeOutboundPorts", POD, form=PORTS_OR_ALL),
        *_all(_TRAFFIC, "excludeOutboundIPRanges", POD, form=RANGES),
        *_all(_TRAFFIC, "includeOutboundIPRanges", POD, form=RANGES_OR_ALL),
        *_all(_TRAFFIC, "excludeInterfaces", POD),
        *_all(_TRAFFIC, "kubevirtInterfaces", POD, deprecated=True),
    )
)
"""Every annotation by its name."""
