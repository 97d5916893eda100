"""Sinks that do not answer, collections that are large, clients that ping."""

import asyncio

from galley.mesh.server import OPTIONS
from tests.mesh.doubles.pilot import Pilot
from tests.mesh.doubles.transport import Dialling
from tests.mesh.mcp.raw import ROUTES, Raw, connected, names, shows
from tests.mesh.served import Mesh, virtual_services

MANY = [f"v{number}" for number in range(1200)]


async def test_who_never_answers_is_shown_and_slows_nobody(sink: Raw, mesh: Mesh) -> None:
    """There is no deadline for an answer: a sink that thinks is no sink that is gone."""
    await sink.ask()
    mesh.line.publish(*virtual_services("b"))
    async with Pilot(mesh.address) as pilot:
        await pilot.synced()
        assert len(pilot.store[ROUTES]) == 2
    slow = next(each for each in mesh.details() if not each.received)
    assert (slow.state, slow.received) == ("pending", 0)
    assert slow.lag > 0
    (watch,) = slow.types
    assert (watch.sent, watch.received, watch.synced) == (1, 0, False)


async def test_a_chatty_sink_does_not_delay_its_own_updates(sink: Raw, mesh: Mesh) -> None:
    """The original's limiter waited in its only loop: after 100 requests, a second for each."""
    await sink.ack(await sink.ask())
    for _ in range(500):
        await sink.say(nonce="stale")
    mesh.line.publish(*virtual_services("b"))
    async with asyncio.timeout(5):
        assert names(await sink.hear()) == ["default/a", "default/b"]


async def test_a_large_collection_is_whole_whatever_comes_meanwhile(mesh: Mesh) -> None:
    """It is joined in slices; nobody is sent a part, or a mixture of two versions."""
    mesh.line.publish(*virtual_services(MANY))
    async with connected(mesh.address) as one, connected(mesh.address) as other:
        await one.say()
        await other.say()
        mesh.line.publish(*virtual_services("b"), gone=(virtual_services("a")[0].key,))
        for sink in (one, other):
            response = await sink.hear()
            expected = {2: {"default/a"}, 3: {"default/b"}}
            await sink.ack(response)
            told = {*names(response)} - {f"default/{name}" for name in MANY}
            assert told in expected.values()
            assert len(response.resources) == len(MANY) + 1
            if told == expected[2]:
                response = await sink.hear()
                assert "default/b" in names(response)
                await sink.ack(response)


async def test_both_are_synced_in_the_end(sink: Raw, mesh: Mesh) -> None:
    await sink.say()
    for name in "bcde":
        mesh.line.publish(*virtual_services(MANY[:600]), *virtual_services(name))
    while True:
        response = await sink.hear()
        await sink.ack(response)
        if "default/e" in names(response):
            break
    await shows(mesh, state="synced", received=5)


def test_pings_as_pilot_sends_them_are_permitted() -> None:
    """Each 30 s, also without a stream; stricter servers sent Pilots away."""
    options = dict(OPTIONS)
    keepalive = Dialling().keepalive
    assert keepalive is not None
    assert options["grpc.http2.min_ping_interval_without_data_ms"] < keepalive[0] * 1000
    assert options["grpc.keepalive_permit_without_calls"] == 1
