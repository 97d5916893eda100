"""The client: an endless series of consistent updates, whatever happens to the server.

A task connects, verifies what comes and offers it; the application takes one update after the
other. Taking the next one accepts the one before: the mirror moves, the last good file is written,
the server is told. Connections come and go without the application noticing anything but staleness.
"""

import asyncio
import inspect
import logging
import os
import ssl
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import aiohttp

from galley.backoff import Backoff
from galley.client.errors import ClientError, Refused, SubscriptionError
from galley.client.keep import Keep
from galley.client.link import LARGEST, Link
from galley.client.mirror import Draft, Mirror
from galley.client.update import Update
from galley.protocol.messages import PATH, SUBPROTOCOL, ProtocolError, Subscribe, View
from pipeline.model import Key, Resource

log = logging.getLogger("galley.client")

PATIENCE_SECONDS = 2.0
"""How long the first update may take before the last good snapshot is served instead."""


class Client:
    """A subscriber to one view of one channel.

    Args:
        url: of the server: `http://127.0.0.1:8340`.
        node: what status and logs call this subscriber.
        view: what to subscribe to; everything by default.
        token: bearer token, if the server wants one.
        ca_file: certificates to trust instead of the system's.
        state: file of the last good snapshot; without it there is none after a restart.
        max_staleness: seconds of silence after which an update with `stale` set says so.
        zstd: whether updates may come compressed.
    """

    def __init__(  # noqa: PLR0913  # options by keyword, each explained above
        self,
        url: str,
        *,
        channel: str = "default",
        node: str = "",
        view: View | None = None,
        token: str = "",
        ca_file: Path | str | None = None,
        state: Path | str | None = None,
        max_staleness: float = 0.0,
        zstd: bool = False,
        backoff: Backoff | None = None,
    ) -> None:
        self._url = _stream_url(url)
        self._channel = channel
        self._node = node or f"python-{os.getpid()}"
        self._view = view or View()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._ssl = ssl.create_default_context(cafile=str(ca_file)) if ca_file else True
        self._max_staleness = max_staleness
        self._zstd = zstd
        self._backoff = backoff or Backoff()
        self._mirror = Mirror()
        self._keep = Keep(Path(state), channel, self._view) if state else None
        self._offers: asyncio.Queue[tuple[Link, Draft] | ClientError] = asyncio.Queue(1)
        self._answered = asyncio.Event()
        self._answered.set()
        self._current: tuple[Link, Update] | None = None
        self._link: Link | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._begun = self._restored = self._stale = False
        self._heard = 0.0

    @property
    def resources(self) -> Mapping[Key, Resource]:
        """What was accepted last, by key."""
        return self._mirror.resources

    @property
    def version(self) -> int:
        """The version that was accepted last; 0 for none."""
        return self._mirror.version

    @property
    def digest(self) -> bytes:
        """The digest of what was accepted last."""
        return self._mirror.digest

    @property
    def stale(self) -> bool:
        """Whether the server has been silent for longer than `max_staleness`."""
        return self._stale

    async def __aenter__(self) -> Self:
        if self._keep is not None:
            self._restored = await self._keep.restore(self._mirror)
        self._heard = asyncio.get_running_loop().time()
        self._connecting = asyncio.create_task(self._connect(), name="galley client")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Update:
        """Accept the update before, unless it was refused, and wait for the next one.

        Raises:
            SubscriptionError: the server refuses the subscription, and has from the beginning.
        """
        await self._answer()
        while True:
            offer = await self._next_offer()
            if offer is None:
                return self._last_good()
            if isinstance(offer, ClientError):
                raise offer
            link, draft = offer
            update = Update(self._mirror, draft, first=not self._begun, stale=False)
            self._current = (link, update)
            if self._news(draft):
                self._begun, self._stale = True, False
                return update
            await self._answer()

    async def run(self, apply: Callable[[Update], Awaitable[None] | None]) -> None:
        """Call `apply` with every update, for ever.

        What raises `Refused` is refused; any other exception refuses the update with `retry` and
        ends this.
        """
        async for update in self:
            try:
                result = apply(update)
                if inspect.isawaitable(result):
                    await result
            except Refused as refused:
                update.refusal = refused
            except Exception as error:
                update.refuse(f"{type(error).__name__}: {error}", kind="retry")
                await self._answer()
                raise

    # The application's side.

    async def _answer(self) -> None:
        """Settle the update that is out."""
        if self._current is None:
            return
        (link, update), self._current = self._current, None
        draft = update.draft
        try:
            if draft is None:
                return
            if update.refusal is not None:
                await link.nack(draft, update.refusal)
                return
            await self._accept(draft)
            await link.ack(draft)
        except ClientError as error:
            log.info("The answer to version %d did not get through: %s.", update.version, error)
        finally:
            self._answered.set()

    async def _accept(self, draft: Draft) -> None:
        base, changed = self._mirror.digest, self._mirror.version != draft.note.number
        self._mirror.accept(draft)
        if self._keep is not None and (changed or not draft.empty):
            try:
                await self._keep.save(self._mirror, draft, base)
            except ClientError as error:
                log.error("%s; going on without.", error)  # the sentence says it

    async def _next_offer(self) -> "tuple[Link, Draft] | ClientError | None":
        """What comes next; None if it is time to say that what is held is stale."""
        while True:
            try:
                async with asyncio.timeout(self._patience()):
                    return await self._offers.get()
            except TimeoutError:
                if self._patience() == 0.0:
                    return None

    def _patience(self) -> float | None:
        """Seconds until staleness must be said; None: never."""
        if self._restored and not self._begun:
            allowed = PATIENCE_SECONDS
        elif self._max_staleness and not self._stale:
            allowed = self._max_staleness
        else:
            return None
        heard = max(self._heard, self._link.heard if self._link else 0.0)
        return max(0.0, heard + allowed - asyncio.get_running_loop().time())

    def _last_good(self) -> Update:
        first, self._begun, self._stale = not self._begun, True, True
        return Update(self._mirror, None, first=first, stale=True)

    def _news(self, draft: Draft) -> bool:
        """Whether the application wants to know."""
        return (
            not self._begun
            or self._stale
            or not draft.empty
            or draft.note.number != self._mirror.version
        )

    # The server's side.

    async def _connect(self) -> None:
        while True:
            try:
                await self._serve()
            except SubscriptionError as error:
                log.error("The server refuses the subscription: %s.", error)  # said
                if not self._begun and not self._restored:
                    await self._offers.put(error)
                    return
            except (ClientError, ProtocolError, aiohttp.ClientError, OSError) as error:
                log.info("Not connected: %s.", error)
            finally:
                self._link = None
            await asyncio.sleep(self._backoff.next())

    async def _serve(self) -> None:
        """One connection, until it ends."""
        await self._answered.wait()
        async with aiohttp.ClientSession(headers=self._headers) as http:
            connection = await self._open(http)
            async with connection as websocket:
                self._link = link = Link(websocket, self._mirror, self._subscription())
                async for draft in link.drafts():
                    self._backoff.reset()
                    self._answered.clear()
                    await self._offers.put((link, draft))

    async def _open(self, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
        try:
            return await http.ws_connect(
                self._url,
                protocols=(SUBPROTOCOL,),
                max_msg_size=LARGEST,
                ssl=self._ssl,
                timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
            )
        except aiohttp.WSServerHandshakeError as error:
            if error.status in {400, 401, 403, 404}:
                raise SubscriptionError(str(error.status), error.message) from error
            raise

    def _subscription(self) -> Subscribe:
        have = self._mirror.have
        wanted = (self._channel, self._node, self._view, have, self._zstd, self._max_staleness)
        return Subscribe(1, *wanted)


def _stream_url(url: str) -> str:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in {"http", "https", "ws", "wss"} or not parts.netloc:
        raise ValueError(f"{url!r} is not the address of a server; write http://host:port")
    return parts._replace(path=parts.path.rstrip("/") + PATH, query="", fragment="").geturl()
