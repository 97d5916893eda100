"""Envoy's resources as Galley reads them: the message in protobuf's JSON under `spec`."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.mesh.envoy.bootstrap import ADS, EXTENSIONS, Json, address, endpoint

HCM = f"{EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager"
ROUTER = f"{EXTENSIONS}.filters.http.router.v3.Router"
GROUPS = {
    "Cluster": "envoy.config.cluster/v3",
    "ClusterLoadAssignment": "envoy.config.endpoint/v3",
    "RouteConfiguration": "envoy.config.route/v3",
    "Listener": "envoy.config.listener/v3",
}
"""The kinds in the order in which they are to be made: what is named comes before who names it."""


def manifest(kind: str, name: str, spec: Json) -> Json:
    metadata = {"name": name}
    return {"apiVersion": GROUPS[kind], "kind": kind, "metadata": metadata, "spec": spec}


def cluster(name: str, *, source: Json = ADS, **fields: Any) -> Json:
    """A cluster whose endpoints are subscribed to as well; `fields` are those of the message."""
    spec: Json = {"name": name, "type": "EDS", "connect_timeout": "1s"}
    return manifest(
        "Cluster", name, {**spec, "eds_cluster_config": {"eds_config": source}, **fields}
    )


def assignment(name: str, ports: Iterable[int] | Mapping[int, int]) -> Json:
    """The endpoints of a cluster, on loopback: ports, or ports with their weights."""
    weights = ports if isinstance(ports, Mapping) else dict.fromkeys(ports, 1)
    endpoints = [endpoint(port, weight) for port, weight in weights.items()]
    localities = [{"lb_endpoints": endpoints}] if endpoints else []
    spec = {"cluster_name": name, "endpoints": localities}
    return manifest("ClusterLoadAssignment", name, spec)


def route(prefix: str, to: str | Mapping[str, int], **fields: Any) -> Json:
    """One of the `routes`, to a cluster or to clusters by weight; `fields` are of RouteAction."""
    if isinstance(to, str):
        action: Json = {"cluster": to}
    else:
        weights = [{"name": name, "weight": weight} for name, weight in to.items()]
        action = {"weighted_clusters": {"clusters": weights}}
    return {"match": {"prefix": prefix}, "route": {**action, **fields}}


def routes(name: str, *found: Json) -> Json:
    """A route configuration for every host; the first route that matches is taken."""
    host = {"name": "all", "domains": ["*"], "routes": list(found)}
    return manifest("RouteConfiguration", name, {"name": name, "virtual_hosts": [host]})


def listener(
    name: str, port: int, *, routes: str = "main", source: Json = ADS, **fields: Any
) -> Json:
    """HTTP on a port of loopback, by a route configuration that is subscribed to.

    `fields` are those of the HTTP connection manager; its statistics are called like the listener.
    """
    manager = {
        "@type": HCM,
        "stat_prefix": name,
        "rds": {"route_config_name": routes, "config_source": source},
        "http_filters": [{"name": "router", "typed_config": {"@type": ROUTER}}],
        **fields,
    }
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    spec = {"name": name, "address": address(port), "filter_chains": [chain]}
    return manifest("Listener", name, spec)


def services(
    port: int, ports: Mapping[str, Iterable[int]], *, main: str = "", source: Json = ADS
) -> list[Json]:
    """Services by name with the ports of their endpoints, each at `/NAME/` of one listener.

    Everything else goes to `main`, or to the first.
    """
    rules = [route(f"/{name}/", name) for name in ports]
    rest = route("/", main or next(iter(ports)))
    return [
        *(cluster(name, source=source) for name in ports),
        *(assignment(name, each) for name, each in ports.items()),
        routes("main", *rules, rest),
        listener("main", port, source=source),
    ]


def write(folder: Path, manifests: Iterable[Json]) -> list[str]:
    """Make a folder hold exactly these, a file for each; the names of the files that changed.

    Whatever is seen in between is consistent if both ends are: what is named is made before who
    names it changes, and removed after it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    order = list(GROUPS)
    wanted = {
        f"{order.index(each['kind'])}-{each['metadata']['name']}.json": json.dumps(each, indent=1)
        for each in manifests
    }
    there = {path.name: path.read_text() for path in folder.glob("*.json")}
    changed = sorted(name for name, text in wanted.items() if there.get(name) != text)
    for name in changed:
        (folder / f"{name}.new").write_text(wanted[name])
        (folder / f"{name}.new").rename(folder / name)
    gone = sorted(there.keys() - wanted.keys(), reverse=True)
    for name in gone:
        (folder / name).unlink()
    return changed + gone
