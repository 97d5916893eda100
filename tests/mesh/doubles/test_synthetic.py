"""The double of Pilot's subscription to synthetic entries has its mistakes."""

from typing import Any

import grpc

from tests.mesh.doubles.messages import RequestResources, Resources, resource
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.pilot import ALPHA, COLLECTIONS, SYNTHETIC, Pilot
from tests.mesh.doubles.scripted import Peer, ScriptedServer
from tests.mesh.doubles.synthetic import SyntheticEntries


def entry(name: str, version: str = "1", **annotations: str) -> Any:
    marks = {ALPHA + key: value for key, value in annotations.items()}
    kind = "istio.networking.v1alpha3.ServiceEntry"
    return resource(name, version, kind=kind, annotations=marks)


async def say(peer: Peer, nonce: str, *items: Any, **fields: Any) -> Any:
    """Send them; the answer."""
    fields = {"system_version_info": f"v{nonce}", "nonce": nonce, **fields}
    await peer.say(Resources(collection=SYNTHETIC, resources=items, **fields))
    return await peer.hear(RequestResources)


async def test_it_asks_for_deltas_and_so_do_its_acks(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address):
        peer = await server.accept()
        asked = {"sink_node": {"id": "SSEMCP"}, "collection": SYNTHETIC, "incremental": True}
        assert await peer.hear(RequestResources) == RequestResources(**asked)
        ack = await say(peer, "1", entry("a/x"))
        assert ack == RequestResources(response_nonce="1", **asked)


async def test_a_nack_does_not_ask_for_deltas(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address) as synthetic:
        peer = await server.accept()
        await peer.hear(RequestResources)
        synthetic.nack_next(SYNTHETIC, "no", code=3)
        nack = await say(peer, "1", entry("a/x"))
        assert (nack.error_detail.message, nack.incremental) == ("no", False)


async def test_nothing_does_not_make_it_synced(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address) as synthetic:
        peer = await server.accept()
        await peer.hear(RequestResources)
        assert not (await say(peer, "1")).HasField("error_detail")
        await synthetic.has(SYNTHETIC, "v1")
        assert not synthetic.has_synced
        await say(peer, "2", entry("a/x"))
        await synthetic.synced()


async def test_a_delta_is_merged_unless_it_only_removes(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address) as synthetic:
        peer = await server.accept()
        await peer.hear(RequestResources)
        await say(peer, "1", entry("a/x"), entry("a/y"), entry("a/z"))
        await say(peer, "2", incremental=True, removed_resources=["a/x"])
        await synthetic.has(SYNTHETIC, "v2")
        assert {name for _, name in synthetic.entries} == {"x", "y", "z"}
        await say(peer, "3", entry("a/z", "2"), incremental=True, removed_resources=["a/y"])
        await synthetic.has(SYNTHETIC, "v3")
        kept = {name: each.version for (_, name), each in synthetic.entries.items()}
        assert kept == {"x": "1", "z": "2"}
        assert not (await say(peer, "4", entry("b/n"))).HasField("error_detail")
        await synthetic.has(SYNTHETIC, "v4")
        assert set(synthetic.entries) == {("b", "n")}


async def test_the_next_stream_tells_what_was_acknowledged(server: ScriptedServer) -> None:
    """Also of a removal that it ignored."""
    async with SyntheticEntries(server.address, pauses=Fixed(0.01)):
        peer = await server.accept()
        await peer.hear(RequestResources)
        await say(peer, "1", entry("a/x", "7"), entry("a/y", "8"))
        await say(peer, "2", incremental=True, removed_resources=["a/y"])
        peer.end(grpc.StatusCode.UNAVAILABLE)
        again = await (await server.accept()).hear(RequestResources)
        assert dict(again.initial_resource_versions) == {"a/x": "7"}


async def test_the_full_state_replaces_what_the_next_stream_tells(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address, pauses=Fixed(0.01)):
        peer = await server.accept()
        await peer.hear(RequestResources)
        await say(peer, "1", entry("a/x", "7"), entry("a/y", "8"))
        await say(peer, "2", entry("a/y", "9"))
        peer.end()
        again = await (await server.accept()).hear(RequestResources)
        assert dict(again.initial_resource_versions) == {"a/y": "9"}


async def test_annotations_tell_what_changed(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address) as synthetic:
        peer = await server.accept()
        await peer.hear(RequestResources)
        first = {"serviceVersion": "1", "endpointsVersion": "1"}
        await say(peer, "1", entry("a/x", **first))
        await say(peer, "2", entry("a/x", **{**first, "endpointsVersion": "2"}), incremental=True)
        await synthetic.has(SYNTHETIC, "v2")
        assert synthetic.full_pushes == synthetic.endpoint_pushes == [("a", "x")]


async def test_it_may_share_pilots_connection(server: ScriptedServer) -> None:
    async with Pilot(server.address, release="1.5") as pilot:
        of_pilot = await server.accept()
        async with SyntheticEntries(pilot.connection):
            of_synthetic = await server.accept()
            assert of_synthetic.peer == of_pilot.peer
        await of_pilot.hear_all(RequestResources, len(COLLECTIONS["1.5"]))
