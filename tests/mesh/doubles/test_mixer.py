"""Mixer's double does on the wire what Mixer did, mistakes included."""

from typing import Any

import pytest

from pipeline.encoding.protobuf import Generation
from tests.mesh.doubles.messages import RequestResources, Resources, resource
from tests.mesh.doubles.mixer import COLLECTIONS, Mixer
from tests.mesh.doubles.scripted import Peer, ScriptedServer

RULES = "istio/policy/v1beta1/rules"
QUOTAS = "istio/config/v1alpha2/legacy/quotas"
STRUCT = "google.protobuf.Struct"


async def opened(server: ScriptedServer) -> Peer:
    peer = await server.accept()
    asked = await peer.hear_all(RequestResources, len(COLLECTIONS))
    assert {each.collection for each in asked} == set(COLLECTIONS)
    assert {each.sink_node.id for each in asked} == {"default"}
    assert not any(each.incremental for each in asked)
    return peer


async def say(peer: Peer, collection: str, nonce: str, *items: Any) -> Any:
    """Send them; the answer."""
    message = Resources(
        collection=collection, nonce=nonce, system_version_info=f"v{nonce}", resources=items
    )
    await peer.say(message)
    return await peer.hear(RequestResources)


def rule(name: str) -> Any:
    return resource(name, kind="istio.policy.v1beta1.Rule")


async def test_it_waits_for_all_its_collections(server: ScriptedServer) -> None:
    async with Mixer(server.address) as mixer:
        peer = await opened(server)
        for number, collection in enumerate(COLLECTIONS[:-1]):
            await say(peer, collection, str(number))
        await mixer.has(COLLECTIONS[-2], f"v{len(COLLECTIONS) - 2}")
        assert not mixer.has_synced
        await say(peer, COLLECTIONS[-1], "last")
        await mixer.synced()


async def test_nothing_replaces_nothing(server: ScriptedServer) -> None:
    async with Mixer(server.address) as mixer:
        peer = await opened(server)
        await say(peer, RULES, "1", rule("a/x"), rule("a/y"))
        await say(peer, RULES, "2", rule("a/y"))
        assert not (await say(peer, RULES, "3")).HasField("error_detail")
        await mixer.has(RULES, "v3")
        assert set(mixer.store[RULES]) == {("a", "y")}
        happened = [(each.what, each.name[1]) for each in mixer.events]
        assert sorted(happened[:2]) == [("update", "x"), ("update", "y")]
        assert happened[2:] == [("delete", "x"), ("update", "y")]


@pytest.mark.parametrize(
    ("name", "parts"), [("a/b", ("a", "b")), ("b", ("", "b")), ("a/b/c", ("a/b", "c"))]
)
async def test_the_last_slash_parts_a_name(
    server: ScriptedServer, name: str, parts: tuple[str, str]
) -> None:
    async with Mixer(server.address) as mixer:
        await say(await opened(server), RULES, "1", rule(name))
        await mixer.has(RULES, "v1")
        assert set(mixer.store[RULES]) == {parts}


async def test_what_it_cannot_convert_is_an_invalid_argument(server: ScriptedServer) -> None:
    async with Mixer(server.address, valid=lambda *_: False) as mixer:
        nack = await say(await opened(server), RULES, "1", rule("a/x"))
        assert nack.error_detail.code == 3
        assert mixer.store[RULES] == {}


async def test_it_reads_kinds_without_a_message(server: ScriptedServer) -> None:
    body = b"\x0a\x0a\x0a\x01a\x12\x05\x1a\x03one"
    async with Mixer(server.address) as mixer:
        await say(await opened(server), QUOTAS, "1", resource("a/x", kind=STRUCT, body=body))
        await mixer.has(QUOTAS, "v1")
        assert mixer.store[QUOTAS]["a", "x"].content(Generation.ISTIO_1_4) == {"a": "one"}
