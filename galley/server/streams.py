"""All connections of subscribers: their number, their heartbeat, their end.

One task beats for all of them: it sends signs of life, and closes those from which none came, that
do not read, or that do not acknowledge in time.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import Collection, Iterator

from aiohttp import web

from galley.protocol import messages
from galley.protocol.codec import frame
from galley.protocol.messages import Close, Heartbeat
from galley.server.session import Session
from galley.settings import StreamSettings

log = logging.getLogger("galley.stream")

BEATS = 3
"""Beats in one heartbeat interval."""
SILENT_BEATS = 2 * BEATS
"""Beats in a row without a sign of life after which a connection is given up."""
AT_ONCE = 250
"""Connections that are looked at in one turn of the loop."""
HEARTBEAT = frame(messages.encode(Heartbeat()))


class Streams:
    """The connections of one application; confined to the serving loop."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.closing = False
        self.closed: dict[int, int] = {}
        """How many connections the server closed, by close code."""
        self._sessions: dict[Session, None] = {}
        self._beating: asyncio.Task[None] | None = None
        self._settings = StreamSettings()

    def __len__(self) -> int:
        return len(self._sessions)

    def add(self, session: Session, settings: StreamSettings) -> None:
        """A connection is up."""
        self._settings = settings
        self._sessions[session] = None
        if self._beating is None or self._beating.done():
            self._beating = asyncio.create_task(self._beat(), name="heartbeats")

    async def remove(self, session: Session) -> None:
        """A connection is over, whatever the reason."""
        del self._sessions[session]
        if session.code:
            self.closed[session.code] = self.closed.get(session.code, 0) + 1
        for subscription in session.subscriptions.values():
            session.drop(subscription)
        session.subscriptions.clear()
        session.expecting.clear()
        await session.finish()

    def expel(self, credentials: Collection[str]) -> int:
        """Close the connections of these credentials, which are no longer good; how many."""
        expelled = [each for each in self._sessions if each.credential in credentials]
        for session in expelled:
            session.start_closing(Close.UNAUTHORIZED, "the credential is no longer good")
        return len(expelled)

    async def close(self, reason: str = "the server is stopping") -> None:
        """Close every connection in order, with a code that says: come back."""
        self.closing = True
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        for some in _batches(tuple(self._sessions)):
            await asyncio.gather(*(each.close(Close.SHUTDOWN, reason) for each in some))

    async def _beat(self) -> None:
        for beat in itertools.count(1):
            await asyncio.sleep(self._settings.heartbeat / BEATS)
            for some in _batches(tuple(self._sessions)):
                for session in some:
                    self._check(session, beating=beat % BEATS == 0)
                await asyncio.sleep(0)

    def _check(self, session: Session, *, beating: bool) -> None:
        session.missed = 0 if session.heard else session.missed + 1
        if session.heard:
            session.last_seen = time.time()
        session.heard = False
        code, reason = self._fault(session)
        if code:
            log.warning("Closing %s of %s: %s.", session.id, session.address, reason)
            session.start_closing(code, reason)
        elif beating and not session.websocket.transport.get_write_buffer_size():
            session.websocket.write(HEARTBEAT)

    def _fault(self, session: Session) -> tuple[int, str]:
        """Close code and reason if the connection must end; a code of 0 if it is well."""
        if session.closing:
            return 0, ""
        if session.missed >= SILENT_BEATS:
            return Close.SILENT, f"nothing came for {2 * self._settings.heartbeat:g} s"
        now, limit = time.monotonic(), self._settings.slow_reader
        for subscription in session.subscriptions.values():
            awaited = subscription.comparing or (subscription.step and not subscription.busy)
            if awaited and now - subscription.sent > limit:
                return Close.SLOW, f"nothing was acknowledged for {limit:g} s"
            if 0 < subscription.retry_at <= now:
                subscription.channel.distribution.retry(subscription)
        return 0, ""


STREAMS: web.AppKey[Streams] = web.AppKey("streams", Streams)


def mount(app: web.Application) -> None:
    """Give the application its connections, and close them in order when it stops."""
    app[STREAMS] = Streams()

    async def close(app: web.Application) -> None:
        await app[STREAMS].close()

    app.on_shutdown.append(close)


def _batches(sessions: tuple[Session, ...]) -> Iterator[tuple[Session, ...]]:
    for start in range(0, len(sessions), AT_ONCE):
        yield sessions[start : start + AT_ONCE]
