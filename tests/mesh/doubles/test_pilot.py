"""Pilot's double does on the wire what Pilot did, mistakes included."""

import contextlib
import random
from typing import Any

import grpc
import grpc.aio
import pytest

from pipeline.encoding.protobuf import Generation
from tests.mesh.doubles.messages import RequestResources, Resource, Resources, resource
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.pilot import COLLECTIONS, SERVICE_ENTRIES, Pilot
from tests.mesh.doubles.scripted import Peer, ScriptedServer
from tests.mesh.doubles.sink import METHOD, CrashError
from tests.mesh.doubles.transport import MIB

GATEWAYS = "istio/networking/v1alpha3/gateways"
GATEWAY = "istio.networking.v1alpha3.Gateway"
ENTRY = "istio.networking.v1alpha3.ServiceEntry"
QUICK = Fixed(0.01)


def gateway(name: str, version: str = "1", **metadata: Any) -> Any:
    return resource(name, version, kind=GATEWAY, **metadata)


def resources(*items: Any, collection: str = GATEWAYS, nonce: str = "1", **fields: Any) -> Any:
    fields.setdefault("system_version_info", f"v{nonce}")
    return Resources(collection=collection, nonce=nonce, resources=items, **fields)


async def opened(server: ScriptedServer, count: int = 16) -> tuple[Peer, list[Any]]:
    peer = await server.accept()
    return peer, await peer.hear_all(RequestResources, count)


@pytest.mark.parametrize(("release", "count"), [("1.3", 16), ("1.4", 17), ("1.5", 19)])
async def test_it_asks_for_all_collections_at_once(
    server: ScriptedServer, release: str, count: int
) -> None:
    async with Pilot(server.address, release=release):
        peer, asked = await opened(server, count)
        assert peer.method == METHOD
        assert {each.collection for each in asked} == set(COLLECTIONS[release])
        bare = [RequestResources(sink_node={}, collection=each.collection) for each in asked]
        assert asked == bare


async def test_it_asks_in_an_order_of_chance(server: ScriptedServer) -> None:
    orders = []
    for seed in (1, 2):
        async with Pilot(server.address, dice=random.Random(seed)):
            _, asked = await opened(server)
            orders.append([each.collection for each in asked])
    assert orders[0] != orders[1]


async def test_it_is_ready_when_each_collection_was_answered(server: ScriptedServer) -> None:
    async with Pilot(server.address) as pilot:
        peer, asked = await opened(server)
        for number, each in enumerate(asked[1:]):
            await peer.say(resources(collection=each.collection, nonce=str(number)))
        await peer.hear_all(RequestResources, 15)
        assert not pilot.ready
        await peer.say(resources(collection=asked[0].collection, nonce="last"))
        await pilot.synced()
        assert pilot.ready


async def test_an_ack_names_the_nonce_and_nothing_else(server: ScriptedServer) -> None:
    async with Pilot(server.address) as pilot:
        peer, _ = await opened(server)
        await peer.say(resources(gateway("infra/public", labels={"a": "b"}), nonce="7"))
        ack = await peer.hear(RequestResources)
        assert ack == RequestResources(sink_node={}, collection=GATEWAYS, response_nonce="7")
        await pilot.has(GATEWAYS, "v7")
        assert pilot.acks == {GATEWAYS: 1}
        kept = pilot.store[GATEWAYS]["infra", "public"]
        assert (kept.version, kept.labels) == ("1", {"a": "b"})
        assert kept.content(Generation.ISTIO_1_4) == {}


async def test_each_response_replaces_the_collection_even_a_delta(server: ScriptedServer) -> None:
    async with Pilot(server.address) as pilot:
        peer, _ = await opened(server)
        await peer.say(resources(gateway("a/1"), gateway("a/2")))
        await peer.say(resources(gateway("a/3"), nonce="2", incremental=True))
        await pilot.has(GATEWAYS, "v2")
        assert set(pilot.store[GATEWAYS]) == {("a", "3")}


async def test_what_it_finds_invalid_is_dropped_and_acknowledged(server: ScriptedServer) -> None:
    def valid(collection: str, name: Any, resource: Any) -> bool:
        return bool(name[1] != "bad")

    async with Pilot(server.address, valid=valid) as pilot:
        peer, _ = await opened(server)
        late = {"seconds": 1 << 60}
        await peer.say(resources(gateway("a/bad"), gateway("a/late", create_time=late)))
        assert not (await peer.hear(RequestResources)).HasField("error_detail")
        await pilot.has(GATEWAYS, "v1")
        assert pilot.store[GATEWAYS] == {}
        assert pilot.dropped == [(GATEWAYS, ("a", "bad")), (GATEWAYS, ("a", "late"))]


async def test_a_resource_without_a_creation_time_is_new(server: ScriptedServer) -> None:
    async with Pilot(server.address) as pilot:
        peer, _ = await opened(server)
        await peer.say(resources(gateway("a/new"), gateway("a/old", create_time={"seconds": 60})))
        await pilot.has(GATEWAYS, "v1")
        found = pilot.store[GATEWAYS]
        assert found["a", "old"].create_time.year == 1970
        assert found["a", "new"].create_time.year > 2000


@pytest.mark.parametrize(
    ("name", "parts"),
    [("a/b", ("a", "b")), ("b", ("", "b")), ("/a/b", ("", "")), ("a/b/c", ("", "a"))],
)
async def test_names_have_two_segments_or_one(
    server: ScriptedServer, name: str, parts: tuple[str, str]
) -> None:
    async with Pilot(server.address) as pilot:
        peer, _ = await opened(server)
        await peer.say(resources(gateway(name)))
        await pilot.has(GATEWAYS, "v1")
        assert set(pilot.store[GATEWAYS]) == {parts}


UNREADABLE = {
    "no body": Resource(metadata={"name": "a/b"}),
    "unknown message": resource("a/b", kind="istio.networking.v1alpha3.Nonsense"),
    "broken bytes": resource("a/b", kind=GATEWAY, body=b"\x0a\xff"),
}


@pytest.mark.parametrize("item", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_it_cannot_read_is_refused_as_unknown(server: ScriptedServer, item: Any) -> None:
    async with Pilot(server.address) as pilot:
        peer, _ = await opened(server)
        await peer.say(resources(gateway("a/good"), item))
        nack = await peer.hear(RequestResources)
        assert (nack.response_nonce, nack.error_detail.code) == ("1", 2)
        await pilot.until(lambda: pilot.nacks == {GATEWAYS: 1})
        assert pilot.store[GATEWAYS] == {}
        assert not pilot.synced_collections


async def test_a_collection_it_did_not_ask_for_is_unimplemented(server: ScriptedServer) -> None:
    async with Pilot(server.address):
        peer, _ = await opened(server)
        await peer.say(resources(collection="k8s/core/v1/pods"))
        nack = await peer.hear(RequestResources)
        assert (nack.collection, nack.error_detail.code) == ("k8s/core/v1/pods", 12)


async def test_a_resource_without_metadata_crashes_it(server: ScriptedServer) -> None:
    body = resource("", kind=GATEWAY).body
    pilot = await Pilot(server.address).__aenter__()
    peer, _ = await opened(server)
    await peer.say(resources(Resource(body=body)))
    with pytest.raises(CrashError):
        await pilot.until(lambda: False)
    with pytest.raises(CrashError):
        await pilot.__aexit__(None, None, None)


async def test_service_entries_are_compared_by_version(server: ScriptedServer) -> None:
    def entry(name: str, version: str, body: bytes = b"") -> Any:
        return resource(name, version, kind=ENTRY, body=body)

    async with Pilot(server.address) as pilot:
        peer, _ = await opened(server)
        say = [
            (entry("a/x", "1"), entry("a/y", "1")),
            (entry("a/x", "1", b"\x0a\x01h"), entry("a/y", "2")),
            (entry("a/x", "1"),),
        ]
        for number, items in enumerate(say):
            await peer.say(resources(*items, collection=SERVICE_ENTRIES, nonce=str(number)))
        await pilot.has(SERVICE_ENTRIES, "v2")
        happened = [(each.what, each.name[1]) for each in pilot.events]
        assert happened == [("add", "x"), ("add", "y"), ("update", "y"), ("delete", "y")]
        assert not pilot.pushes


async def test_anything_else_is_a_full_push(server: ScriptedServer) -> None:
    async with Pilot(server.address) as pilot:
        peer, _ = await opened(server)
        for nonce in ("1", "2"):
            await peer.say(resources(gateway("a/same"), nonce=nonce))
        await pilot.has(GATEWAYS, "v2")
        assert pilot.pushes == {GATEWAYS: 2}


@pytest.mark.parametrize(("release", "kept"), [("1.4", {"mine", "other"}), ("1.5", {"mine"})])
async def test_the_newest_leaves_out_other_revisions(
    server: ScriptedServer, release: str, kept: set[str]
) -> None:
    async with Pilot(server.address, release=release, revision="mine") as pilot:
        peer, _ = await opened(server, len(COLLECTIONS[release]))
        items = [gateway(f"a/{name}", labels={"istio.io/rev": name}) for name in ("mine", "other")]
        await peer.say(resources(*items))
        await pilot.has(GATEWAYS, "v1")
        assert {name for _, name in pilot.store[GATEWAYS]} == kept


async def test_after_any_end_it_asks_for_all_again_and_keeps_what_it_has(
    server: ScriptedServer,
) -> None:
    async with Pilot(server.address, pauses=QUICK) as pilot:
        peer, _ = await opened(server)
        await peer.say(resources(gateway("a/b")))
        await peer.hear(RequestResources)
        peer.end(grpc.StatusCode.INVALID_ARGUMENT, "no")
        _, again = await opened(server)
        assert {each.collection for each in again} == set(COLLECTIONS["1.3"])
        assert not any(each.response_nonce for each in again)
        assert not any(each.initial_resource_versions for each in again)
        assert (pilot.log.ends[0].code.name, pilot.log.ends[0].text) == ("INVALID_ARGUMENT", "no")
        assert set(pilot.store[GATEWAYS]) == {("a", "b")}


async def test_a_response_over_its_limit_ends_the_stream_each_time(server: ScriptedServer) -> None:
    async with Pilot(server.address, pauses=QUICK) as pilot:
        large = resources(gateway("a/b", annotations={"large": "x" * (4 * MIB)}))
        for stream in (1, 2):
            peer, _ = await opened(server)
            with contextlib.suppress(grpc.aio.InternalError):
                await peer.say(large)
            await pilot.until(lambda: len(pilot.log.ends) == stream)  # noqa: B023  # waited for here
        assert {end.code for end in pilot.log.ends} == {grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert pilot.log.received == []
