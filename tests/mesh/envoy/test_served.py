"""A real Envoy behind the mesh server: what is published reaches traffic, no request is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.model import Key, Resource
from tests.mesh.envoy.bootstrap import Bootstrap, Json
from tests.mesh.envoy.configs import assignment, cluster, listener, route, routes, services
from tests.mesh.envoy.edits import Scene, edits
from tests.mesh.envoy.proxy import Envoy, ports, program
from tests.mesh.envoy.traffic import Traffic
from tests.mesh.envoy.upstream import backends
from tests.mesh.served import Mesh, serving

DIALECTS = pytest.mark.parametrize("delta", [False, True], ids=["sotw", "delta"])


@pytest.fixture(autouse=True)
def _envoy() -> None:
    program()


def resources(manifests: Iterable[Json]) -> dict[Key, Resource]:
    found = (_resource(each) for each in manifests)
    return {each.key: each for each in found}


def _resource(manifest: Json) -> Resource:
    version = manifest["apiVersion"]
    group = version.partition("/")[0]
    key = Key(f"{group}/{manifest['kind']}", "", manifest["metadata"]["name"])
    labels = manifest["metadata"].get("labels", {})
    return Resource.build(key, version, labels=labels, body={"spec": manifest["spec"]})


@dataclass
class Proxied:
    """A mesh, an Envoy that it serves, and traffic through it."""

    mesh: Mesh
    envoy: Envoy
    traffic: Traffic

    def publish(self, manifests: Iterable[Json]) -> int:
        return self.mesh.line.replace(resources(manifests), "publish")

    async def shows(self, manifests: Iterable[Json]) -> None:
        await self.envoy.shows(manifests)
        await self.envoy.until(lambda: self.mesh.line.channel.members.connected() == (1, 1))


@asynccontextmanager
async def proxied(
    folder: Path, front: int, manifests: Iterable[Json], *, delta: bool
) -> AsyncIterator[Proxied]:
    first = list(manifests)
    async with serving(*resources(first).values()) as mesh:
        port = int(mesh.address.rpartition(":")[2])
        async with Envoy(Bootstrap(port, delta), folder) as envoy, Traffic(front) as traffic:
            found = Proxied(mesh, envoy, traffic)
            await found.shows(first)
            yield found


@DIALECTS
async def test_every_kind_of_change_reaches_traffic(tmp_path: Path, *, delta: bool) -> None:
    async with backends("a", "b", "c") as at:
        with ports(2) as (front, other):
            one = services(front, {"shop": [at["a"]]})
            async with proxied(tmp_path, front, one, delta=delta) as it:
                await it.traffic.reaches({"a"})
                it.publish(services(front, {"shop": [at["b"]]}))  # endpoints
                await it.traffic.reaches({"b"})
                tuned = services(front, {"shop": [at["b"]]})
                tuned[0]["spec"]["connect_timeout"] = "2s"  # the cluster alone
                it.publish(tuned)
                await it.shows(tuned)
                two = services(front, {"shop": [at["b"]], "next": [at["c"]]}, main="next")
                it.publish(two)  # a new cluster, and a route to it
                await it.traffic.reaches({"c"})
                back = services(front, {"shop": [at["b"]]})
                it.publish(back)  # the route goes back, and the cluster away
                await it.traffic.reaches({"b"})
                await it.shows(back)
                more = [*back, listener("more", other)]
                it.publish(more)
                await it.shows(more)
                async with Traffic(other) as second:
                    await second.reaches({"b"})
                it.publish(back)
                await it.shows(back)
                state = await it.envoy.state()
            assert it.traffic.failures == []
            assert state.rejected == 0


@DIALECTS
async def test_a_changed_cluster_is_warm_at_once(tmp_path: Path, *, delta: bool) -> None:
    """Its endpoints are sent behind it although nothing about them has changed: without them it
    would warm until the end of days, as `initial_fetch_timeout` is 0 here."""
    async with backends("a") as at:
        with ports(1) as (front,):
            one = services(front, {"shop": [at["a"]], "rest": [at["a"]]})
            async with proxied(tmp_path, front, one, delta=delta) as it:
                for number in range(5):
                    for each in one[:2]:
                        each["spec"]["connect_timeout"] = f"{number + 2}s"
                    it.publish(one)
                    await it.shows(one)


@DIALECTS
async def test_200_edits_lose_no_request(tmp_path: Path, *, delta: bool) -> None:
    async with backends("a", "b", "c", "d") as at:
        with ports(5) as (front, *spare):
            backs = list(at.values())
            scene = Scene.of(front, backs)
            async with proxied(tmp_path, front, scene.manifests(), delta=delta) as it:
                for number, edit in enumerate(edits(23, scene, backs, spare, 200)):
                    it.publish(edit.scene.manifests())
                    if number % 10 == 9:
                        await it.shows(edit.scene.manifests())
                    else:
                        await asyncio.sleep(0.002 * (number % 7))  # some meet, some do not
                await it.shows(edit.scene.manifests())
                await it.traffic.some(10)
                state = await it.envoy.state()
                (member,) = it.mesh.subscribers()
            assert it.traffic.failures == []
            assert state.rejected == 0
            assert not state.warming
            assert (member.state, member.wire) == ("synced", "envoy-delta" if delta else "envoy")


@DIALECTS
async def test_what_envoy_refuses_is_traced_and_not_sent_again(
    tmp_path: Path, *, delta: bool
) -> None:
    async with backends("a") as at:
        with ports(1) as (front,):
            good = services(front, {"shop": [at["a"]]})
            async with proxied(tmp_path, front, good, delta=delta) as it:
                bad = services(front, {"shop": [at["a"]]})
                bad[-1]["spec"]["filter_chains"][0]["filters"][0]["name"] = "x"
                manager = bad[-1]["spec"]["filter_chains"][0]["filters"][0]["typed_config"]
                manager["http_filters"].insert(0, manager["http_filters"][0])  # two routers
                number = it.publish(bad)
                await it.envoy.until(lambda: it.mesh.subscribers()[0].state == "nacked")
                (member,) = it.mesh.subscribers()
                assert [each.resource for each in member.nacked] == [
                    "envoy.config.listener/Listener//main"
                ]
                assert member.version < number
                rejected = (await it.envoy.state()).rejected
                await it.traffic.some(10)
                assert (await it.envoy.state()).rejected == rejected == 1
                it.publish(good)
                await it.envoy.until(lambda: it.mesh.subscribers()[0].state == "synced")
                better = services(front, {"shop": [at["a"]]})
                better[-1] = listener("main", front, server_name="better")
                it.publish(better)
                await it.shows(better)
                assert it.mesh.subscribers()[0].nack == ""
            assert it.traffic.failures == []


@DIALECTS
async def test_a_rollback_is_seen_by_traffic(tmp_path: Path, *, delta: bool) -> None:
    async with backends("a", "b") as at:
        with ports(1) as (front,):
            one = services(front, {"shop": [at["a"]]})
            async with proxied(tmp_path, front, one, delta=delta) as it:
                await it.traffic.reaches({"a"})
                it.publish(services(front, {"shop": [at["b"]]}))
                await it.traffic.reaches({"b"})
                number = it.mesh.line.rollback(1)
                assert (await it.mesh.line.channel.delivered(number, timeout=10)).had == 1
                await it.traffic.reaches({"a"})
            assert it.traffic.failures == []


@DIALECTS
async def test_the_server_goes_and_comes_back_and_traffic_flows(
    tmp_path: Path, *, delta: bool
) -> None:
    """What Envoy holds when it comes back, removals included, is what is live."""
    async with backends("a", "b") as at:
        with ports(1) as (front,):
            one = services(front, {"shop": [at["a"]], "old": [at["a"]]})
            async with proxied(tmp_path, front, one, delta=delta) as it:
                again = {"mesh_listen": it.mesh.address}
                it.mesh.server.take_over(it.mesh.settings.model_copy(update=again))
                await it.mesh.server.stop()
                await it.traffic.some(5)
                two = services(front, {"shop": [at["b"]]})
                it.publish(two)
                await it.mesh.server.start()
                await it.traffic.reaches({"b"})
                await it.shows(two)
            assert it.traffic.failures == []


@DIALECTS
async def test_services_of_one_type_each(tmp_path: Path, *, delta: bool) -> None:
    async with backends("a", "b") as at:
        with ports(1) as (front,):
            async with serving() as mesh:
                port = int(mesh.address.rpartition(":")[2])
                bootstrap = Bootstrap(port, delta, aggregated=False)

                def made(backend: str) -> dict[Key, Resource]:
                    there = {"shop": [at[backend]]}
                    return resources(services(front, there, source=bootstrap.source))

                mesh.line.replace(made("a"), "publish")
                async with Envoy(bootstrap, tmp_path) as envoy, Traffic(front) as traffic:
                    await traffic.reaches({"a"})
                    mesh.line.replace(made("b"), "publish")
                    await traffic.reaches({"b"})
                    assert (await envoy.state()).rejected == 0
    assert traffic.failures == []


async def test_resources_that_are_gone_from_a_group_go(tmp_path: Path) -> None:
    """A cluster without the label that a group asks for is not there for its Envoys."""
    group = {"match": {"cluster": "edge"}, "labels": {"for": "edge"}}
    made = [cluster("a"), assignment("a", [1]), cluster("b"), assignment("b", [1])]
    for each in made:
        each["metadata"]["labels"] = {"for": "edge"}
    async with serving(*resources(made).values(), groups=[group]) as mesh:
        port = int(mesh.address.rpartition(":")[2])
        async with Envoy(Bootstrap(port, delta=True), tmp_path) as envoy:
            await envoy.shows(made)
            for each in made[2:]:
                del each["metadata"]["labels"]
            mesh.line.replace(resources(made), "publish")
            await envoy.shows(made[:2])


async def test_two_listeners_that_name_routes_later(tmp_path: Path) -> None:
    """Routes that are asked for before they exist are sent when they come."""
    async with backends("a") as at:
        with ports(1) as (front,):
            first = [cluster("shop"), assignment("shop", [at["a"]]), listener("main", front)]
            async with serving(*resources(first).values()) as mesh:
                port = int(mesh.address.rpartition(":")[2])
                async with Envoy(Bootstrap(port, delta=True), tmp_path, wait=False) as envoy:
                    await envoy.until(lambda: len(mesh.subscribers()) == 1)
                    every = [*first, routes("main", route("/", "shop"))]
                    mesh.line.replace(resources(every), "publish")
                    async with Traffic(front) as traffic:
                        await traffic.reaches({"a"})
