"""The types of istiod in the incremental form, for a client of one's own: names have namespaces."""

from typing import Any

from tests.mesh.doubles.delta import Delta
from tests.mesh.doubles.messages import RESOURCE_URL, Resource
from tests.mesh.istiod.conftest import (
    MESH_CONFIG,
    QUICK,
    VIRTUAL_SERVICES,
    acknowledged,
    answers,
    istiod_of,
    key,
    route,
    rule,
)
from tests.mesh.served import istio, serving


def held(client: Any) -> dict[str, str]:
    return {name: each.version for name, each in client.resources[VIRTUAL_SERVICES].items()}


async def test_names_versions_and_bodies_are_those_of_state_of_the_world() -> None:
    async with (
        serving(route("a"), route("b"), rule("c")) as mesh,
        Delta(mesh.address) as delta,
        istiod_of(mesh) as istiod,
    ):
        await delta.subscribe(VIRTUAL_SERVICES)
        await istiod.synced()
        await acknowledged(mesh, 2)
        assert set(held(delta)) == {"default/a", "default/b"}
        for name, each in delta.resources[VIRTUAL_SERVICES].items():
            assert each.type_url == RESOURCE_URL
            read = Resource.FromString(each.body)
            kept = istiod.store[VIRTUAL_SERVICES]["default", name.partition("/")[2]]
            assert read.metadata.name == name
            assert read.metadata.version == kept.version
            assert kept.version.startswith(each.version)
            assert (read.body.type_url, read.body.value) == (kept.type_url, kept.body)
            assert read.metadata.create_time.seconds


async def test_a_change_and_a_removal_travel_alone() -> None:
    async with serving(route("a"), route("b"), route("c")) as mesh, Delta(mesh.address) as delta:
        await delta.subscribe(VIRTUAL_SERVICES)
        await acknowledged(mesh)
        mesh.line.publish(route("a", "new.example.com"), gone=(key("c"),))
        await acknowledged(mesh)
        last = delta.log.received[-1]
        assert [each.name for each in last.resources] == ["default/a"]
        assert list(last.removed_resources) == ["default/c"]
        assert set(held(delta)) == {"default/a", "default/b"}
        mesh.line.publish(rule("d"))
        await acknowledged(mesh)
        assert answers(delta) == 2


async def test_who_comes_back_is_told_only_what_it_misses() -> None:
    async with (
        serving(route("a"), route("b"), route("c")) as mesh,
        Delta(mesh.address, pauses=QUICK) as delta,
    ):
        await delta.subscribe(VIRTUAL_SERVICES)
        await acknowledged(mesh)
        delta.cancel()
        await delta.opened(2)
        await delta.until(lambda: answers(delta) == 2)
        again = delta.log.received[-1]
        assert (len(again.resources), len(again.removed_resources)) == (0, 0)
        for stream in mesh.streams():
            stream.end("come back")
        mesh.line.publish(route("a", "new.example.com"), gone=(key("c"),))
        await delta.until(lambda: set(held(delta)) == {"default/a", "default/b"})
        await acknowledged(mesh)
        said = delta.log.sent_on(delta.log.streams)[0]
        assert set(said.initial_resource_versions) <= {"default/a", "default/b", "default/c"}


async def test_a_restart_with_an_empty_cache_removes_nothing() -> None:
    async with serving(route("a"), route("b")) as first:
        content, address = dict(first.line.content), first.address
        delta = Delta(address, pauses=QUICK)
        await delta.__aenter__()
        await delta.subscribe(VIRTUAL_SERVICES)
        await acknowledged(first)
    try:
        async with serving(listen=address) as second:
            await delta.opened(2)
            second.line.publish(*content.values())
            await acknowledged(second)
        assert not any(each.removed_resources for each in delta.log.received)
        assert len(delta.log.received[-1].resources) == 0
        assert set(held(delta)) == {"default/a", "default/b"}
    finally:
        await delta.__aexit__(None, None, None)


async def test_a_kind_that_travels_on_no_wire_and_a_mesh_config() -> None:
    config = istio("mesh.istio.io/MeshConfig", "meshconfig", {"trustDomain": "a"})
    async with serving(config) as mesh, Delta(mesh.address) as delta:
        await delta.subscribe("gateway.networking.k8s.io/v1/HTTPRoute")
        await delta.subscribe(MESH_CONFIG)
        await delta.until(lambda: answers(delta, MESH_CONFIG) == 1)
        assert not delta.resources["gateway.networking.k8s.io/v1/HTTPRoute"]
        (sent,) = delta.log.received[-1].resources
        assert sent.resource.type_url.endswith("/istio.mesh.v1alpha1.MeshConfig")
        assert sent.resource.value == b"\xd2\x01\x01a"
