"""Subscribers that speak WebSocket by hand, so that they can misbehave in every way."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from galley.protocol import codec, messages
from galley.protocol.messages import Ack, Have, Message, Subscribe, Subscribed, Update, View

BINARY, CLOSE, PING = 0x2, 0x8, 0x9
HANDSHAKE = (
    "GET /v1/stream HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: galley.v1.msgpack\r\n\r\n"
)


class Closed(Exception):  # noqa: N818  # an end, as the server says it
    """The server ended the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class Raw:
    """One connection; nothing is read unless somebody asks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self.view = 0

    def send_frame(self, payload: bytes, opcode: int = BINARY) -> None:
        """A whole frame, with a mask of zeros: masked, and the same bytes."""
        size = len(payload)
        if size < 126:
            head = bytes((0x80 | opcode, 0x80 | size))
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0xFF, size)
        self.writer.write(head + bytes(4) + payload)

    def send(self, message: Message) -> None:
        self.send_frame(messages.encode(message))

    def subscribe(
        self, node: str, have: Have | None = None, *, channel: str = "mesh", number: int = 1
    ) -> None:
        self.send(Subscribe(number, channel, node, View(), have, False, 0))

    async def receive(self) -> Message:
        """The next message.

        Raises:
            Closed: instead of it the connection was ended; 1006 if without a word.
        """
        try:
            opcode, payload = await self._frame()
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Closed(1006, "cut") from None
        if opcode == CLOSE:
            raise Closed(int.from_bytes(payload[:2], "big"), payload[2:].decode())
        message = codec.read(payload, 64 * 1024 * 1024)
        if isinstance(message, Subscribed):
            self.view = message.view
        return message

    async def update(self) -> Update:
        """The next update; what else comes is passed over."""
        while True:
            message = await self.receive()
            if isinstance(message, Update):
                for _ in range(message.chunks):
                    await self.receive()
                return message

    async def acknowledge(self) -> Update:
        """The next update, acknowledged at its word."""
        update = await self.update()
        self.send(Ack(update.view, update.nonce, update.target))
        return update

    async def end(self) -> int:
        """Read on until the server closes; with which code."""
        try:
            while True:
                await self.receive()
        except Closed as closed:
            return closed.code

    async def _frame(self) -> tuple[int, bytes]:
        first, second = await self._reader.readexactly(2)
        size = second
        if size == 126:
            size = int.from_bytes(await self._reader.readexactly(2), "big")
        elif size == 127:
            size = int.from_bytes(await self._reader.readexactly(8), "big")
        return first & 0x0F, await self._reader.readexactly(size)


@pytest.fixture
def raw_type() -> type[Raw]:
    return Raw


@pytest.fixture
async def connect() -> AsyncIterator[Callable[[str], Awaitable[Raw]]]:
    """Open a connection to a service's stream; all are cut at the end."""
    opened: list[Raw] = []

    async def connect(address: str) -> Raw:
        host = urlsplit(address).netloc
        name, _, port = host.partition(":")
        reader, writer = await asyncio.open_connection(name, int(port), limit=4096)
        writer.write(HANDSHAKE.format(host=host).encode())
        await reader.readuntil(b"\r\n\r\n")
        opened.append(Raw(reader, writer))
        return opened[-1]

    yield connect
    for raw in opened:
        raw.writer.transport.abort()
    await asyncio.gather(*(raw.writer.wait_closed() for raw in opened), return_exceptions=True)


def memory(pid: int) -> int:
    """Resident bytes of a process."""
    with open(f"/proc/{pid}/statm") as file:  # noqa: PTH123  # a kernel interface
        return int(file.read().split()[1]) * 4096


@pytest.fixture
def resident() -> Callable[[Any], int]:
    """Resident bytes of a service's serving process."""
    return lambda service: memory(service.process.pid)
