"""Sources to pending inputs: one task a source, each batch taken in one step under the lock."""

import asyncio
from collections.abc import Generator, Iterable, Mapping

from galley import memory
from galley.settings import ChannelSettings
from galley.worker.channel import Channel, breathe, following, uninterrupted
from galley.worker.companion import Companion
from galley.worker.parts import parts
from galley.worker.publisher import Publisher
from galley.worker.revisions import Revisions
from galley.worker.tending import Tending
from pipeline.engine.trial import SLICE
from pipeline.model import Batch, Key, Resource
from sources.source import Source, SourceContext


class Intake:
    """Runs the channel's sources and hands what they say to the ledger."""

    def __init__(
        self,
        channel: Channel,
        companion: Companion,
        publisher: Publisher,
        revisions: Revisions,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._channel = channel
        self._companion = companion
        self._publisher = publisher
        self._revisions = revisions
        self._tending = Tending(channel, tasks)
        self._reconciled = False
        self._started = False
        self._restarting = asyncio.Lock()

    def start(self, settings: ChannelSettings, given: Iterable[Source] = ()) -> None:
        """Start every source of the settings; `given` ones are used as they are."""
        self._started = True
        ready = {source.name: source for source in given}
        for config in settings.sources:
            source = ready.get(config.name) or self._tending.build(
                config, self._context(config.name, settings)
            )
            self._tending.start(source, self.take)

    def _context(self, name: str, settings: ChannelSettings) -> SourceContext:
        channel = self._channel
        inputs = channel.ledger.sources[name]
        return SourceContext(
            channel.environment.kinds,
            settings.limits,
            channel.fetched,
            lambda: inputs.accepted_revision,
            known=channel.ledger.known,
        )

    async def restart(self) -> None:
        """Start the sources anew, as the settings and the environment now say; while the channel
        still waits for an environment, that is yet to come."""
        if not self._started:
            return
        async with self._restarting:
            given = self._tending.given()
            await self.stop()
            self.start(self._channel.settings, given)

    async def stop(self) -> None:
        """Stop every source and wait until it has stopped."""
        await self._tending.stop()

    async def take(self, batch: Batch) -> None:
        """Take a batch in; returns when it is part of the pending inputs.

        Raises:
            BehindError: it could not be taken in whole.
        """
        async with self._channel.lock:
            changed = await uninterrupted(self._take(batch))
        if len(batch.changes) - changed >= memory.LARGE:
            # As soon as the source has let go of it: most of the batch was no news.
            asyncio.get_running_loop().call_soon(memory.settle)

    async def _take(self, batch: Batch) -> int:
        """Take it in; how many locators that changed."""
        channel = self._channel
        with following():
            config, observed = channel.observed.split(batch)
            changed = channel.ledger.receive(config)
            if changed or not channel.head or batch.complete or batch.revision:
                self._publisher.touch()
            await self._revisions.look()
            await breathe(self._observe(observed))
            if not self._reconciled and self._all_synced():
                self._reconciled = True
                self._companion.reconcile()
            await self._companion.publish(channel.engine, settled=channel.head is not None)
        return len(changed)

    def _observe(self, changes: Mapping[Key, Resource | None]) -> Generator[None, None, None]:
        for part in parts(changes.items(), SLICE):
            self._companion.touch(self._channel.engine.apply(dict(part)).changed)
            yield

    def forget(self) -> None:
        """Sources that the settings no longer have: their keys are to be deleted."""
        channel = self._channel
        known = {source.name for source in channel.settings.sources}
        for name in (channel.ledger.sources.keys() | channel.observed.sources()) - known:
            config, observed = channel.observed.split(Batch(name, changes=(), complete=True))
            if name in channel.ledger.sources:
                channel.ledger.receive(config)
            self._companion.touch(channel.engine.apply(observed).changed)
            self._publisher.touch()

    def _all_synced(self) -> bool:
        return all(inputs.synced for inputs in self._channel.ledger.sources.values())
