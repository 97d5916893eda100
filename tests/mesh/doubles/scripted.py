"""A server that does what a test says and nothing else: the doubles are tried against it."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import grpc
import grpc.aio

from tests.mesh.doubles.messages import Message

DEADLINE = 10.0


class Peer:
    """One stream, from the server's side."""

    def __init__(self, method: str, context: Any) -> None:
        self.method = method
        self.metadata = dict(context.invocation_metadata())
        self.peer: str = context.peer()
        self._context = context
        self.ended: asyncio.Future[tuple[grpc.StatusCode, str]] = asyncio.Future()

    async def hear(self, kind: Message) -> Message:
        """The next request, read as that message.

        Raises:
            EOFError: the client sends no more.
        """
        async with asyncio.timeout(DEADLINE):
            data = await self._context.read()
        if data is grpc.aio.EOF:
            raise EOFError
        return kind.FromString(data)

    async def hear_all(self, kind: Message, count: int) -> list[Message]:
        return [await self.hear(kind) for _ in range(count)]

    async def say(self, message: Message) -> None:
        async with asyncio.timeout(DEADLINE):
            await self._context.write(message.SerializeToString())

    def end(self, code: grpc.StatusCode = grpc.StatusCode.OK, text: str = "") -> None:
        self.ended.set_result((code, text))


class ScriptedServer:
    """Takes streams of any method, and hands each to the test."""

    def __init__(self, port: int = 0) -> None:
        self._peers: asyncio.Queue[Peer] = asyncio.Queue()
        self.port = port

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = grpc.aio.server(
            handlers=(_Handler(self._handle),), options=[("grpc.so_reuseport", 0)]
        )
        self.port = self._server.add_insecure_port(self.address)
        await self._server.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._server.stop(None)

    async def accept(self) -> Peer:
        """The next stream that a client opens."""
        async with asyncio.timeout(DEADLINE):
            return await self._peers.get()

    async def _handle(self, method: str, context: Any) -> None:
        peer = Peer(method, context)
        self._peers.put_nowait(peer)
        code, text = await peer.ended
        if code is not grpc.StatusCode.OK:
            await context.abort(code, text)


class _Handler(grpc.GenericRpcHandler):
    def __init__(self, handle: Callable[[str, Any], Awaitable[None]]) -> None:
        self._handle = handle

    def service(self, call: Any) -> Any:
        async def serve(_: Any, context: Any) -> None:
            await self._handle(call.method, context)

        return grpc.stream_stream_rpc_method_handler(serve)
