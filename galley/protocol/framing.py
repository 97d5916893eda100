"""msgpack messages over a local stream, each with its length in front (4 bytes, big-endian)."""

import asyncio
import contextlib
import socket
from typing import Any, Self

import msgpack

LARGEST = 1 << 30
"""Bytes of one message; both ends are ours, so more is a defect."""


class LinkClosedError(ConnectionError):
    """The other end has gone."""


class Link:
    """One end of a socket pair between a service and a worker."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, end: socket.socket) -> Self:
        """Take over one end of a socket pair."""
        reader, writer = await asyncio.open_connection(sock=end)
        return cls(reader, writer)

    async def send(self, message: list[Any]) -> None:
        """Write one message; waits while the other end is behind.

        Raises:
            LinkClosedError: the other end has gone.
        """
        packed = msgpack.packb(message)
        try:
            self._writer.write(len(packed).to_bytes(4, "big") + packed)
            await self._writer.drain()
        except ConnectionError as error:
            raise LinkClosedError("the other end has gone") from error

    async def receive(self) -> list[Any]:
        """The next message.

        Raises:
            LinkClosedError: the other end has gone.
        """
        try:
            size = int.from_bytes(await self._reader.readexactly(4), "big")
            if size > LARGEST:
                raise LinkClosedError(f"a message of {size} bytes cannot be right")
            packed = await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise LinkClosedError("the other end has gone") from error
        message: list[Any] = msgpack.unpackb(packed, strict_map_key=False)
        return message

    async def close(self) -> None:
        """Close this end; twice is allowed."""
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
