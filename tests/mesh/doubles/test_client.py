"""What tests can make of any double: hold back, refuse, stop reading, say anything, go away."""

import asyncio
from typing import Any

import grpc
import pytest

from tests.mesh.doubles.journal import Ended, Opened, Received, Sent, Unreachable
from tests.mesh.doubles.messages import RequestResources, Resources
from tests.mesh.doubles.pauses import Exponential, Fixed
from tests.mesh.doubles.pilot import SYNTHETIC
from tests.mesh.doubles.scripted import Peer, ScriptedServer
from tests.mesh.doubles.synthetic import SyntheticEntries
from tests.mesh.doubles.transport import Dialling

QUICK = Fixed(0.01)


def nonce(value: str) -> Any:
    return Resources(collection=SYNTHETIC, nonce=value, system_version_info=f"v{value}")


async def opened(server: ScriptedServer) -> Peer:
    peer = await server.accept()
    await peer.hear(RequestResources)
    return peer


async def test_answers_can_be_held_back_and_only_the_newest_is_sent(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address) as client:
        peer = await opened(server)
        client.hold(SYNTHETIC)
        await peer.say(nonce("1"))
        await peer.say(nonce("2"))
        await client.has(SYNTHETIC, "v2")
        assert [each.response_nonce for each in client.held[SYNTHETIC]] == ["1", "2"]
        assert not client.acks
        await client.release(SYNTHETIC)
        assert (await peer.hear(RequestResources)).response_nonce == "2"
        await peer.say(nonce("3"))
        assert (await peer.hear(RequestResources)).response_nonce == "3"


async def test_one_response_can_be_refused(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address) as client:
        peer = await opened(server)
        client.nack_next(SYNTHETIC, "not today", code=13)
        await peer.say(nonce("1"))
        nack = await peer.hear(RequestResources)
        assert (nack.error_detail.code, nack.error_detail.message) == (13, "not today")
        await peer.say(nonce("2"))
        assert not (await peer.hear(RequestResources)).HasField("error_detail")
        await client.until(lambda: client.acks == client.nacks == {SYNTHETIC: 1})
        assert client.versions == {SYNTHETIC: "v2"}


async def test_it_can_stop_reading(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address) as client:
        peer = await opened(server)
        client.stop_reading()
        await peer.say(nonce("1"))
        with pytest.raises(TimeoutError):
            await client.until(lambda: bool(client.log.received), timeout=0.1)
        client.go_on_reading()
        assert (await peer.hear(RequestResources)).response_nonce == "1"


async def test_who_does_not_read_stalls_the_server(server: ScriptedServer) -> None:
    dialling = Dialling(window=1 << 16)
    async with SyntheticEntries(server.address, dialling=dialling) as client:
        peer = await opened(server)
        client.stop_reading()
        large = Resources(collection=SYNTHETIC, removed_resources=["x" * (1 << 16)])
        written = asyncio.create_task(_say_often(peer, large, 30), name="say")
        _, stalled = await asyncio.wait((written,), timeout=0.3)
        assert stalled
        client.go_on_reading()
        await written


async def _say_often(peer: Peer, message: Any, times: int) -> None:
    for _ in range(times):
        await peer.say(message)


async def test_it_can_say_anything(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address) as client:
        peer = await opened(server)
        odd = RequestResources(collection="nothing", response_nonce="stale")
        await client.send(odd)
        assert await peer.hear(RequestResources) == odd
        await client.send_raw(b"\xff")
        with pytest.raises(Exception, match="parsing"):
            await peer.hear(RequestResources)
        assert client.log.sent[-2:] == [odd, b"\xff"]


async def test_it_can_close_its_half_and_still_hears(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address) as client:
        peer = await opened(server)
        await client.half_close()
        with pytest.raises(EOFError):
            await peer.hear(RequestResources)
        await peer.say(nonce("1"))
        await client.has(SYNTHETIC, "v1")
        peer.end()
        await client.until(lambda: bool(client.log.ends))
        assert client.log.ends[0].code is grpc.StatusCode.OK


async def test_it_can_cancel_and_comes_back(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address, pauses=QUICK) as client:
        await opened(server)
        client.cancel()
        await opened(server)
        await client.until(lambda: client.log.streams == 2)
        assert client.log.ends[0].code is grpc.StatusCode.CANCELLED


async def test_all_is_in_the_journal_in_order(server: ScriptedServer) -> None:
    headers = (("authorization", "Bearer x"),)
    async with SyntheticEntries(server.address, dialling=Dialling(metadata=headers)) as client:
        peer = await opened(server)
        assert peer.metadata["authorization"] == "Bearer x"
        await peer.say(nonce("1"))
        await peer.hear(RequestResources)
        peer.end(grpc.StatusCode.UNAVAILABLE, "gone")
        await client.until(lambda: bool(client.log.ends))
        kinds = [type(event) for event in client.log.events]
        assert kinds == [Opened, Sent, Received, Sent, Ended]


async def test_it_tries_until_there_is_a_server() -> None:
    async with ScriptedServer() as gone:
        pass
    async with SyntheticEntries(gone.address, pauses=QUICK) as client:
        await client.until(lambda: Unreachable() in client.log.events)
        async with ScriptedServer(gone.port) as server:
            await opened(server)
            await client.opened()


async def test_waiting_in_vain_tells_what_happened_last(server: ScriptedServer) -> None:
    async with SyntheticEntries(server.address) as client:
        await opened(server)
        await client.until(lambda: bool(client.log.sent))
        with pytest.raises(TimeoutError, match=r"Opened\(stream=1\)\nSent"):
            await client.until(lambda: False, timeout=0.01)


class Recorded(Fixed):
    """Quick pauses that tell what was asked of them."""

    def __init__(self) -> None:
        super().__init__(0.01)
        self.asked: list[str] = []

    def next(self) -> float:
        self.asked.append("next")
        return super().next()

    def reset(self) -> None:
        self.asked.append("reset")


async def test_pauses_start_anew_with_every_stream_that_opens() -> None:
    pauses = Recorded()
    async with ScriptedServer() as server:
        client = await SyntheticEntries(server.address, pauses=pauses).__aenter__()
        (await opened(server)).end()
        await opened(server)
        assert pauses.asked == ["reset", "next", "reset"]
    await client.until(lambda: Unreachable() in client.log.events)
    assert pauses.asked[:4] == ["reset", "next", "reset", "next"]
    await client.__aexit__(None, None, None)


@pytest.mark.slow
async def test_it_pings_while_nothing_is_said(server: ScriptedServer) -> None:
    """Which a server that allows no such pings ends, as gRPC's does by default."""
    dialling = Dialling(keepalive=(0.5, 5.0))
    async with SyntheticEntries(server.address, dialling=dialling) as client:
        await client.until(lambda: bool(client.log.ends), timeout=30)
        assert client.log.ends[0].text.lower() == "too many pings"


def test_keepalive_is_as_istio_has_it() -> None:
    options = dict(Dialling().channel_options())
    assert options["grpc.keepalive_time_ms"] == 30_000
    assert options["grpc.keepalive_timeout_ms"] == 10_000
    assert options["grpc.max_receive_message_length"] == 4 << 20


def test_pauses_grow_to_a_limit_and_start_anew() -> None:
    pauses = Exponential(first=1, longest=2, spread=0)
    assert [pauses.next() for _ in range(4)] == [1, 1.5, 2, 2]
    pauses.reset()
    assert pauses.next() == 1
    jittered = Exponential(first=1)
    for _ in range(20):
        assert 0.5 <= jittered.next() <= 1.5
        jittered.reset()
    assert Fixed(1).next() == 1
