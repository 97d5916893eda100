"""What an Envoy holds against the manifests that it should hold, message by message."""

from collections.abc import Iterable, Mapping

from tests.mesh.envoy.admin import Admin, Kind
from tests.mesh.envoy.bootstrap import SERVER, Json
from tests.mesh.envoy.messages import message_of, parsed, url_of
from tests.mesh.envoy.state import Held

KINDS: Mapping[str, Kind] = {
    "Cluster": "clusters",
    "RouteConfiguration": "routes",
    "Listener": "listeners",
}


async def differences(envoy: Admin, manifests: Iterable[Json]) -> list[str]:
    """What is missing, too much, another or warming, in words; nothing if all is as wanted."""
    wanted = list(manifests)
    found: list[str] = []
    for kind, plural in KINDS.items():
        meant = {each["metadata"]["name"]: each for each in wanted if each["kind"] == kind}
        found += _compare(kind, meant, await envoy.held(plural))
    meant_hosts = {
        each["metadata"]["name"]: _ports(each["spec"])
        for each in wanted
        if each["kind"] == "ClusterLoadAssignment"
    }
    hosts = await envoy.hosts()
    hosts.pop(SERVER, None)
    if hosts != meant_hosts:
        found.append(f"endpoints {hosts} instead of {meant_hosts}")
    return found


def _compare(kind: str, meant: Mapping[str, Json], held: Mapping[str, Held]) -> list[str]:
    found = [f"{kind} {name} is missing" for name in meant.keys() - held.keys()]
    if kind != "RouteConfiguration":  # which a listener keeps until it has ended what it has begun
        found += [f"{kind} {name} is too much" for name in held.keys() - meant.keys()]
    for name in meant.keys() & held.keys():
        if held[name].warming:
            found.append(f"{kind} {name} is warming")
        elif not _equal(kind, meant[name], held[name]):
            found.append(f"{kind} {name} is another")
    return found


def _equal(kind: str, meant: Json, held: Held) -> bool:
    body = {field: said for field, said in held.body.items() if field != "@type"}
    return parsed(url_of(kind), body) == message_of(meant)


def _ports(assignment: Json) -> set[int]:
    return {
        host["endpoint"]["address"]["socket_address"]["port_value"]
        for locality in assignment["endpoints"]
        for host in locality["lb_endpoints"]
    }
