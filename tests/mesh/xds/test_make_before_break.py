"""Clusters, endpoints, listeners, routes: what comes first, and what waits for what."""

from collections.abc import Iterable
from typing import Any

import pytest

from galley.mesh.xds import session as sessions
from galley.mesh.xds.types import CLUSTER, ENDPOINTS, LISTENER, ROUTES
from pipeline.model import Key, Resource
from tests.mesh.envoy.bootstrap import Json
from tests.mesh.envoy.configs import assignment, cluster, listener, route, routes
from tests.mesh.xds.clients import DeltaClient, WorldClient

PREFIX = "type.googleapis.com/"
CDS = f"{PREFIX}envoy.config.cluster.v3.Cluster"
EDS = f"{PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment"
LDS = f"{PREFIX}envoy.config.listener.v3.Listener"
RDS = f"{PREFIX}envoy.config.route.v3.RouteConfiguration"
OF = {CDS: CLUSTER, EDS: ENDPOINTS, LDS: LISTENER, RDS: ROUTES}
Streams = Any


def resources(manifests: Iterable[Json]) -> dict[Key, Resource]:
    found = {}
    for each in manifests:
        version = each["apiVersion"]
        key = Key(f"{version.partition('/')[0]}/{each['kind']}", "", each["metadata"]["name"])
        found[key] = Resource.build(key, version, body={"spec": each["spec"]})
    return found


def mesh(*clusters: str, to: str = "", port: int = 1, **options: Any) -> dict[Key, Resource]:
    """Clusters with endpoints, and one listener whose routes lead to one of them."""
    return resources(
        [
            *(cluster(name, **options) for name in clusters),
            *(assignment(name, [port]) for name in clusters),
            listener("main", 80),
            routes("main", route("/", to or clusters[0])),
        ]
    )


class Conversation:
    """An Envoy-like client of either kind: what it asks for, and what it is told, in order."""

    def __init__(self, client: WorldClient | DeltaClient) -> None:
        self.client: Any = client
        self.delta = isinstance(client, DeltaClient)
        self.names: set[str] = set()
        self.unanswered: list[Any] = []

    def subscribe(self, *clusters: str) -> None:
        self.client.ask(CDS)
        self.drain()
        self.endpoints(*clusters)
        self.client.ask(LDS)
        self.drain()
        self.client.ask(RDS, "main")
        self.drain()

    def endpoints(self, *clusters: str) -> None:
        self.names |= set(clusters)
        if self.delta:
            self.client.ask(EDS, *clusters)
        elif EDS in self.client.names:
            self.client.ask(EDS, *sorted(self.names), nonce=self.last_nonce)
        else:
            self.client.ask(EDS, *sorted(self.names))

    last_nonce = ""

    def step(self, *, answer: bool = True) -> Any:
        """Type, names and removals of the next response; None if there is none."""
        response = self.client.receive()
        if response is None:
            return None
        kind = OF[response.type_url].rpartition("/")[2]
        if response.type_url == EDS:
            self.last_nonce = response.nonce
        if self.delta:
            told = sorted(each.name for each in response.resources)
            gone = sorted(response.removed_resources)
        else:
            told, gone = sorted(names_in(response)), []
        if answer:
            self.answer(response)
        else:
            self.unanswered.append(response)
        return kind, told, gone

    def answer(self, response: Any) -> None:
        if self.delta:
            self.client.ask(response.type_url, nonce=response.nonce)
        else:
            names = self.client.names[response.type_url]
            self.client.ask(response.type_url, *names, nonce=response.nonce)

    def drain(self) -> list[tuple[str, list[str], list[str]]]:
        told = []
        while (step := self.step()) is not None:
            told.append(step)
        return told


def names_in(response: Any) -> list[str]:
    found = []
    for each in response.resources:
        value = each.value
        assert value[:1] == b"\x0a"
        found.append(value[2 : 2 + value[1]].decode())
    return found


@pytest.fixture(params=["sotw", "delta"])
def talk(request: Any, world: Any, delta: Any) -> Conversation:
    return Conversation(world() if request.param == "sotw" else delta())


async def test_a_new_cluster_comes_before_the_route_to_it(line: Any, talk: Conversation) -> None:
    line.replace(mesh("a"), "publish")
    talk.subscribe("a")
    line.replace(mesh("a", "b", to="b"), "publish")
    kind, told, _ = talk.step(answer=False)
    assert (kind, "b" in told) == ("Cluster", True)
    assert talk.step() is None  # the route waits until it is warm
    talk.endpoints("a", "b")
    kind, told, _ = talk.step()
    assert (kind, "b" in told) == ("ClusterLoadAssignment", True)
    assert talk.step() is None
    talk.answer(talk.unanswered[0])
    assert [kind for kind, _, _ in talk.drain()] == ["RouteConfiguration"]


async def test_routes_wait_for_a_cold_cluster_for_a_while_only(
    line: Any, talk: Conversation, monkeypatch: Any
) -> None:
    line.replace(mesh("a"), "publish")
    talk.subscribe("a")
    monkeypatch.setattr(sessions, "WARM_SECONDS", 0.0)
    line.replace(mesh("a", "b", to="b"), "publish")
    assert talk.step(answer=False)[0] == "Cluster"
    assert talk.step()[0] == "RouteConfiguration"


async def test_a_cluster_that_went_stays_until_no_route_names_it(
    line: Any, talk: Conversation
) -> None:
    line.replace(mesh("a", "b", to="a"), "publish")
    talk.subscribe("a", "b")
    line.replace(mesh("b"), "publish")
    told = talk.drain()
    kinds = [kind for kind, *_ in told if kind != "ClusterLoadAssignment"]
    if talk.delta:
        assert kinds == ["RouteConfiguration", "Cluster"]
        assert told[-1] == ("Cluster", [], ["a"])
    else:
        assert kinds == ["Cluster", "RouteConfiguration", "Cluster"]
        assert told[0] == ("Cluster", ["a", "b"], [])
        assert told[-1] == ("Cluster", ["b"], [])
    assert line.channel.members.connected() == (1, 1)


async def test_who_keeps_what_went_is_not_counted_as_having_what_is_live(
    line: Any, talk: Conversation
) -> None:
    line.replace(mesh("a", "b", to="a"), "publish")
    talk.subscribe("a", "b")
    line.replace(mesh("b"), "publish")
    while (step := talk.step(answer=False)) is not None and step[0] != "RouteConfiguration":
        talk.answer(talk.unanswered.pop())
    assert line.channel.members.connected() == (1, 0)
    talk.answer(talk.unanswered.pop())
    assert talk.drain()[-1][0] == "Cluster"
    assert line.channel.members.connected() == (1, 1)


async def test_a_cluster_that_comes_back_meanwhile_stays(line: Any, talk: Conversation) -> None:
    line.replace(mesh("a", "b", to="a"), "publish")
    talk.subscribe("a", "b")
    line.replace(mesh("b"), "publish")
    if not talk.delta:
        assert talk.step()[1] == ["a", "b"]
    line.replace(mesh("a", "b", to="b"), "publish")
    told = talk.drain()
    assert not any("a" in gone for kind, _, gone in told if kind == "Cluster")
    clusters = [names for kind, names, _ in told if kind == "Cluster"]
    if not talk.delta:
        assert clusters[-1] == ["a", "b"]
    assert line.channel.members.connected() == (1, 1)


async def test_endpoints_follow_a_changed_cluster_though_they_are_the_same(
    line: Any, talk: Conversation
) -> None:
    line.replace(mesh("a", "b"), "publish")
    talk.subscribe("a", "b")
    changed = {**mesh("a", "b"), **resources([cluster("b", connect_timeout="9s")])}
    line.replace(changed, "publish")
    assert talk.step(answer=False)[0] == "Cluster"
    assert talk.step() == ("ClusterLoadAssignment", ["b"], [])  # the ACK of the cluster waits
    again = {**changed, **resources([cluster("b", connect_timeout="8s")])}
    talk.answer(talk.unanswered.pop())
    line.replace(again, "publish")
    assert talk.step()[0] == "Cluster"
    assert talk.step() == ("ClusterLoadAssignment", ["b"], [])


async def test_endpoints_by_another_name_follow_as_well(line: Any, talk: Conversation) -> None:
    named = cluster("b")
    named["spec"]["eds_cluster_config"]["service_name"] = "elsewhere"
    made = {**mesh("a"), **resources([named, assignment("elsewhere", [2])])}
    line.replace(made, "publish")
    talk.subscribe("a", "elsewhere")
    named["spec"]["connect_timeout"] = "9s"
    line.replace({**made, **resources([named])}, "publish")
    assert talk.step()[0] == "Cluster"
    assert talk.step() == ("ClusterLoadAssignment", ["elsewhere"], [])


async def test_newer_clusters_do_not_wait_for_ever_for_an_acknowledgement(
    line: Any, talk: Conversation, monkeypatch: Any
) -> None:
    line.replace(mesh("a"), "publish")
    talk.subscribe("a")
    line.replace(mesh("a", connect_timeout="7s"), "publish")
    assert talk.step(answer=False)[0] == "Cluster"
    assert talk.step()[0] == "ClusterLoadAssignment"
    line.replace(mesh("a", connect_timeout="8s"), "publish")
    assert talk.step() is None
    assert talk.client.session.due < float("inf")
    monkeypatch.setattr(sessions, "PATIENCE_SECONDS", 0.0)
    assert talk.step()[0] == "Cluster"


async def test_routes_do_not_overtake_clusters_that_wait(line: Any, talk: Conversation) -> None:
    line.replace(mesh("a"), "publish")
    talk.subscribe("a")
    line.replace(mesh("a", connect_timeout="7s"), "publish")
    assert talk.step(answer=False)[0] == "Cluster"
    assert talk.step()[0] == "ClusterLoadAssignment"
    line.replace(mesh("a", "b", to="b", connect_timeout="7s"), "publish")
    assert talk.step() is None
    talk.answer(talk.unanswered.pop())
    assert talk.step(answer=False)[0] == "Cluster"
    assert talk.step() is None


async def test_routes_do_not_wait_for_clusters_that_were_refused(
    line: Any, talk: Conversation
) -> None:
    line.replace(mesh("a"), "publish")
    talk.subscribe("a")
    bad = {**mesh("a", connect_timeout="7s"), **resources([listener("main", 81)])}
    line.replace(bad, "publish")
    response = talk.client.receive()
    talk.client.answer(response, "no")
    assert "Listener" in [kind for kind, *_ in talk.drain()]


async def test_endpoints_change_alone(line: Any, talk: Conversation) -> None:
    line.replace(mesh("a", "b"), "publish")
    talk.subscribe("a", "b")
    line.replace({**mesh("a", "b"), **resources([assignment("b", [7])])}, "publish")
    assert talk.drain() == [("ClusterLoadAssignment", ["b"], [])]


async def test_who_comes_back_keeps_what_went_until_its_routes_are_known(
    line: Any, delta: Any, monkeypatch: Any
) -> None:
    line.replace(mesh("a", "b", to="a"), "publish")
    first = Conversation(delta())
    first.subscribe("a", "b")
    held = {
        url: {
            key.name: each.digest.hex()[:16]
            for key, each in line.content.items()
            if key.collection == OF[url]
        }
        for url in OF
    }
    line.replace(mesh("b"), "publish")
    later = Conversation(delta())
    later.client.ask(CDS, held=held[CDS])
    assert later.drain() == [("Cluster", [], [])]
    later.client.ask(RDS, "main", held=held[RDS])
    assert later.drain() == [("RouteConfiguration", ["main"], [])]
    assert later.client.session.due < float("inf")
    later.client.session._returning_until = 0.0
    assert later.drain() == [("Cluster", [], ["a"])]
