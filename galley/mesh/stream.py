"""The I/O of one stream: it reads requests for the session, and writes what that says is due.

Nothing is queued: the session is asked when the last write is over. What a client does not read
stops its own writes and nobody else, and ends the stream after a while.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc.aio

from galley.memory import Crowd
from galley.mesh.deadlines import Deadlines
from galley.mesh.gate import LARGE, Gate
from galley.mesh.message import Message
from galley.mesh.session import NEVER, Session, StreamError
from galley.server.turns import turns

REQUESTS_PER_SECOND = 200.0
REQUESTS_AT_ONCE = 2000.0
"""What one stream may ask; beyond it is read more slowly, which does not slow its answers."""

TAKE_SECONDS = 40e-6
"""What the loop needs for a request: a version is acknowledged by thousands at once."""

Read = Callable[[], Awaitable[Any]]
"""The bytes of the next request, or gRPC's end of file."""
Write = Callable[[bytes], Awaitable[None]]


class Stream:
    """One stream from its first request to its end.

    The task that serves it reads; another one writes, only while there is something to be written:
    most streams have nothing to be told most of the time.
    """

    def __init__(
        self,
        read: Read,
        write: Write,
        *,
        gate: Gate,
        deadlines: Deadlines,
        crowd: Crowd,
    ) -> None:
        self._read = read
        self._write = write
        self._gate = gate
        self._deadlines = deadlines
        self._crowd = crowd
        self._loop = asyncio.get_running_loop()
        self._turns = turns()
        self._session: Session | None = None
        """While it is served."""
        self._reading: asyncio.Task[Any] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ended: Exception | None = None
        self.sent = self.received = 0
        """Messages in either direction."""

    def wake(self) -> None:
        """There may be something to send."""
        if self._writing is None and (message := self._due()) is not None:
            self._writing = self._loop.create_task(self._talk(message), name="mesh responses")

    def end(self, reason: str, code: str = "UNAVAILABLE") -> None:
        """End it; the client comes back if that is any use."""
        self._end(StreamError(code, reason))

    def late(self) -> None:
        """A write takes too long."""
        self.end(f"nothing was read for {self._deadlines.seconds:g} s", "DEADLINE_EXCEEDED")

    async def serve(self, session: Session) -> None:
        """Talk until the client has said its last word and was told what is due then.

        Raises:
            StreamError: the server ends it, and why.
        """
        if self._ended:
            raise self._ended
        self._session, self._reading = session, asyncio.current_task()
        try:
            await self._listen(session)
            # Of a client that goes gRPC says that it sends no more, and then cancels.
            await asyncio.sleep(0)
            while self._writing is not None and self._ended is None:
                await asyncio.wait((self._writing,))
        except asyncio.CancelledError:
            if self._ended is None or (self._reading and self._reading.uncancel()):
                raise
        finally:
            await self._leave(session)
        if self._ended:
            raise self._ended

    async def _leave(self, session: Session) -> None:
        self._session = self._reading = None
        if self._timer is not None:
            self._timer.cancel()
        try:
            session.leave()
        finally:
            if self._writing is not None:
                self._writing.cancel()
                await asyncio.wait((self._writing,))

    async def _listen(self, session: Session) -> None:
        """Until the client says no more."""
        read, admits, allowed, since = self._read, self._turns.admits, REQUESTS_AT_ONCE, 0.0
        while self._ended is None and (data := await read()) is not grpc.aio.EOF:
            if not admits(leaves=TAKE_SECONDS):
                await self._turns.room(leaves=TAKE_SECONDS)
            self.received += 1
            self._crowd.passed()
            session.take(data)
            self.wake()
            now = time.monotonic()
            allowed = min(REQUESTS_AT_ONCE, allowed + (now - since) * REQUESTS_PER_SECOND) - 1
            since = now
            if allowed < 0:
                await asyncio.sleep(-allowed / REQUESTS_PER_SECOND)

    async def _talk(self, first: Message) -> None:
        """Until nothing is due."""
        message: Message | None = first
        try:
            while message is not None:
                self.sent += 1
                self._crowd.passed()
                await self._send(message.data)
                self._deadlines.end(self)
                message = self._due()
        except Exception as error:  # noqa: BLE001  # raised where the stream is served
            self._end(error)
        finally:
            self._deadlines.end(self)
            self._writing = None

    def _send(self, data: bytes) -> Awaitable[None]:
        if len(data) >= LARGE:
            return self._send_large(data)
        self._deadlines.begin(self)
        return self._write(data)

    async def _send_large(self, data: bytes) -> None:
        async with self._gate.passing():
            self._deadlines.begin(self)
            await self._write(data)

    def _due(self) -> Message | None:
        """What is to be sent now; it asks again when the session may have something."""
        session = self._session
        if session is None or self._ended is not None:
            return None
        try:
            message = session.next()
        except Exception as error:  # noqa: BLE001  # concerns this stream, and not who woke it
            self._end(error)
            return None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if session.due != NEVER:
            wait = max(0.0, session.due - time.monotonic())
            self._timer = self._loop.call_later(wait, self.wake)
        return message

    def _end(self, error: Exception) -> None:
        """Stop reading, if it is not the reader itself that finds so."""
        if self._ended is None:
            self._ended = error
            if self._reading is not None and self._reading is not asyncio.current_task():
                self._reading.cancel()
