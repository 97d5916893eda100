"""What no server can be faster than: bare writes of the same bytes, a reply read from each socket.

Two of them: raw sockets on uvloop, which is the floor, and aiohttp's WebSocket, for context.
"""

import asyncio
import time
from typing import Any, cast

from aiohttp import WSMsgType, web

from galley.protocol.messages import SUBPROTOCOL
from tests.bench.child import serve

REPLY = 100
"""Bytes of a reply."""


class Round:
    """One message to everybody, and the replies that are still due."""

    def __init__(self) -> None:
        self.due = 0
        self.done: asyncio.Future[float] | None = None

    def start(self, due: int) -> "asyncio.Future[float]":
        self.due = due
        self.done = asyncio.get_running_loop().create_future()
        return self.done

    def replied(self) -> None:
        self.due -= 1
        if not self.due and self.done:
            self.done.set_result(time.perf_counter())


class Peer(asyncio.Protocol):
    """A raw connection."""

    __slots__ = ("got", "transport")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.got = 0
        PEERS[self] = None

    def data_received(self, data: bytes) -> None:
        self.got += len(data)
        if self.got >= REPLY:
            self.got -= REPLY
            RAW.replied()

    def connection_lost(self, exc: Exception | None) -> None:
        PEERS.pop(self, None)


PEERS: dict[Peer, None] = {}
SOCKETS: dict[web.WebSocketResponse, None] = {}
RAW, AIOHTTP = Round(), Round()


async def listen(_: dict[str, Any]) -> dict[str, Any]:
    """Listen on two ports."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Peer, "127.0.0.1", 0, backlog=4096)
    app = web.Application()
    app.router.add_get("/", _socket)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    return {"raw": server.sockets[0].getsockname()[1], "aiohttp": runner.addresses[0][1]}


async def raw(command: dict[str, Any]) -> dict[str, Any]:
    """Write `size` bytes to every raw connection; seconds until the last reply."""
    data, began = bytes(command["size"]), time.perf_counter()
    done = RAW.start(len(PEERS))
    for peer in PEERS:
        peer.transport.write(data)
    return {"seconds": await done - began, "peers": len(PEERS)}


async def aiohttp(command: dict[str, Any]) -> dict[str, Any]:
    """The same with aiohttp: `send_bytes` to everybody, `receive` in each handler."""
    data, began = bytes(command["size"]), time.perf_counter()
    done = AIOHTTP.start(len(SOCKETS))
    for socket in SOCKETS:
        await socket.send_bytes(data)
    return {"seconds": await done - began, "peers": len(SOCKETS)}


async def _socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,), compress=False)
    await socket.prepare(request)
    SOCKETS[socket] = None
    while (await socket.receive()).type is WSMsgType.BINARY:
        AIOHTTP.replied()
    SOCKETS.pop(socket, None)
    return socket


if __name__ == "__main__":
    serve({"listen": listen, "raw": raw, "aiohttp": aiohttp})
