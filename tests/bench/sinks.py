"""Thin clients of meshes, thousands in one process: many gRPC streams on a few connections.

HTTP/2 by hand, as `watchers`: of a response nothing is looked at but its end, where the nonce is,
and it is acknowledged at once. The bare server's streams are served by the same code.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, NamedTuple, cast

from pipeline.encoding.protobuf.wire_format import integer, nested, text
from tests.bench.child import serve
from tests.bench.watchers import (
    DATA,
    HEADERS,
    MUCH,
    PING,
    PREFACE,
    SETTINGS,
    WINDOW,
    frame,
    request,
)

STREAMS = 100
"""On one connection."""
RENEWED = 1 << 28
"""Bytes after which a connection is told that it may bring as many again."""
RST_STREAM, GOAWAY = 3, 7
END_STREAM = 1
TAIL = 24
"""Last bytes of a response, among which its nonce is."""
KIND_URL = "networking.istio.io/v1/VirtualService"
ROUTES_URL = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"


class Protocol(NamedTuple):
    """How a kind of client talks."""

    path: str
    first: Callable[[int], bytes]
    """What the stream with this number says first."""
    answer: Callable[[int], bytes]
    """What it says with every nonce, without that."""
    nonce: int
    """Number of the field with the nonce in an acknowledgement."""


def _sink(number: int) -> bytes:
    return nested(1, text(1, f"sink-{number:05d}"))


def _mcp(collection: str, *, incremental: bool) -> Protocol:
    asked = text(2, collection) + integer(6, incremental)
    return Protocol(
        "/istio.mcp.v1alpha1.ResourceSource/EstablishResourceStream",
        lambda number: _sink(number) + asked,
        lambda number: _sink(number) + asked,
        nonce=4,
    )


def _delta(url: str, *asked: str) -> Protocol:
    """Everything of a type; of what is not sent whole to whom names nothing, by a wildcard."""
    names = b"".join(text(3, name) for name in asked)

    def first(number: int) -> bytes:
        node = nested(1, text(1, f"sidecar~{number:05d}") + text(2, "bench"))
        return node + text(2, url) + names

    return Protocol(
        "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
        first,
        lambda _: text(2, url),
        nonce=6,
    )


VIRTUAL_SERVICES = "istio/networking/v1alpha3/virtualservices"
PROTOCOLS = {
    "mcp-full": _mcp(VIRTUAL_SERVICES, incremental=False),
    "mcp": _mcp(VIRTUAL_SERVICES, incremental=True),
    "delta": _delta(KIND_URL),
    "envoy": _delta(ROUTES_URL, "*"),
}
PROTOCOLS |= {
    f"bare-{name}": each._replace(path="/bench.Bare/Stream") for name, each in PROTOCOLS.items()
}


class Group:
    """Streams of one kind, and what they got since the last look."""

    def __init__(self, command: dict[str, Any]) -> None:
        self.protocol = PROTOCOLS[command["kind"]]
        self.port: int = command["port"]
        self.window: int = command.get("window", 1 << 20)
        """Bytes that a stream takes before it tells that it takes more."""
        self.connections: list[Connection] = []
        self.streams = 0
        self.reset()

    def reset(self) -> None:
        """Count from nothing again."""
        self.bytes = self.answers = self.lost = 0
        self.last = 0.0
        self.begun = time.perf_counter()

    def report(self) -> dict[str, Any]:
        names = ("streams", "bytes", "answers", "lost", "begun", "last")
        return {name: getattr(self, name) for name in names}


class Stream:
    """One stream of a connection."""

    __slots__ = ("answer", "left", "number", "ready", "tail", "taken")

    def __init__(self, number: int, answer: bytes) -> None:
        self.number = number
        self.answer = answer
        self.left = 0
        """Bytes of the response that are still to come."""
        self.tail = b""
        self.taken = 0
        """Bytes since the server was last told that it may send more."""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Connection(asyncio.Protocol):
    """One connection with many streams; answers what it must and acknowledges every response."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.streams: dict[int, Stream] = {}
        self.rest = b""
        self.taken = 0
        self.out: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        window = b"\x00\x04" + self.group.window.to_bytes(4, "big")
        self.transport.write(PREFACE + frame(SETTINGS, 0, 0, window) + frame(WINDOW, 0, 0, MUCH))

    def connection_lost(self, exc: Exception | None) -> None:
        for stream in self.streams.values():
            self._lost(stream)

    def open(self, number: int) -> Stream:
        """One more stream; ready when it has acknowledged its first response."""
        protocol = self.group.protocol
        stream = Stream(2 * len(self.streams) + 1, protocol.answer(number))
        self.streams[stream.number] = stream
        first = request(protocol.path, stream.number, protocol.first(number), last=False)
        self.transport.write(first)
        return stream

    def data_received(self, data: bytes) -> None:
        data = self.rest + data if self.rest else data
        at, length = 0, len(data)
        while length - at >= 9:
            end = at + 9 + int.from_bytes(data[at : at + 3], "big")
            if length < end:
                break
            self._frame(data, at, end)
            at = end
        self.rest = data[at:]
        if self.out:
            self.transport.write(b"".join(self.out))
            self.out.clear()

    def _frame(self, data: bytes, at: int, end: int) -> None:
        kind, flags = data[at + 3], data[at + 4]
        if kind == DATA:
            stream = self.streams[int.from_bytes(data[at + 5 : at + 9], "big")]
            self._windows(stream, end - at - 9)
            self._data(stream, data, at + 9, end)
        elif kind in (SETTINGS, PING) and not flags & 1:
            self.out.append(frame(kind, 1, 0, data[at + 9 : end] if kind == PING else b""))
        elif kind == RST_STREAM or (kind == HEADERS and flags & END_STREAM):
            self._lost(self.streams[int.from_bytes(data[at + 5 : at + 9], "big")])

    def _data(self, stream: Stream, data: bytes, at: int, end: int) -> None:
        while at < end:
            if not stream.left:  # the five bytes in front of a response come in one piece
                stream.left = int.from_bytes(data[at + 1 : at + 5], "big")
                stream.tail = b""
                at += 5
            upto = min(end, at + stream.left)
            stream.left -= upto - at
            stream.tail = (stream.tail + data[max(at, upto - TAIL) : upto])[-TAIL:]
            self.group.bytes += upto - at
            at = upto
            if not stream.left:
                self._acknowledge(stream)

    def _acknowledge(self, stream: Stream) -> None:
        group = self.group
        message = stream.answer + text(group.protocol.nonce, nonce_of(stream.tail))
        body = b"\x00" + len(message).to_bytes(4, "big") + message
        self.out.append(frame(DATA, 0, stream.number, body))
        group.answers += 1
        group.last = time.perf_counter()
        if not stream.ready.done():
            stream.ready.set_result(None)

    def _windows(self, stream: Stream, size: int) -> None:
        self.taken += size
        stream.taken += size
        if stream.taken >= self.group.window // 2:
            self.out.append(frame(WINDOW, 0, stream.number, stream.taken.to_bytes(4, "big")))
            stream.taken = 0
        if self.taken >= RENEWED:
            self.out.append(frame(WINDOW, 0, 0, self.taken.to_bytes(4, "big")))
            self.taken = 0

    def _lost(self, stream: Stream) -> None:
        self.group.lost += 1
        if not stream.ready.done():
            stream.ready.set_exception(ConnectionError("a stream ended before it was ready"))


def nonce_of(tail: bytes) -> str:
    """The nonce at the end of a response: field 5, a few digits."""
    for size in range(1, TAIL - 2):
        if tail[-size - 2 : -size] == bytes((5 << 3 | 2, size)):
            return tail[-size:].decode()
    raise ValueError(f"no nonce at the end of {tail!r}")


GROUPS: dict[str, Group] = {}


async def connect(command: dict[str, Any]) -> dict[str, Any]:
    """Open streams until the group has `count`; returns when each has something."""
    name = command["group"]
    group = GROUPS.get(name) or GROUPS.setdefault(name, Group(command))
    group.reset()
    while group.streams < command["count"]:
        if not group.connections or len(group.connections[-1].streams) >= STREAMS:
            group.connections.append(await _connected(group))
        connection = group.connections[-1]
        room = min(STREAMS - len(connection.streams), command["count"] - group.streams)
        opened = [connection.open(group.streams + number) for number in range(room)]
        group.streams += room
        if not command.get("at_once"):
            await asyncio.gather(*(each.ready for each in opened))
    everybody = [each for of in group.connections for each in of.streams.values()]
    await asyncio.gather(*(each.ready for each in everybody))
    return group.report()


async def _connected(group: Group) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(group), "127.0.0.1", group.port)
    return connection


async def reset(command: dict[str, Any]) -> dict[str, Any]:
    """Count from nothing."""
    GROUPS[command["group"]].reset()
    return {}


async def report(command: dict[str, Any]) -> dict[str, Any]:
    """What came since the last reset."""
    return GROUPS[command["group"]].report()


async def close(command: dict[str, Any]) -> dict[str, Any]:
    """Close a group's connections."""
    for connection in GROUPS.pop(command["group"]).connections:
        connection.transport.abort()
    return {}


if __name__ == "__main__":
    serve({"connect": connect, "reset": reset, "report": report, "close": close})
