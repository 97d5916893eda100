"""What Istio and Kubernetes take a field to be that is left out, kind by kind.

Only what holds for every mesh: what depends on its settings, on the cluster or on another resource
is not here. Sources: istio.io/istio of 27 August 2026 (pilot/pkg/networking/core/route/retry, for
retries; pilot/pkg/model/push_context.go, `meshGateways`), istio.io/api 1.32 (enumerations, whose
first value is that of a field left out), and Kubernetes 1.36 (pkg/apis/core/v1/defaults.go).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pipeline import kinds

Holder: TypeAlias = Mapping[str, Any]
"""The map that a field belongs to."""


def _always(_holder: Holder) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Default:
    """A field, and what it is where it is left out."""

    collection: str
    holder: tuple[str, ...]
    """The way to the map that it belongs to; `*` stands for each item of a list."""
    field: str
    value: Any
    """What it is; or how that is found out from the holder."""
    where: Callable[[Holder], bool] = _always
    """On which holders."""

    @property
    def name(self) -> str:
        """How people call it: `VirtualService.spec.http[*].retries`."""
        kind = self.collection.rpartition("/")[2]
        return ".".join((kind, *self.holder, self.field)).replace(".*", "[*]")

    def of(self, holder: Holder) -> Any:
        return self.value(holder) if callable(self.value) else self.value


def _routes(http: Holder) -> bool:
    """Whether an HTTP route sends requests on itself."""
    return bool(http.get("route")) and not http.keys() & {"redirect", "directResponse", "delegate"}


def _has_hosts(spec: Holder) -> bool:
    """A VirtualService without hosts is one that others delegate to, and has no gateways."""
    return bool(spec.get("hosts"))


def _type(*types: str) -> Callable[[Holder], bool]:
    return lambda spec: spec.get("type", "ClusterIP") in types


def _from_outside(spec: Holder) -> bool:
    return _type("NodePort", "LoadBalancer")(spec) or (
        _type("ClusterIP")(spec) and bool(spec.get("externalIPs"))
    )


def _by_client(spec: Holder) -> bool:
    return spec.get("sessionAffinity") == "ClientIP"


def _has_port(port: Holder) -> bool:
    return "port" in port


def _port(port: Holder) -> Any:
    return port["port"]


_RETRY_ON = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
_SPEC = ("spec",)
_POLICY = ("spec", "trafficPolicy")
_SUBSET = ("spec", "subsets", "*", "trafficPolicy")
_RULE = kinds.DESTINATION_RULE
_SERVICE = kinds.SERVICE

DEFAULTS: tuple[Default, ...] = (
    Default(kinds.AUTHORIZATION_POLICY, _SPEC, "action", "ALLOW"),
    Default(_RULE, (*_POLICY, "tls"), "mode", "DISABLE"),
    Default(_RULE, (*_POLICY, "portLevelSettings", "*", "tls"), "mode", "DISABLE"),
    Default(_RULE, (*_SUBSET, "tls"), "mode", "DISABLE"),
    Default(_RULE, (*_SUBSET, "portLevelSettings", "*", "tls"), "mode", "DISABLE"),
    Default(kinds.GATEWAY, ("spec", "servers", "*", "tls"), "mode", "PASSTHROUGH"),
    Default(_SERVICE, _SPEC, "type", "ClusterIP"),
    Default(_SERVICE, _SPEC, "sessionAffinity", "None"),
    Default(
        _SERVICE,
        _SPEC,
        "sessionAffinityConfig",
        {"clientIP": {"timeoutSeconds": 10800}},
        _by_client,
    ),
    Default(_SERVICE, ("spec", "ports", "*"), "protocol", "TCP"),
    Default(_SERVICE, ("spec", "ports", "*"), "targetPort", _port, _has_port),
    Default(
        _SERVICE,
        _SPEC,
        "internalTrafficPolicy",
        "Cluster",
        _type("ClusterIP", "NodePort", "LoadBalancer"),
    ),
    Default(_SERVICE, _SPEC, "externalTrafficPolicy", "Cluster", _from_outside),
    Default(_SERVICE, _SPEC, "allocateLoadBalancerNodePorts", True, _type("LoadBalancer")),
    Default(kinds.SERVICE_ENTRY, _SPEC, "location", "MESH_EXTERNAL"),
    Default(kinds.SERVICE_ENTRY, _SPEC, "resolution", "NONE"),
    Default(kinds.SIDECAR, ("spec", "outboundTrafficPolicy"), "mode", "REGISTRY_ONLY"),
    Default(kinds.VIRTUAL_SERVICE, _SPEC, "gateways", ["mesh"], _has_hosts),
    Default(
        kinds.VIRTUAL_SERVICE,
        ("spec", "http", "*"),
        "retries",
        {"attempts": 2, "retryOn": _RETRY_ON},
        _routes,
    ),
    Default(kinds.WASM_PLUGIN, _SPEC, "failStrategy", "FAIL_CLOSE"),
)
"""Every default, by kind; in the order in which they are filled in."""
