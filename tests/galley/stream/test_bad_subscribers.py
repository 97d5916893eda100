"""Subscribers that lie, stall or talk nonsense: a clear end for them, and no harm to the others."""

import asyncio
import os
import struct
from typing import Any

import aiohttp
import msgpack
import pytest

from galley.protocol import messages
from galley.protocol.messages import BucketDigests, Close, Ended, Heartbeat, Unsubscribe, View
from galley.server.streams import STREAMS
from galley.settings import StreamSettings

QUICK = StreamSettings(heartbeat=0.2, slow_reader=0.5, receive_bytes=40_000, subscribers=3)

NONSENSE = [
    b"",
    b"\xc1",
    os.urandom(200),
    msgpack.packb({"type": 18}),
    msgpack.packb([]),
    msgpack.packb([99]),
    msgpack.packb([True]),
    msgpack.packb([18, 1, 2]),
    msgpack.packb([18, 1, 2, b"short"]),
    msgpack.packb([18, -1, 2, b"x" * 32]),
    msgpack.packb([18, 777, 2, b"x" * 32]),
    msgpack.packb([4, 1, 1, [], None, b"x" * 32, [], 0, [], []]),
    msgpack.packb([16, 1, "default", "n", {"colour": "red"}, None, False, 0]),
    msgpack.packb([16, 1, "default", "n", {"namespaces": ["x"] * 2000}, None, False, 0]),
    msgpack.packb([17, 5]),
    b"\x91" * 5000,
]


@pytest.fixture
def settings() -> StreamSettings:
    return QUICK


@pytest.mark.parametrize("nonsense", NONSENSE, ids=range(len(NONSENSE)))
async def test_nonsense_ends_the_connection_with_a_code(raw: Any, nonsense: bytes) -> None:
    await raw.say(nonsense)
    assert await raw.hear() == Close.PROTOCOL


async def test_buckets_that_nobody_asked_for_are_nonsense(
    line: Any, raw: Any, resource: Any
) -> None:
    line.publish(resource("a"))
    subscribed = await raw.subscribe()
    await raw.take()
    await raw.say(BucketDigests(subscribed.view, bytes(32768)))
    assert await raw.hear() == Close.PROTOCOL


async def test_text_is_refused(raw: Any) -> None:
    await raw.websocket.send_str("hello")
    assert await raw.hear() == 1003


async def test_a_message_that_is_too_long_is_refused_unread(raw: Any) -> None:
    await raw.say(bytes(QUICK.receive_bytes + 1))
    assert await raw.hear() == 1009


async def test_a_message_in_fragments_is_one_message(raw: Any, until: Any) -> None:
    whole = messages.encode(messages.Subscribe(1, "nowhere", "n", View(), None, False, 0.0))
    writer = raw.websocket._writer.transport
    for first, part in ((0x02, whole[:5]), (0x00, whole[5:9]), (0x80, whole[9:])):
        writer.write(bytes((first, 0x80 | len(part))) + bytes(4) + part)
    assert isinstance(await raw.hear(), Ended)


@pytest.mark.parametrize(
    "frame",
    [
        bytes((0x82, 3)) + b"abc",
        bytes((0xC2, 0x83)) + bytes(4) + b"abc",
        bytes((0x80, 0x83)) + bytes(4) + b"abc",
        bytes((0x83, 0x83)) + bytes(4) + b"abc",
        bytes((0x89, 0xFE)) + struct.pack("!H", 300) + bytes(304),
    ],
    ids=["not masked", "extension bit", "continuation first", "unknown opcode", "long ping"],
)
async def test_what_is_not_websocket_ends_the_connection(raw: Any, frame: bytes) -> None:
    raw.websocket._writer.transport.write(frame)
    assert await raw.hear() == 1002


async def test_pings_are_answered(raw: Any) -> None:
    await raw.websocket.ping(b"abc")
    await raw.say(Heartbeat())
    raw.websocket._autoping = False
    received = await raw.websocket.receive()
    assert (received.type, received.data) == (aiohttp.WSMsgType.PONG, b"abc")


async def test_a_flood_of_messages_keeps_nobody_waiting(
    line: Any, connect: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("a"))
    async with connect() as flooding, connect() as other:
        beat = bytes((0x82, 0x82)) + bytes(4) + messages.encode(Heartbeat())
        for _ in range(50):
            flooding.websocket._writer.transport.write(beat * 2000)
        await other.subscribe()
        await other.take()
        await flooding.subscribe(node="flood")
        await flooding.take()


async def test_who_never_acknowledges_is_disconnected(
    line: Any, raw: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("a"))
    await raw.subscribe()
    await raw.update()
    line.publish(resource("a", 1))
    code = await _until_closed(raw)
    assert code == Close.SLOW


async def test_who_never_reads_is_disconnected_and_delays_nobody(
    line: Any, server: Any, connect: Any, resource: Any, until: Any
) -> None:
    line.publish(*(resource(f"r{n}", pad=os.urandom(50_000).hex()) for n in range(60)))
    async with connect() as deaf:
        deaf.websocket._conn.transport.pause_reading()
        await deaf.say(messages.Subscribe(1, "default", "deaf", View(), None, False, 0.0))
        async with connect() as other:
            await other.subscribe()
            await other.take()
        beating = asyncio.create_task(_beat(deaf), name="beat")
        await until(lambda: server.connections == 0)
        beating.cancel()
        deaf.websocket._conn.transport.abort()
        assert server.closed == {Close.SLOW: 1}


async def test_who_says_nothing_is_disconnected(line: Any, raw: Any, resource: Any) -> None:
    line.publish(resource("a"))
    await raw.subscribe()
    await raw.take()
    assert await _until_closed(raw, beating=False) == Close.SILENT


async def test_who_beats_stays_and_hears_the_server(line: Any, raw: Any, resource: Any) -> None:
    line.publish(resource("a"))
    await raw.subscribe()
    await raw.take()
    for _ in range(6):
        assert isinstance(await raw.hear_all(), Heartbeat)
        await raw.say(Heartbeat())


async def test_one_connection_too_many_is_turned_away(connect: Any) -> None:
    async with connect(), connect(), connect():
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with connect():
                pass
        assert refused.value.status == 503


@pytest.mark.parametrize(("channel", "code"), [("secret", "forbidden"), ("nowhere", "no-channel")])
async def test_a_refused_subscription_leaves_the_connection(
    line: Any, raw: Any, resource: Any, channel: str, code: str
) -> None:
    line.publish(resource("a"))
    with pytest.raises(AssertionError, match=code):
        await raw.subscribe(channel=channel)
    await raw.subscribe()
    await raw.take()


async def test_the_same_view_twice_is_refused(line: Any, raw: Any, resource: Any) -> None:
    await raw.subscribe()
    with pytest.raises(AssertionError, match="already"):
        await raw.subscribe(id=2)


async def test_an_unsubscribed_view_is_silent(line: Any, raw: Any, resource: Any) -> None:
    line.publish(resource("a"))
    await raw.subscribe()
    await raw.take()
    await raw.say(Unsubscribe(1))
    assert (await raw.hear()).code == "unsubscribed"
    line.publish(resource("a", 1))
    assert isinstance(await raw.hear_all(), Heartbeat)


async def test_a_request_that_is_no_handshake_is_a_bad_request(server: Any) -> None:
    async with aiohttp.ClientSession() as http, http.get(server.url + messages.PATH) as answer:
        assert answer.status == 400


async def test_the_subprotocol_must_be_spoken(server: Any) -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(server.url + messages.PATH, protocols=("other",))
        assert refused.value.status == 400


async def test_a_credential_that_is_taken_back_ends_its_connections(
    server: Any, connect: Any
) -> None:
    async with connect() as one:
        assert server.app[STREAMS].expel({"somebody else"}) == 0
        assert server.app[STREAMS].expel({"tester"}) == 1
        assert await one.hear() == Close.UNAUTHORIZED


async def test_a_stop_says_so_to_everybody(server: Any, connect: Any) -> None:
    async with connect() as one, connect() as other:
        stopping = asyncio.create_task(server.stop(), name="stop")
        assert await one.hear() == Close.SHUTDOWN
        assert await other.hear() == Close.SHUTDOWN
        await stopping


async def _until_closed(raw: Any, *, beating: bool = True) -> int:
    while True:
        heard = await raw.hear_all()
        if isinstance(heard, int):
            return heard
        if beating:
            await raw.say(Heartbeat())


async def _beat(raw: Any) -> None:
    while True:
        await raw.say(Heartbeat())
        await asyncio.sleep(0.05)
