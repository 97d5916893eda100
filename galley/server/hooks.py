"""What webhooks leave behind: who was let in, what was counted, which sources are to look.

A hint to a source carries nothing and waits for nobody: if the worker cannot take it, the source
looks at its next turn. One hint at most is under way for each source.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from time import monotonic
from typing import Literal, TypeAlias

from aiohttp import web

from galley.forges.doorkeeper import Doorkeeper
from galley.protocol.control import Method
from galley.server.backend import Backend, BackendError

log = logging.getLogger("galley.webhooks")

HINT_SECONDS = 5.0

Outcome = Literal["accepted", "ignored", "refused"]
Counts: TypeAlias = Counter[tuple[str, str, str]]
"""Number of requests by source, outcome and reason."""


class Hooks:
    """The webhooks of one application; confined to the serving loop."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._doors: dict[tuple[str, str], Doorkeeper] = {}
        self._counts: defaultdict[str, Counts] = defaultdict(Counter)
        self._hints: set[asyncio.Task[None]] = set()

    def door(self, channel: str, source: str) -> Doorkeeper:
        """The doorkeeper of a source that the settings have."""
        place = (channel, source)
        if place not in self._doors:
            self._doors[place] = Doorkeeper(monotonic())
        return self._doors[place]

    def count(self, channel: str, source: str, outcome: Outcome, reason: str) -> None:
        """What became of a request."""
        self._counts[channel][source, outcome, reason] += 1

    def counts(self, channel: str) -> Mapping[tuple[str, str, str], int]:
        """What became of a channel's requests so far."""
        return self._counts.get(channel, {})

    def hasten(self, channel: str, source: str) -> None:
        """Let a source look as soon as it may, unless it is about to anyway."""
        seconds = self.door(channel, source).look_in(monotonic())
        if seconds is not None:
            hint = asyncio.create_task(self._hint(channel, source, seconds), name=f"hint {source}")
            self._hints.add(hint)
            hint.add_done_callback(self._hints.discard)

    async def close(self) -> None:
        """Forget the hints that were not given yet."""
        for hint in self._hints:
            hint.cancel()
        await asyncio.gather(*self._hints, return_exceptions=True)

    async def _hint(self, channel: str, source: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        try:
            await self._backend.ask(channel, Method.HINT, {"source": source}, within=HINT_SECONDS)
        except BackendError as error:
            log.info("The source %s looks at its next turn: %s", source, error)


HOOKS: web.AppKey[Hooks] = web.AppKey("hooks", Hooks)


async def keep_hooks(app: web.Application) -> AsyncIterator[None]:
    """Give the application its webhooks for as long as it runs."""
    yield
    await app[HOOKS].close()
