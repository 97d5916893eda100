"""An istiod is ready when each of its types was answered, and is answered when all is there."""

import pytest

from tests.galley.stream.conftest import Line
from tests.mesh.doubles.istiod import MESH_CONFIG, types
from tests.mesh.istiod.conftest import (
    VIRTUAL_SERVICES,
    acknowledged,
    answered,
    answers,
    gone,
    holds,
    istiod_of,
    names,
    route,
    rule,
    unanswered,
)
from tests.mesh.served import MeshLine, istio, serving

RELEASES = {"1.18": 14, "1.23": 14, "1.24": 14, "1.29": 14, "1.30": 15, "1.32": 15}


@pytest.mark.parametrize(("release", "count"), RELEASES.items())
async def test_every_release_is_synced_by_an_answer_for_each_type_under_its_own_name(
    release: str, count: int
) -> None:
    async with serving(route("a"), rule("b")) as mesh, istiod_of(mesh, release=release) as istiod:
        await istiod.synced()
        assert len(istiod.types) == count
        asked = {each.type_url for each in istiod.log.sent}
        await istiod.until(lambda: len(istiod.log.received) == count + 1)
        answered = [each.type_url for each in istiod.log.received]
        assert sorted(answered) == sorted(asked) == sorted({*types(release), MESH_CONFIG})
        held = {url for url, store in istiod.store.items() if store}
        assert {url.rpartition("/")[2] for url in held} == {"VirtualService", "DestinationRule"}
        assert istiod.dropped == []


async def test_a_first_request_is_answered_although_its_nonce_is_junk() -> None:
    async with serving(route("a")) as mesh, istiod_of(mesh) as istiod:
        await istiod.synced()
        first = istiod.log.sent[:16]
        assert all("m=+" in each.response_nonce for each in first)
        assert all(each.nonce and each.version_info for each in istiod.log.received)


async def test_an_empty_channel_answers_every_type() -> None:
    async with serving(route("a")) as mesh:
        mesh.line.publish(gone=tuple(mesh.line.content))
        async with istiod_of(mesh) as istiod:
            await istiod.synced()
            await acknowledged(mesh)
            assert not any(istiod.store.values())


async def test_nothing_is_answered_before_the_first_publication() -> None:
    async with serving() as mesh, istiod_of(mesh) as istiod:
        await unanswered(mesh)
        mesh.line.publish(route("a"))
        await istiod.synced()
        assert names(istiod) == {"a"}


async def test_what_istiod_cannot_take_over_this_way_is_answered_and_empty() -> None:
    gateway = istio("gateway.networking.k8s.io/HTTPRoute", "a", {"hostnames": ["a"]})
    async with serving(gateway, route("a")) as mesh, istiod_of(mesh) as istiod:
        await istiod.synced()
        for url in ("gateway.networking.k8s.io/v1/HTTPRoute", "networking.k8s.io/v1/Ingress"):
            await istiod.send(istiod.request(type_url=url))
            await answered(istiod, url)
            (answer,) = [each for each in istiod.log.received if each.type_url == url]
            assert list(answer.resources) == []


async def test_a_restart_with_an_empty_cache_takes_nothing_away() -> None:
    """The service is killed; the next one is reachable long before it knows anything."""
    async with serving(route("a"), rule("b")) as first:
        content = dict(first.line.content)
        port = first.address.rpartition(":")[2]
        istiod = istiod_of(first)
        await istiod.__aenter__()
        await istiod.synced()
    try:
        async with serving(listen=f"127.0.0.1:{port}") as second:
            await unanswered(second)
            assert names(istiod) == {"a"}
            second.line.publish(*content.values())
            await acknowledged(second)
        assert [each for each in istiod.events if each.what != "add"] == []
        assert len(istiod.events) == 2
    finally:
        await istiod.__aexit__(None, None, None)


async def test_content_without_its_forms_is_not_taken_for_nothing() -> None:
    """A new service is told what is live before it is told how that is written for meshes."""
    line = MeshLine(versions={0: {}, 1: {each.key: each for each in (route("a"), route("b"))}})
    line.number = 1
    async with serving(line=line) as mesh:
        Line.load(line)
        line.channel.wires([])
        async with istiod_of(mesh) as istiod:
            await unanswered(mesh)
            line.channel.forms([line.form(route("a"))])
            await unanswered(mesh)
            line.tell_forms()
            await istiod.synced()
            assert names(istiod) == {"a", "b"}


async def test_a_worker_that_begins_anew_takes_nothing_away() -> None:
    async with serving(route("a"), rule("b")) as mesh, istiod_of(mesh) as old:
        await old.synced()
        mesh.line.channel.opened(mesh.line.lineage)
        mesh.line.channel.wires([])
        async with istiod_of(mesh, pod="new") as new:
            await unanswered(mesh, 2)
            mesh.line.channel.forms([mesh.line.form(route("a"))])
            mesh.line.load()
            await new.synced()
            await acknowledged(mesh, 2)
            assert names(new) == names(old) == {"a"}
        assert {each.what for each in (*old.events, *new.events)} == {"add"}
        assert answers(old) == 1


async def test_what_changed_while_the_worker_was_away_is_told() -> None:
    async with serving(route("a"), route("b")) as mesh, istiod_of(mesh) as istiod:
        await istiod.synced()
        line = mesh.line
        line.versions[line.number + 1] = {each.key: each for each in (route("a"), route("c"))}
        line.number += 1
        line.load()
        await holds(istiod, "a", "c")
        await acknowledged(mesh)


async def test_it_stays_synced_and_is_told_everything_when_it_comes_back() -> None:
    async with serving(route("a")) as mesh, istiod_of(mesh) as istiod:
        await istiod.synced()
        first = len(istiod.log.received)
        istiod.cancel()
        await istiod.opened(2)
        mesh.line.publish(route("b"))
        await holds(istiod, "a", "b")
        assert istiod.has_synced
        await istiod.until(lambda: len(istiod.log.received) >= 2 * first)
    await gone(mesh)


async def test_two_istiods_of_different_ages_hold_the_same() -> None:
    async with (
        serving(route("a")) as mesh,
        istiod_of(mesh, release="1.20") as old,
        istiod_of(mesh, release="1.31") as new,
    ):
        mesh.line.publish(route("b"))
        await acknowledged(mesh, 2)
        stored = old.store["networking.istio.io/v1alpha3/VirtualService"]
        assert stored == new.store[VIRTUAL_SERVICES]
        assert {name for _, name in stored} == {"a", "b"}


async def test_a_wire_that_comes_later_is_waited_for() -> None:
    line = MeshLine(wires=("mcp",))
    line.publish(route("a"))
    async with serving(line=line) as mesh, istiod_of(mesh) as istiod:
        await unanswered(mesh)
        line.wires = ("istio", "mcp")
        line.channel.wires([])
        line.tell_forms()
        await istiod.synced()
        assert names(istiod) == {"a"}
