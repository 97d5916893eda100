"""Streams of bytes to a server, opened as gRPC's clients of Istio and Envoy open them."""

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import grpc
import grpc.aio

MIB = 1 << 20


@dataclass(frozen=True)
class End:
    """How a stream ended: its code, and the text that came with it."""

    code: grpc.StatusCode
    text: str = ""


@dataclass(frozen=True)
class Dialling:
    """How a client connects. Times in seconds, sizes in bytes."""

    keepalive: tuple[float, float] | None = (30.0, 10.0)
    """Ping after so long without reads while a stream is open, and wait so long for the answer."""
    max_message: int = 4 * MIB
    """The longest message that it receives; -1 is any."""
    window: int | None = MIB
    """Of flow control, of a stream; None leaves it to gRPC."""
    credentials: grpc.ChannelCredentials | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    """Headers of each stream."""
    options: tuple[tuple[str, Any], ...] = ()
    """Further options of gRPC's channel."""

    def channel_options(self) -> list[tuple[str, Any]]:
        """As C-core knows them; each double has a connection of its own, as processes have."""
        options: list[tuple[str, Any]] = [
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.initial_reconnect_backoff_ms", 50),
            ("grpc.max_reconnect_backoff_ms", 500),
            ("grpc.max_receive_message_length", self.max_message),
        ]
        if self.keepalive:
            time, timeout = self.keepalive
            options += [
                ("grpc.keepalive_time_ms", int(time * 1000)),
                ("grpc.keepalive_timeout_ms", int(timeout * 1000)),
                ("grpc.http2.max_pings_without_data", 0),
            ]
        if self.window:
            options += [("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", self.window)]
        return [*options, *self.options]


class Stream:
    """One call that streams in both directions."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._writing = asyncio.Lock()

    async def send(self, data: bytes) -> bool:
        """Whether it could be written; why not, `receive` tells."""
        async with self._writing:
            try:
                await self._call.write(data)
            except (grpc.aio.AioRpcError, asyncio.InvalidStateError, asyncio.CancelledError):
                _ours_alone()
                return False
        return True

    async def receive(self) -> bytes | End:
        """The next message, or how the stream ended."""
        try:
            data = await self._call.read()
        except grpc.aio.AioRpcError as error:
            _ours_alone()
            return End(error.code(), error.details() or "")
        except asyncio.CancelledError:
            _ours_alone()
            return End(grpc.StatusCode.CANCELLED)
        if data is grpc.aio.EOF:
            return End(await self._call.code(), await self._call.details() or "")
        return bytes(data)

    async def half_close(self) -> None:
        """Tell the server that nothing more will be sent."""
        async with self._writing:
            await self._call.done_writing()

    def cancel(self) -> None:
        self._call.cancel()


def _ours_alone() -> None:
    """Let a cancellation of the task pass; one of the call looks the same, and is none.

    gRPC keeps the task's to itself, and tells the end of the call, when both come at once.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@dataclass
class Connection:
    """To one server; several streams may share it."""

    address: str
    dialling: Dialling = field(default_factory=Dialling)

    def __post_init__(self) -> None:
        options = self.dialling.channel_options()
        if self.dialling.credentials is None:
            self._channel = grpc.aio.insecure_channel(self.address, options=options)
        else:
            self._channel = grpc.aio.secure_channel(
                self.address, self.dialling.credentials, options=options
            )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def ready(self) -> bool:
        """Whether the server can be reached; one failure is an answer: clients fail fast."""
        failed = grpc.ChannelConnectivity.TRANSIENT_FAILURE
        state = self._channel.get_state(try_to_connect=True)
        if state is failed:  # of an earlier attempt
            state = await self._after(state)
        while state not in (failed, grpc.ChannelConnectivity.READY):
            state = await self._after(state)
        return state is not failed

    async def _after(self, state: Any) -> Any:
        await self._channel.wait_for_state_change(state)
        return self._channel.get_state(try_to_connect=True)

    def open(self, method: str) -> Stream:
        """Begin a call of the method with that full path."""
        start: Any = self._channel.stream_stream(method)
        return Stream(start(metadata=self.dialling.metadata))

    async def close(self) -> None:
        await self._channel.close()
