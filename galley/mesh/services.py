"""The methods that are served: which session speaks on each."""

from collections.abc import Callable
from typing import NamedTuple

from galley.mesh.mcp.session import McpSession
from galley.mesh.session import Opening, Session
from galley.mesh.xds.delta import DeltaXds
from galley.mesh.xds.sotw import Sotw
from galley.mesh.xds.types import ENVOY
from galley.settings import MeshSettings

_MCP = "/istio.mcp.v1alpha1.ResourceSource/EstablishResourceStream"
_AGGREGATED = "/envoy.service.discovery.v3.AggregatedDiscoveryService"
_SERVICES = {
    "envoy.service.cluster.v3.ClusterDiscoveryService": (
        "Clusters",
        "envoy.config.cluster.v3.Cluster",
    ),
    "envoy.service.endpoint.v3.EndpointDiscoveryService": (
        "Endpoints",
        "envoy.config.endpoint.v3.ClusterLoadAssignment",
    ),
    "envoy.service.listener.v3.ListenerDiscoveryService": (
        "Listeners",
        "envoy.config.listener.v3.Listener",
    ),
    "envoy.service.route.v3.RouteDiscoveryService": (
        "Routes",
        "envoy.config.route.v3.RouteConfiguration",
    ),
    "envoy.service.route.v3.ScopedRoutesDiscoveryService": (
        "ScopedRoutes",
        "envoy.config.route.v3.ScopedRouteConfiguration",
    ),
    "envoy.service.route.v3.VirtualHostDiscoveryService": (
        "VirtualHosts",
        "envoy.config.route.v3.VirtualHost",
    ),
    "envoy.service.runtime.v3.RuntimeDiscoveryService": (
        "Runtime",
        "envoy.service.runtime.v3.Runtime",
    ),
    "envoy.service.extension.v3.ExtensionConfigDiscoveryService": (
        "ExtensionConfigs",
        "envoy.config.core.v3.TypedExtensionConfig",
    ),
}
"""Services of one type: what their methods are about, and its message."""


class Method(NamedTuple):
    """One method of a service."""

    suffix: str
    """What is shown behind the wire of its clients."""
    session: Callable[[Opening, MeshSettings], Session]


def _mcp(opening: Opening, settings: MeshSettings) -> Session:
    return McpSession(opening, max_message=settings.max_message, strict=settings.strict_collections)


def _xds(session: Callable[[Opening, str], Session], only: str = "") -> Callable[..., Session]:
    return lambda opening, _: session(opening, only)


def methods() -> dict[str, Method]:
    """By path."""
    found = {
        _MCP: Method("", _mcp),
        f"{_AGGREGATED}/StreamAggregatedResources": Method("", _xds(Sotw)),
        f"{_AGGREGATED}/DeltaAggregatedResources": Method("-delta", _xds(DeltaXds)),
    }
    for service, (what, message) in _SERVICES.items():
        only = ENVOY + message
        found[f"/{service}/Stream{what}"] = Method("", _xds(Sotw, only))
        found[f"/{service}/Delta{what}"] = Method("-delta", _xds(DeltaXds, only))
    return found
