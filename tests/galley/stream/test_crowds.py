"""Many who come, speak or go at the same moment: no turn of the loop takes in all of them."""

import asyncio
import gc
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from galley.listening import Listener
from galley.protocol import messages
from galley.protocol.messages import Ack, Heartbeat, Subscribe, Subscribed, View
from galley.server import door
from galley.server.door import HANDSHAKE_SECONDS
from galley.server.turns import SHARE, Turns
from galley.server.websocket import MOST_HELD, PARTING_SECONDS, WebSocket

MANY = 300
HANDSHAKE = (
    "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {messages.SUBPROTOCOL}\r\n\r\n"
).encode()


def masked(payload: bytes) -> bytes:
    header = bytes((0x82, 0xFF)) + len(payload).to_bytes(8, "big")
    return header + bytes(4) + payload


SUBSCRIBE = masked(
    messages.encode(Subscribe(1, "default", "crowd", View(), None, zstd=False, max_staleness=0.0))
)


@pytest.fixture
def sockets() -> Iterator[Callable[[str, bytes], list[socket.socket]]]:
    """Opens many connections while the server's loop stands still, and says something on each."""
    with ExitStack() as opened:

        def open_many(address: str, say: bytes, count: int = MANY) -> list[socket.socket]:
            host, _, port = address.removeprefix("http://").partition(":")
            made = [
                opened.enter_context(socket.create_connection((host, int(port))))
                for _ in range(count)
            ]
            for each in made:
                each.sendall(say)
            return made

        yield open_many


@pytest.fixture
async def address(line: Any, server: Any, resource: Any) -> AsyncIterator[str]:
    """The server behind the real entrance, with one version live."""
    line.publish(resource("a"))
    listener = Listener()
    await listener.start(server.app, "127.0.0.1:0", None, shutdown=10)
    yield listener.address
    await listener.stop()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Callable[[type, str], Counter[int]]:
    """Counts how often something is called in each turn that `Turns` makes."""
    turn, begin = [0], Turns._begin

    def begun(self: Turns) -> None:
        turn[0] += 1
        begin(self)

    def count(owner: type, name: str) -> Counter[int]:
        calls: Counter[int] = Counter()
        inner = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            calls[turn[0]] += 1
            return inner(*args, **kwargs)

        monkeypatch.setattr(owner, name, counted)
        return calls

    monkeypatch.setattr(Turns, "_begin", begun)
    return count


async def test_handshakes_of_a_crowd_are_spread_over_turns(
    server: Any, address: str, sockets: Any, taken: Any, until: Any
) -> None:
    calls = taken(door.Door, "_open")
    sockets(address, HANDSHAKE)
    await until(lambda: server.connections == MANY)
    assert calls.total() == MANY
    assert max(calls.values()) <= SHARE / HANDSHAKE_SECONDS + 1


async def test_messages_of_a_crowd_are_spread_over_turns(
    line: Any,
    server: Any,
    address: str,
    sockets: Any,
    taken: Any,
    until: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With no time at all each turn takes one; none is lost."""
    crowd = sockets(address, HANDSHAKE, 50)
    await until(lambda: server.connections == 50)
    monkeypatch.setattr("galley.server.turns.SHARE", -1.0)
    calls = taken(WebSocket, "_frame")
    for each in crowd:
        each.sendall(SUBSCRIBE)
    await until(lambda: line.channel.members.connected() == (50, 0))
    (step,) = {each.step for each in line.channel.members}
    for each in crowd:
        each.sendall(masked(messages.encode(Ack(step._head.view, step.nonce, step.target))))
    await until(lambda: line.channel.members.connected() == (50, 50))
    assert calls.total() >= 100
    assert max(calls.values()) <= 2


async def test_partings_of_a_crowd_are_spread_over_turns(
    line: Any, server: Any, address: str, sockets: Any, taken: Any, until: Any
) -> None:
    crowd = sockets(address, HANDSHAKE + SUBSCRIBE)
    await until(lambda: line.channel.members.connected()[0] == MANY)
    calls = taken(WebSocket, "_part_with")
    for each in crowd:
        each.close()
    await until(lambda: server.connections == 0)
    assert line.channel.members.connected() == (0, 0)
    assert calls.total() == MANY
    assert max(calls.values()) <= SHARE / PARTING_SECONDS + 1


@pytest.mark.parametrize("share", [SHARE, -1.0])
async def test_a_long_message_in_pieces_is_taken(
    server: Any, raw: Any, until: Any, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("galley.server.turns.SHARE", share)
    view = View.of(namespaces=[f"{number:0200}" for number in range(1000)])
    whole = masked(messages.encode(Subscribe(1, "default", "n", view, None, False, 0.0)))
    (session,) = server.sessions()
    transport = raw.websocket._writer.transport
    transport.write(whole[: 2 * MOST_HELD])
    await until(lambda: len(session.websocket._held) == 2 * MOST_HELD)
    transport.write(whole[2 * MOST_HELD :])
    assert isinstance(await raw.hear(), Subscribed)


async def test_who_speaks_on_while_waiting_for_a_turn_is_not_read_without_bound(
    server: Any, raw: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (session,) = server.sessions()
    monkeypatch.setattr(Turns, "take", lambda *_, **__: None)
    monkeypatch.setattr("galley.server.turns.SHARE", -1.0)
    beat = masked(messages.encode(Heartbeat()))
    raw.websocket._writer.transport.write(beat * (8 * MOST_HELD // len(beat)))
    await until(lambda: not session.websocket.transport.is_reading())
    assert len(session.websocket._held) < 8 * MOST_HELD
    monkeypatch.undo()
    session.websocket._go_on()
    await until(lambda: session.websocket._held == b"")
    assert session.websocket.transport.is_reading()


async def test_who_never_says_anything_is_sent_away(
    address: str, sockets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "SILENT_SECONDS", 0.01)
    (silent,) = sockets(address, b"", 1)
    assert await _ended(silent)


async def test_who_still_waits_at_the_door_is_sent_away_at_the_end(
    server: Any, sockets: Any, until: Any
) -> None:
    listener = Listener()
    await listener.start(server.app, "127.0.0.1:0", None, shutdown=10)
    (silent,) = sockets(listener.address, b"", 1)
    await until(lambda: listener._entrance and listener._entrance.waiting)
    await listener.stop()
    assert await _ended(silent)


async def test_a_subscriber_that_is_gone_leaves_nothing_to_the_collector(
    line: Any, server: Any, address: str, sockets: Any, until: Any
) -> None:
    """A full collection is rare, so what is gone must not wait for it."""

    async def come_and_go() -> None:
        crowd = sockets(address, HANDSHAKE + SUBSCRIBE, 10)
        await until(lambda: line.channel.members.connected()[0] == 10)
        for each in crowd:
            each.close()
        await until(lambda: server.connections == 0)

    await come_and_go()
    gc.collect()
    gc.disable()
    try:
        await come_and_go()
        assert not any(type(each) is WebSocket for each in gc.get_objects())
    finally:
        gc.enable()


async def _ended(connection: socket.socket) -> bool:
    connection.setblocking(False)
    async with asyncio.timeout(10):
        return await asyncio.get_running_loop().sock_recv(connection, 1) == b""
