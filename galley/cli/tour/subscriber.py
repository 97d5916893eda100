"""A real subscriber: it uses the public client, and remembers what it was given."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from galley.cli.tour.patience import PATIENCE, in_time
from galley.client import Client, Update
from pipeline.model import Key, Resource


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a subscriber got, and when."""

    version: int
    upserts: Mapping[Key, Resource]
    """What was new or different."""
    removals: frozenset[Key]
    resources: Mapping[Key, Resource]
    """Everything that it holds then."""
    moment: float
    """Seconds of the monotonic clock."""

    def milliseconds_after(self, begun: float) -> str:
        """How long it took since a moment."""
        return f"{(self.moment - begun) * 1000:,.0f} ms"


class Subscriber:
    """A program that follows one channel."""

    def __init__(self, url: str, channel: str) -> None:
        self.arrivals: list[Arrival] = []
        self._url = url
        self._channel = channel
        self._news = asyncio.Condition()

    async def run(self) -> None:
        """Follow the stream until cancelled."""
        async with Client(self._url, channel=self._channel, node="demo") as client:
            async for update in client:
                await self._take(update)

    async def has(self, version: int) -> Arrival:
        """Wait until this version, or a newer one, has arrived.

        Raises:
            DidNotHappenError: it has not, in time.
        """
        with in_time(f"version {version} arrives at the subscriber"):
            async with asyncio.timeout(PATIENCE), self._news:
                await self._news.wait_for(lambda: self._newest() >= version)
        return self.arrivals[-1]

    async def arrival(self, index: int) -> Arrival:
        """The arrival of this number, past or to come."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.arrivals) > index)
        return self.arrivals[index]

    def _newest(self) -> int:
        return self.arrivals[-1].version if self.arrivals else 0

    async def _take(self, update: Update) -> None:
        moment = time.monotonic()
        held = Arrival(
            update.version,
            dict(update.upserts),
            update.removals,
            dict(update.resources),
            moment,
        )
        async with self._news:
            self.arrivals.append(held)
            self._news.notify_all()
