"""A bare gRPC server: it writes ready-made bytes to every stream and reads an acknowledgement.

What no server on `grpc.aio` can be faster than; nothing is judged, counted or kept.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import grpc

from galley import memory
from pipeline.encoding.protobuf.wire_format import text
from tests.bench.child import serve
from tests.bench.floor import Round
from tests.bench.service import occupied

NONCE = text(5, "1234")
OPTIONS = (
    ("grpc.so_reuseport", 0),
    ("grpc.server.max_pending_requests", 100_000),
    ("grpc.server.max_pending_requests_hard_limit", 200_000),
)


class Bare(grpc.GenericRpcHandler):
    """One method, whose streams all get the same."""

    def __init__(self) -> None:
        self.round = Round()
        self.streams = 0
        self.news = asyncio.Event()
        self.data = b""
        self._handler: Any = grpc.stream_stream_rpc_method_handler(self._handle)

    def service(self, handler_call_details: Any) -> Any:  # there is one
        return self._handler

    def write(self, data: bytes) -> "asyncio.Future[float]":
        """Write to every stream; when the last acknowledgement came."""
        done = self.round.start(self.streams)
        news, self.news, self.data = self.news, asyncio.Event(), data
        news.set()
        return done

    async def _handle(
        self, requests: AsyncIterator[bytes], context: Any
    ) -> None:  # `read` is quicker
        await context.read()
        await context.write(NONCE)
        await context.read()
        self.streams += 1
        while True:
            await self.news.wait()
            await context.write(self.data)
            if await context.read() is grpc.aio.EOF:
                return
            self.round.replied()


SERVERS: list[Bare] = []
RUNNING: list[Any] = []


async def listen(_: dict[str, Any]) -> dict[str, Any]:
    """Listen on a port; garbage is collected as Galley does it, which this floor is not to lack."""
    memory.collect_little()
    SERVERS.append(Bare())
    server = grpc.aio.server(handlers=SERVERS, options=OPTIONS)
    RUNNING.append(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return {"port": port}


async def write(command: dict[str, Any]) -> dict[str, Any]:
    """Write `size` bytes to every stream; seconds until the last acknowledgement."""
    (bare,) = SERVERS
    data = bytes(command["size"] - len(NONCE)) + NONCE
    began, worked = time.perf_counter(), time.process_time()
    done = await bare.write(data)
    own = time.process_time() - worked
    return {"seconds": done - began, "streams": bare.streams, "processor": own}


async def occupies(_: dict[str, Any]) -> dict[str, Any]:
    """Bytes that this process alone occupies."""
    return {"bytes": occupied("self", "Pss")}


async def stop(_: dict[str, Any]) -> dict[str, Any]:
    """End every stream."""
    await RUNNING.pop().stop(grace=None)
    return {}


if __name__ == "__main__":
    serve({"listen": listen, "write": write, "memory": occupies, "stop": stop})
