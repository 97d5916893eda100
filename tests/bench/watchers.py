"""Thin watchers of etcd, thousands in one process: HTTP/2 and gRPC by hand, nothing decoded.

As `crowd` for Galley: they count bytes, so that what is measured is the server.
"""

import asyncio
import time
from typing import Any, cast

from tests.bench.child import serve

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING, WINDOW = 0, 1, 4, 6, 8
MUCH = (1 << 30).to_bytes(4, "big")
"""Bytes that a connection may bring before it must be told again; never reached here."""
AT_ONCE = 100


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """One HTTP/2 frame."""
    return (
        len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload
    )


def request(path: str, stream: int, message: bytes, *, last: bool) -> bytes:
    """The frames of a gRPC call with one message; headers as literals, never indexed."""
    headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "127.0.0.1",
        "content-type": "application/grpc",
        "te": "trailers",
    }
    block = b"".join(
        b"\x00" + bytes((len(name),)) + name.encode() + bytes((len(value),)) + value.encode()
        for name, value in headers.items()
    )
    body = b"\x00" + len(message).to_bytes(4, "big") + message
    return frame(HEADERS, 4, stream, block) + frame(DATA, int(last), stream, body)


def field(number: int, value: bytes) -> bytes:
    """A protobuf field of bytes."""
    size, length = len(value), b""
    while size > 127:
        length += bytes((size & 127 | 128,))
        size >>= 7
    return bytes((number << 3 | 2,)) + length + bytes((size,)) + value


class Connection(asyncio.Protocol):
    """One HTTP/2 connection that answers what it must and counts the rest."""

    def __init__(self) -> None:
        self.rest = b""
        self.stream = -1
        self.got: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(PREFACE + frame(SETTINGS, 0, 0, b"") + frame(WINDOW, 0, 0, MUCH))

    def data_received(self, data: bytes) -> None:
        data = self.rest + data
        at = 0
        while len(data) - at >= 9:
            size = int.from_bytes(data[at : at + 3], "big")
            if len(data) - at < 9 + size:
                break
            self._frame(data[at + 3], data[at + 4], data[at + 9 : at + 9 + size])
            at += 9 + size
        self.rest = data[at:]

    def call(self, path: str, message: bytes, *, last: bool) -> "asyncio.Future[None]":
        """Send a request; done when its first message is back."""
        self.stream += 2
        self.got = asyncio.get_running_loop().create_future()
        self.transport.write(request(path, self.stream, message, last=last))
        return self.got

    def _frame(self, kind: int, flags: int, payload: bytes) -> None:
        if kind in (SETTINGS, PING) and not flags & 1:
            self.transport.write(frame(kind, 1, 0, payload if kind == PING else b""))
        elif kind == DATA and payload:
            if self.got and not self.got.done():
                self.got.set_result(None)
            else:
                COUNT.arrived(len(payload))


class Count:
    """Events that have come."""

    def __init__(self) -> None:
        self.due = self.bytes = 0
        self.done: asyncio.Future[float] | None = None

    def start(self, due: int) -> "asyncio.Future[float]":
        self.due, self.bytes = due, 0
        self.done = asyncio.get_running_loop().create_future()
        return self.done

    def arrived(self, size: int) -> None:
        self.due -= 1
        self.bytes += size
        if not self.due and self.done:
            self.done.set_result(time.perf_counter())


COUNT = Count()
WATCHERS: list[Connection] = []
WRITERS: list[Connection] = []


async def _connected(port: int) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Connection, "127.0.0.1", port)
    return connection


async def put(command: dict[str, Any]) -> dict[str, Any]:
    """Write keys, one after the other; seconds until the last watcher has the last one."""
    if not WRITERS:
        WRITERS.append(await _connected(command["port"]))
    arrived = COUNT.start(len(WATCHERS))
    begun = time.perf_counter()
    for number, text in command["values"]:
        key, value = f"/config/{number:06d}".encode(), text.encode()
        message = field(1, key) + field(2, value)
        await WRITERS[0].call("/etcdserverpb.KV/Put", message, last=True)
    if not WATCHERS:
        return {"seconds": time.perf_counter() - begun, "bytes": 0}
    return {"seconds": await arrived - begun, "bytes": COUNT.bytes // len(WATCHERS)}


async def watch(command: dict[str, Any]) -> dict[str, Any]:
    """Watch every key with `count` connections."""
    whole = field(1, b"/config/") + field(2, b"/config0")
    while (have := len(WATCHERS)) < command["count"]:
        width = min(AT_ONCE, command["count"] - have)
        fresh = await asyncio.gather(*(_connected(command["port"]) for _ in range(width)))
        message = field(1, whole)
        await asyncio.gather(
            *(each.call("/etcdserverpb.Watch/Watch", message, last=False) for each in fresh)
        )
        WATCHERS.extend(fresh)
    return {}


if __name__ == "__main__":
    serve({"put": put, "watch": watch})
