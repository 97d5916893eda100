"""Thin load clients, thousands in one process: they count bytes and echo the announced digest.

A real client decodes, hashes and keeps everything; that is its own cost and would hide the
server's. Here a message is looked at only far enough to know which answer is due, once for all who
get the same bytes. Frames to a server must be masked; a mask of zero leaves the bytes as they are.
"""

import asyncio
import struct
import time
from typing import Any, cast

import msgpack

from galley.protocol import messages
from galley.protocol.codec import read
from galley.protocol.messages import SUBPROTOCOL, Ack, Have, Subscribe, View
from tests.bench.child import serve

BUFFER = bytearray(1 << 20)
LOOKED_AT = 400
"""First bytes of a message that tell what it is."""
REPLY = 100
AT_ONCE = 250
"""Connections that are opened at the same time, unless all at once are asked for."""
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: " + SUBPROTOCOL + "\r\n\r\n"
)


def masked(payload: bytes) -> bytes:
    """A binary frame of a client."""
    if len(payload) < 126:
        return bytes((0x82, 0x80 | len(payload))) + bytes(4) + payload
    return struct.pack("!BBH", 0x82, 0x80 | 126, len(payload)) + bytes(4) + payload


class Group:
    """Connections of one kind, and what they got since the last look."""

    def __init__(self, command: dict[str, Any]) -> None:
        self.kind: str = command["kind"]
        self.host: str = command.get("host", "127.0.0.1")
        self.port: int = command["port"]
        self.have: Have | None = None
        """What new members claim to have."""
        self.learned: Have | None = None
        """What the members have."""
        self.zstd: bool = command.get("zstd", False)
        self.channel: str = command.get("channel", "default")
        self.namespaces: bool = command.get("namespaces", False)
        self.members: list[Connection] = []
        self.size = 0
        self.reset()

    def reset(self) -> None:
        """Count from nothing again."""
        self.bytes = self.messages = self.answers = self.full = self.lost = 0
        self.last = 0.0
        self.begun = time.perf_counter()

    def report(self) -> dict[str, Any]:
        names = ("bytes", "messages", "answers", "full", "lost", "begun", "last")
        return {"members": len(self.members), **{name: getattr(self, name) for name in names}}

    def answered(self) -> None:
        self.answers += 1
        self.last = time.perf_counter()


class Connection(asyncio.BufferedProtocol):
    """What raw and WebSocket connections share: one buffer for all, nothing kept."""

    __slots__ = ("group", "number", "ready", "transport")

    def __init__(self, group: Group, number: int) -> None:
        self.group = group
        self.number = number
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> bytearray:
        return BUFFER

    def connection_lost(self, exc: Exception | None) -> None:
        self.group.lost += 1
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"lost before it was ready: {exc}"))

    def is_ready(self) -> None:
        if not self.ready.done():
            self.ready.set_result(None)


class Raw(Connection):
    """Replies to every `size` bytes."""

    __slots__ = ("got",)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.got = 0
        self.is_ready()

    def buffer_updated(self, nbytes: int) -> None:
        self.got += nbytes
        self.group.bytes += nbytes
        if self.got >= self.group.size:
            self.got = 0
            self.transport.write(bytes(REPLY))
            self.group.answered()


class Socket(Connection):
    """A WebSocket that takes frames apart and keeps the first bytes of each message."""

    __slots__ = ("first", "left", "rest", "shaken", "whole")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.shaken = False
        self.rest = b""
        self.left = 0
        self.first = b""
        self.whole: bytearray | None = None
        path = "/" if self.group.kind == "aiohttp" else messages.PATH
        host = f"{self.group.host}:{self.group.port}"
        self.transport.write(HANDSHAKE.format(path=path, host=host).encode())

    def buffer_updated(self, nbytes: int) -> None:
        self.group.bytes += nbytes
        if self.left > nbytes and len(self.first) >= LOOKED_AT and self.whole is None:
            self.left -= nbytes
            return
        self._take(self.rest + bytes(memoryview(BUFFER)[:nbytes]))

    def _take(self, data: bytes) -> None:
        at = 0 if self.shaken else self._shake(data)
        while at < len(data):
            if not self.left:
                begin = self._header(data, at)
                if not begin:
                    break
                at = begin
            part = data[at : at + self.left]
            self._part(part)
            at += len(part)
            if not self.left:
                self._message()
        self.rest = data[at:]

    def _shake(self, data: bytes) -> int:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return len(data)
        if b" 101 " not in data[:40]:
            raise ConnectionError(f"refused: {data[:100]!r}")
        self.shaken = True
        self.shook()
        return end + 4

    def _header(self, data: bytes, at: int) -> int:
        """Where the payload begins; 0 if the header is not whole."""
        if len(data) - at < 2:
            return 0
        size, width = data[at + 1], 2
        if size >= 126:
            width = 4 if size == 126 else 10
            if len(data) - at < width:
                return 0
            size = int.from_bytes(data[at + 2 : at + width], "big")
        self.left, self.first = size, b""
        if data[at] != 0x82:
            raise ConnectionError(f"not a whole binary message: {data[at : at + 60]!r}")
        self.begin()
        return at + width

    def _part(self, part: bytes) -> None:
        self.left -= len(part)
        if len(self.first) < LOOKED_AT:
            self.first += part[: LOOKED_AT - len(self.first)]
        if self.whole is not None:
            self.whole += part

    def _message(self) -> None:
        self.group.messages += 1
        self.message()

    def shook(self) -> None:
        """The handshake is over."""
        self.is_ready()

    def begin(self) -> None:
        """A message begins."""

    def message(self) -> None:
        """A message is whole."""
        self.transport.write(masked(bytes(REPLY - 6)))
        self.group.answered()


class Subscriber(Socket):
    """A subscriber of Galley's stream."""

    __slots__ = ("answer", "awaited")

    def shook(self) -> None:
        self.awaited = 0
        self.answer = b""
        group = self.group
        view = View.of(namespaces=[f"ns-{self.number % 1000:04d}"]) if group.namespaces else View()
        have = None if group.namespaces else group.have
        node = f"bench-{self.number}"
        asked = Subscribe(1, group.channel, node, view, have, group.zstd, 0.0)
        self.transport.write(masked(messages.encode(asked)))

    def begin(self) -> None:
        self.whole = None if self.awaited else bytearray()

    def message(self) -> None:
        if self.awaited:
            self.awaited -= 1
            if not self.awaited:
                self._acknowledge()
            return
        if self.whole is not None and self.first[:1] == b"\x92" and self.first[1] == 7:
            self.first = self._plain(bytes(self.whole))
        self.whole = None
        if self.first[1] == 4:
            self._update()

    def _plain(self, data: bytes) -> bytes:
        """The first bytes of what a compressed message holds."""
        known = PLAIN.get(data)
        if known is None:
            known = PLAIN[data] = messages.encode(read(data, 1 << 26))[:LOOKED_AT]
        return known

    def _update(self) -> None:
        known = UPDATES.get(self.first)
        if known is None:
            known = UPDATES[self.first] = _look(self.first)
        have, self.answer, self.awaited, full = known
        self.group.learned = have
        self.group.full += full
        if not self.awaited:
            self._acknowledge()

    def _acknowledge(self) -> None:
        self.transport.write(self.answer)
        self.group.answered()
        self.is_ready()


PLAIN: dict[bytes, bytes] = {}
"""Compressed messages to the first bytes of what they hold."""
UPDATES: dict[bytes, tuple[Have, bytes, int, bool]] = {}
"""First bytes of updates to what one has then, the answer, chunks, and whether it is a full one."""
KINDS = {"raw": Raw, "aiohttp": Socket, "galley": Subscriber}
GROUPS: dict[str, Group] = {}


def _look(first: bytes) -> tuple[Have, bytes, int, bool]:
    """What an update says before its contents: what one has then, the answer, how many chunks."""
    unpacker = msgpack.Unpacker()
    unpacker.feed(first)
    unpacker.read_array_header()
    _, view, nonce, note, base, target, buckets, chunks = (unpacker.unpack() for _ in range(8))
    have = Have(note[0], note[1], target)
    full = base is None and not buckets
    return have, masked(messages.encode(Ack(view, nonce, target))), chunks, full


async def connect(command: dict[str, Any]) -> dict[str, Any]:
    """Open connections until the group has `count`; returns when each is ready."""
    name = command["group"]
    group = GROUPS.get(name) or GROUPS.setdefault(name, Group(command))
    group.reset()
    if have := command.get("have"):
        group.have = Have(have[0], have[1], bytes.fromhex(have[2]))
    width = command.get("at_once", AT_ONCE)
    while (have := len(group.members)) < command["count"]:
        numbers = range(have, min(command["count"], have + width))
        group.members += await asyncio.gather(*(_connected(group, number) for number in numbers))
    return group.report()


async def _connected(group: Group, number: int) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        lambda: KINDS[group.kind](group, number), group.host, group.port
    )
    await connection.ready
    return connection


async def reset(command: dict[str, Any]) -> dict[str, Any]:
    """Count from nothing; `size`: what a raw connection replies to."""
    group = GROUPS[command["group"]]
    group.reset()
    group.size = command.get("size", 0)
    UPDATES.clear()
    PLAIN.clear()
    return {}


async def report(command: dict[str, Any]) -> dict[str, Any]:
    """What came since the last reset."""
    return GROUPS[command["group"]].report()


async def close(command: dict[str, Any]) -> dict[str, Any]:
    """Close a group's connections."""
    group = GROUPS.pop(command["group"], None)
    for connection in group.members if group else ():
        connection.transport.abort()
    return {}


async def leave(command: dict[str, Any]) -> dict[str, Any]:
    """Let a group's connections go; what they have is remembered."""
    for connection in GROUPS[command["group"]].members:
        connection.transport.abort()
    return {}


async def reconnect(command: dict[str, Any]) -> dict[str, Any]:
    """Open as many connections as there were, all at once, with what they have."""
    group = GROUPS[command["group"]]
    count, group.members, group.port = len(group.members), [], command["port"]
    group.have = group.learned
    return await connect({"group": command["group"], "count": count, "at_once": count})


if __name__ == "__main__":
    serve(
        {
            "connect": connect,
            "reset": reset,
            "report": report,
            "close": close,
            "leave": leave,
            "reconnect": reconnect,
        }
    )
