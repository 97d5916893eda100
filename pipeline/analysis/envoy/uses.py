"""What a resource of Envoy's names: clusters, routes, extensions and secrets.

Messages that name clusters are in the table; a new one is one entry. Where a source of
configuration stands beside the name, only what is fetched from the server itself is meant.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.analysis.envoy.nodes import Node, nodes
from pipeline.analysis.envoy.spelling import held, said, spelled, spellings
from pipeline.analysis.fields import Fields
from pipeline.loose import mapping
from pipeline.model import Document, Path, Resource

_FILTERS = "envoy.extensions.filters"
_HTTP = f"{_FILTERS}.network.http_connection_manager.v3.HttpConnectionManager"
_SPEC: Path = ("spec",)


class Named(StrEnum):
    """What a name is one of."""

    CLUSTER = "cluster"
    SERVICE = "service"
    """The cluster of a service that Envoy itself calls; often one of its own bootstrap."""
    ROUTES = "routes"
    EXTENSION = "extension"
    SECRET = "secret"  # noqa: S105  # a kind of name


class Use(NamedTuple):
    """One name, with its path."""

    what: Named
    path: Path
    name: str


def _route(action: str) -> tuple[str, ...]:
    """Where a route's action names clusters."""
    return (
        f"{action}.cluster",
        f"{action}.weighted_clusters.clusters.*.name",
        f"{action}.request_mirror_policies.*.cluster",
    )


def _below(place: str, patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{place}.{each}" for each in patterns)


_ROUTES = (
    "request_mirror_policies.*.cluster",
    "virtual_hosts.*.request_mirror_policies.*.cluster",
    *_route("virtual_hosts.*.routes.*.route"),
)
_TABLE: dict[str, tuple[str, ...]] = {
    kinds.ENVOY_ROUTES: _ROUTES,
    kinds.ENVOY_SCOPED_ROUTES: _below("route_configuration", _ROUTES),
    _HTTP: _below("route_config", _ROUTES),
    "envoy.config.route.v3.Route": _route("route"),
    "envoy.extensions.clusters.aggregate.v3.ClusterConfig": ("clusters.*",),
    f"{_FILTERS}.network.redis_proxy.v3.RedisProxy": (
        "prefix_routes.catch_all_route.cluster",
        "prefix_routes.catch_all_route.request_mirror_policy.*.cluster",
        "prefix_routes.routes.*.cluster",
        "prefix_routes.routes.*.request_mirror_policy.*.cluster",
    ),
    f"{_FILTERS}.network.tcp_proxy.v3.TcpProxy": (
        "cluster",
        "weighted_clusters.clusters.*.name",
    ),
    f"{_FILTERS}.network.thrift_proxy.v3.ThriftProxy": _route("route_config.routes.*.route"),
    f"{_FILTERS}.udp.udp_proxy.v3.Route": ("cluster",),
    f"{_FILTERS}.udp.udp_proxy.v3.UdpProxyConfig": ("cluster",),
}
"""Where clusters are named, by the collection or the message."""

_CLUSTERS = {
    name: Fields((each, None) for pattern in patterns for each in spellings(pattern))
    for name, patterns in _TABLE.items()
}
_URI = frozenset({"uri", "cluster", "timeout"})


@lru_cache(maxsize=64)
def uses_of(resource: Resource) -> tuple[Use, ...]:
    """Everything that a resource names, in order of its fields."""
    return tuple(_uses(resource.key.collection, resource.document()))


def is_here(source: Any) -> bool:
    """Whether a source of configuration is the server that sent the resource."""
    return any(held(source, name) is not None for name in ("ads", "self"))


def _uses(collection: str, document: Document) -> Iterator[Use]:
    spec = document.body.get("spec")
    yield from _clusters(Node(_SPEC, mapping(spec), collection))
    if collection == kinds.ENVOY_SCOPED_ROUTES:
        yield from _use(Named.ROUTES, _SPEC, mapping(spec), "route_configuration_name")
    for node in nodes(spec, _SPEC):
        if node.type:
            yield from _clusters(node)
        yield from _anywhere(node)


def _clusters(node: Node) -> Iterator[Use]:
    fields = _CLUSTERS.get(node.type)
    for path, name, _ in fields.match(node.value) if fields else ():
        if isinstance(name, str) and name:
            yield Use(Named.CLUSTER, (*node.path, *path), name)


def _anywhere(node: Node) -> Iterator[Use]:
    """Names that tell by their neighbours what they are, whatever message they are in."""
    path, value = node.path, node.value
    if _URI >= value.keys() >= {"uri", "cluster"}:
        yield from _use(Named.SERVICE, path, value, "cluster")
    if grpc := mapping(held(value, "envoy_grpc")):
        at = (*path, spelled(value, "envoy_grpc"))
        yield from _use(Named.SERVICE, at, grpc, "cluster_name")
    if is_here(held(value, "sds_config")):
        yield from _use(Named.SECRET, path, value, "name")
    if is_here(held(value, "config_discovery", "config_source")):
        yield from _use(Named.EXTENSION, path, value, "name")
    if node.type == _HTTP and is_here(held(value, "rds", "config_source")):
        yield from _use(Named.ROUTES, (*path, "rds"), value["rds"], "route_config_name")


def _use(what: Named, path: Path, value: dict[str, Any], field: str) -> Iterator[Use]:
    if name := said(value, field):
        yield Use(what, (*path, spelled(value, field)), name)
