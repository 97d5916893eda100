"""The server's end of a WebSocket (RFC 6455): frames in, ready-made frames out.

aiohttp does HTTP and hands the connection over after the `handshake`. Frames are read here, in the
callback that brings the bytes, because thousands of acknowledgements arrive at once: with a reader
task per connection each would cost a future, a wake-up and a turn of the loop more. What a turn
cannot take in is read in the next ones. There are no extensions; whatever violates the protocol
ends the connection.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Any

from aiohttp import web

from galley.server.turns import turns, wake

_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_FIN = 0x80

MOST_HELD = 64 * 1024
"""Bytes that are held for a later turn before the other end is not read from any more."""
MOST_WAITING = 1024 * 1024
"""Bytes that may wait for the other end to read them while it is still listened to."""
LOOK_AGAIN = 0.05
"""Seconds until that is looked at again."""
PARTING_SECONDS = 40e-6
"""What the loop needs to take leave of one subscriber."""
PROTOCOL_ERROR, UNSUPPORTED, TOO_BIG = 1002, 1003, 1009


class Violation(Exception):  # noqa: N818  # what the other end did; it never leaves this module
    """The bytes are not WebSocket, or more than is allowed."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class WebSocket(asyncio.Protocol):
    """One connection; confined to its loop. It ends when `over` is done."""

    __slots__ = (
        "__weakref__",
        "_drained",
        "_held",
        "_http",
        "_limit",
        "_lost",
        "_parts",
        "_paused",
        "_receive",
        "_released",
        "_resting",
        "_said",
        "_size",
        "_turns",
        "over",
        "response",
        "transport",
    )

    def __init__(
        self, response: web.StreamResponse, transport: asyncio.Transport, limit: int
    ) -> None:
        self.response = response
        self.transport = transport
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the other end is gone, or said that it goes."""
        self._limit = limit
        self._receive: Callable[[bytes], None] = _ignore
        self._held = b""
        """Bytes of a frame that is not whole yet."""
        self._parts: list[bytes] = []
        """Fragments of a message that is not whole yet."""
        self._size = 0
        self._turns = turns()
        self._resting = False
        """Whether what is held is read in a later turn."""
        self._paused = False
        """Whether nothing is read from the other end until then."""
        self._drained: asyncio.Event | None = None
        """Set when the other end has taken most of what is under way; None: it has."""
        self._said = False
        """Whether a close frame was sent; nothing may follow it."""
        self._http: asyncio.Protocol | None = None
        """aiohttp's side of the connection, which is told when that is lost."""
        self._lost = self._released = False

    def listen(self, request: web.Request, receive: Callable[[bytes], None]) -> None:
        """Call `receive` with every binary message from now on."""
        self._receive = receive
        self._http = request.protocol
        request.protocol.set_parser(self)  # type: ignore[arg-type]  # aiohttp asks for two methods
        self.transport.set_protocol(self)

    def release(self) -> None:
        """Give the connection back to aiohttp, which ends it."""
        self._receive = _ignore
        self._released = True
        self._tell_lost()

    @property
    def open(self) -> bool:
        """Whether anything can still be written."""
        return not (self._said or self.transport.is_closing())

    @property
    def idle(self) -> bool:
        """Whether the system has taken everything that was written."""
        return self.transport.get_write_buffer_size() == 0

    def write(self, frames: bytes) -> bool:
        """Write ready-made frames without waiting; False if the connection is going away."""
        if self._said or self.transport.is_closing():
            return False
        self.transport.write(frames)
        return True

    async def send(self, frames: bytes) -> bool:
        """`write`, then wait until the other end has taken most of what is under way."""
        if self.write(frames) and self._drained is not None:
            await self._drained.wait()
        return self.open

    def hold_back(self) -> None:
        """Listen no more to who asks without reading the answers, until it has read them."""
        if self.transport.get_write_buffer_size() > MOST_WAITING and not self._resting:
            self._resting = True
            self._pause()
            asyncio.get_running_loop().call_later(LOOK_AGAIN, self._go_on)

    async def close(self, code: int, reason: str, wait: float) -> None:
        """Say why, wait `wait` seconds for the other end to agree, then cut."""
        try:
            if self.open:
                self._say_close(struct.pack("!H", code) + reason.encode()[:120])
                await asyncio.wait({self.over}, timeout=wait)
        finally:
            if not self.over.done():
                self.over.set_result(None)
                self.transport.abort()

    # Called by the transport.

    def data_received(self, data: bytes) -> None:
        if not (self._held or self._parts or self._turns.crowded) and _is_small_message(data):
            self._receive(_unmask(data[6:], data[2:6]))
            return
        self._held += data
        if self._resting:
            if len(self._held) > MOST_HELD:
                self._pause()
        elif self._turns.crowded:
            self._rest()
        else:
            self._read()

    def connection_lost(self, _: Exception | None) -> None:
        self._said = self._lost = True
        self.resume_writing()
        self._turns.take(self._part_with, leaves=PARTING_SECONDS)

    def pause_writing(self) -> None:
        self._drained = asyncio.Event()

    def resume_writing(self) -> None:
        if self._drained is not None:
            self._drained.set()
            self._drained = None

    # Called by aiohttp.

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        """Take what came with the handshake; the answer says that more may come."""
        self.data_received(data)
        return False, b""

    def feed_eof(self) -> None:
        """The transport says so too."""

    def _read(self) -> None:
        """Take whole frames, as many as fit into the turn."""
        at = 0
        try:
            while not (self._resting or self.over.done()):
                end = self._frame(at)
                if end == at:
                    break
                at = end
                if at < len(self._held) and self._turns.spent:
                    self._rest()
            self._held = self._held[at:]
        except Violation as violation:
            self._held = b""
            self._end(violation.code, violation.reason)

    def _rest(self) -> None:
        self._resting = True
        self._turns.take(self._go_on)

    def _go_on(self) -> None:
        self._resting = False
        self.hold_back()
        if self._resting or self.transport.is_closing():
            return
        if self._paused:
            self._paused = False
            self.transport.resume_reading()
        self._read()

    def _part_with(self) -> None:
        wake(self.over)
        self._tell_lost()

    def _tell_lost(self) -> None:
        if self._lost and self._released and self._http is not None:
            self._http.connection_lost(None)

    def _pause(self) -> None:
        if not (self._paused or self.transport.is_closing()):
            self._paused = True
            self.transport.pause_reading()

    def _frame(self, at: int) -> int:
        """Handle the frame that begins there; where the next begins, or `at` if it is not whole."""
        held = self._held
        if len(held) - at < 2:
            return at
        first, second = held[at], held[at + 1]
        size, start = second & 0x7F, at + 2
        if size == 126:
            start, size = at + 4, int.from_bytes(held[at + 2 : at + 4], "big")
        elif size == 127:
            start, size = at + 10, int.from_bytes(held[at + 2 : at + 10], "big")
        if len(held) < start:
            return at
        self._check(first, second, size)
        end = start + 4 + size
        if len(held) < end:
            return at
        self._handle(first, _unmask(held[start + 4 : end], held[start : start + 4]))
        return end

    def _check(self, first: int, second: int, size: int) -> None:
        if first & 0x70:
            raise Violation(PROTOCOL_ERROR, "there are no extensions")
        if not second & 0x80:
            raise Violation(PROTOCOL_ERROR, "a client masks its frames")
        if first & 0x08 and (size > 125 or not first & _FIN):
            raise Violation(PROTOCOL_ERROR, "a control frame is short and whole")
        if self._size + size > self._limit:
            raise Violation(TOO_BIG, f"a message has at most {self._limit} bytes")

    def _handle(self, first: int, payload: bytes) -> None:
        opcode = first & 0x0F
        if opcode in (_BINARY, _CONTINUATION):
            self._part(payload, begins=opcode == _BINARY, ends=bool(first & _FIN))
        elif opcode == _PING:
            self.write(bytes((_FIN | _PONG, len(payload))) + payload)
            self.hold_back()
        elif opcode == _CLOSE:
            self._say_close(payload)
            wake(self.over)
        elif opcode == _TEXT:
            raise Violation(UNSUPPORTED, "messages are binary")
        elif opcode != _PONG:
            raise Violation(PROTOCOL_ERROR, f"there is no opcode {opcode}")

    def _part(self, payload: bytes, *, begins: bool, ends: bool) -> None:
        if begins == bool(self._parts):
            raise Violation(PROTOCOL_ERROR, "a fragment is out of order")
        self._parts.append(payload)
        self._size += len(payload) + 1
        if ends:
            message = b"".join(self._parts)
            self._parts, self._size = [], 0
            self._receive(message)

    def _say_close(self, payload: bytes) -> None:
        if self.open:
            self.transport.write(bytes((_FIN | _CLOSE, len(payload))) + payload)
        self._said = True

    def _end(self, code: int, reason: str) -> None:
        """The other end does not keep to the rules; it is told and left."""
        self._say_close(struct.pack("!H", code) + reason.encode()[:120])
        wake(self.over)


def _is_small_message(data: bytes) -> bool:
    """Whether these bytes are exactly one masked binary message below 126 bytes."""
    return (
        len(data) >= 6
        and data[0] == _FIN | _BINARY
        and data[1] & 0x80 != 0
        and len(data) - 6 == data[1] & 0x7F < 126
    )


def _unmask(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "little")
    return (int.from_bytes(payload, "little") ^ key).to_bytes(size, "little")


def _ignore(_: Any) -> None:
    """Nobody listens yet."""
