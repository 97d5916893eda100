"""A thousand subscribers at once: everybody synced, everything built once, nobody sent too much."""

import asyncio
import base64
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from galley.protocol import messages
from galley.protocol.messages import Ack, Have, Subscribe, Update, View

MANY = 1000
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {subprotocol}\r\n"
    "Sec-WebSocket-Key: {key}\r\n\r\n"
)


class Thin(asyncio.Protocol):
    """Reads short frames, echoes the announced digest, keeps nothing."""

    def __init__(self, subscribe: Subscribe) -> None:
        self._subscribe = subscribe
        self._rest = b""
        self._open = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        key = base64.b64encode(bytes(16)).decode()
        request = HANDSHAKE.format(path=messages.PATH, subprotocol=messages.SUBPROTOCOL, key=key)
        transport.write(request.encode())

    def data_received(self, data: bytes) -> None:
        self._rest += data
        if not self._open:
            head, found, self._rest = self._rest.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            self._open = True
            self._say(messages.encode(self._subscribe))
        while len(self._rest) > 1:
            size, start = self._rest[1], 2
            if size == 126:
                size, start = int.from_bytes(self._rest[2:4], "big"), 4
            if len(self._rest) < start + size:
                return
            payload, self._rest = self._rest[start : start + size], self._rest[start + size :]
            self._hear(payload)

    def _hear(self, payload: bytes) -> None:
        message = messages.decode(payload)
        if isinstance(message, Update):
            self._say(messages.encode(Ack(message.view, message.nonce, message.target)))

    def _say(self, payload: bytes) -> None:
        size = len(payload)
        header = (
            bytes((0x82, 0x80 | size)) if size < 126 else bytes((0x82, 0xFE, size >> 8, size & 255))
        )
        self.transport.write(header + bytes(4) + payload)


@pytest.fixture
def crowd(server: Any) -> Any:
    """Connect many thin subscribers at once; gives a function that makes them go."""

    async def join(view_of: Callable[[int], View], have: Have | None = None) -> Callable[[], None]:
        loop = asyncio.get_running_loop()
        host, port = server.url.removeprefix("http://").split(":")

        def thin(number: int) -> Thin:
            return Thin(Subscribe(1, "default", f"n{number}", view_of(number), have, False, 0.0))

        made = [
            await loop.create_connection(partial(thin, number), host, int(port))
            for number in range(MANY)
        ]

        def leave() -> None:
            for transport, _ in made:
                transport.abort()

        return leave

    return join


@pytest.mark.slow
async def test_a_thousand_that_come_back_get_what_they_miss_and_no_more(
    line: Any, server: Any, crowd: Any, resource: Any, have: Any, until: Any
) -> None:
    """After a restart the worker is asked once; nobody gets the full state."""
    line.publish(*(resource(f"r{n}") for n in range(2000)))
    line.publish(resource("r1", 1), gone=(resource("r2").key,))
    line.restart()
    server.channels["default"] = line.channel
    leave = await crowd(lambda _: View(), have(1))
    await until(lambda: line.channel.members.connected() == (MANY, MANY))
    assert line.channel.counts.steps == {"delta": MANY}
    assert line.asked == [1]
    leave()


@pytest.mark.slow
async def test_a_change_to_one_of_a_thousand_views_is_sent_to_one(
    line: Any, crowd: Any, resource: Any, until: Any
) -> None:
    line.publish(*(resource("a", namespace=f"n{n}") for n in range(MANY)))
    leave = await crowd(lambda number: View.of(namespaces=[f"n{number}"]))
    await until(lambda: line.channel.members.connected() == (MANY, MANY))
    before = line.channel.counts.resources
    started = time.perf_counter()
    version = line.publish(resource("a", 1, namespace="n7"))
    found = await line.channel.delivered(version, timeout=5)
    assert (found.had, line.channel.counts.resources - before) == (MANY, 1)
    assert time.perf_counter() - started < 1
    leave()


@pytest.mark.slow
async def test_a_change_reaches_a_thousand_as_one_step(
    line: Any, crowd: Any, resource: Any, until: Any
) -> None:
    line.publish(*(resource(f"r{n}") for n in range(300)))
    leave = await crowd(lambda _: View())
    await until(lambda: line.channel.members.connected() == (MANY, MANY))
    for value in range(1, 6):
        version = line.publish(resource("r1", value))
        found = await line.channel.delivered(version, timeout=10)
        assert (found.connected, found.had, found.outcome) == (MANY, MANY, "acked")
    assert len(line.channel._live.views.all.steps) == 1
    leave()
