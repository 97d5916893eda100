"""Where connections wait until it is their turn: each needs a handshake, and they come in crowds.

The bytes with which a connection begins are kept; once it is its turn, aiohttp takes both over.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from galley.server.turns import turns

HANDSHAKE_SECONDS = 120e-6
"""What the loop needs for one: reading the request, judging it, answering it."""
MOST_HELD = 64 * 1024
"""Bytes that are kept before the other end is not read from any more."""
SILENT_SECONDS = 60.0
"""A connection that has not said anything for so long is closed."""


class Entrance:
    """All doors of a listening socket; what `enter` makes takes a connection over."""

    def __init__(self, enter: Callable[[], asyncio.Protocol]) -> None:
        self.enter = enter
        self.waiting: set[Door] = set()
        self.closed = False

    def __call__(self) -> "Door":
        return Door(self)

    def close(self) -> None:
        """Send everybody away who still waits, or is about to."""
        self.closed = True
        for door in tuple(self.waiting):
            door.transport.abort()


class Door(asyncio.Protocol):
    """One connection that waits."""

    __slots__ = ("_entrance", "_held", "_paused", "_silent", "transport")

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._held = b""
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._entrance.waiting.add(self)
        loop = asyncio.get_running_loop()
        self._silent = loop.call_later(SILENT_SECONDS, self.transport.abort)
        if self._entrance.closed:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        knocks = not self._held
        self._held += data
        if knocks:
            self._silent.cancel()
            turns().take(self._open, leaves=HANDSHAKE_SECONDS)
        elif len(self._held) > MOST_HELD and not self._paused:
            self._paused = True
            self.transport.pause_reading()

    def connection_lost(self, _: Exception | None) -> None:
        self._silent.cancel()
        self._entrance.waiting.discard(self)

    def _open(self) -> None:
        transport = self.transport
        if transport.is_closing():
            return
        self._entrance.waiting.discard(self)
        inside = self._entrance.enter()
        transport.set_protocol(inside)
        inside.connection_made(transport)
        if self._paused:
            transport.resume_reading()
        inside.data_received(self._held)
