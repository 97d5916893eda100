"""Sources to pending inputs: one task a source, each batch taken in one step under the lock."""

import asyncio
from collections.abc import Iterable

from galley.plugins import build_source
from galley.settings import ChannelSettings
from galley.worker.channel import Channel
from galley.worker.companion import Companion
from galley.worker.publisher import Publisher
from pipeline.model import Batch
from sources.memory import MemorySource
from sources.settings import AnySource
from sources.source import Source, SourceContext


class Intake:
    """Runs the channel's sources and hands what they say to the ledger."""

    def __init__(
        self,
        channel: Channel,
        companion: Companion,
        publisher: Publisher,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._channel = channel
        self._companion = companion
        self._publisher = publisher
        self._tasks = tasks
        self._running: dict[str, asyncio.Task[None]] = {}
        self._reconciled = False

    def start(self, settings: ChannelSettings, given: Iterable[Source] = ()) -> None:
        """Start every source of the settings; `given` ones are used as they are."""
        ready = {source.name: source for source in given}
        context = SourceContext(self._channel.environment.kinds, settings.limits)
        for config in settings.sources:
            source = ready.get(config.name) or build_source(
                _resolved(config, self._channel), context
            )
            self._channel.sources[config.name] = source
            self._running[config.name] = self._tasks.create_task(
                source.run(self.take), name=f"source {config.name}"
            )

    async def restart(self) -> None:
        """Start the sources anew, as the settings and the environment now say."""
        given = [source for source in self._channel.sources.values() if not _configured(source)]
        await self.stop()
        self.start(self._channel.settings, given)

    async def stop(self) -> None:
        """Stop every source and wait until it has stopped."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        self._running.clear()
        self._channel.sources.clear()

    async def take(self, batch: Batch) -> None:
        """Take a batch in; returns when it is part of the pending inputs."""
        channel = self._channel
        async with channel.lock:
            config, observed = channel.observed.split(batch)
            if (
                channel.ledger.receive(config)
                or not channel.head
                or batch.complete
                or batch.revision
            ):
                self._publisher.touch()
            if observed:
                evaluation = channel.engine.apply(observed)
                self._companion.touch(evaluation.changed)
            if not self._reconciled and self._all_synced():
                self._reconciled = True
                self._companion.reconcile()
            await self._companion.publish(channel.engine)

    def forget(self, names: Iterable[str]) -> None:
        """Sources that the settings no longer have: their keys are to be deleted."""
        for name in names:
            self._channel.ledger.receive(Batch(name, changes=(), complete=True))
            self._publisher.touch()

    def _all_synced(self) -> bool:
        return all(inputs.synced for inputs in self._channel.ledger.sources.values())


def _configured(source: Source) -> bool:
    """Whether the settings alone can make it again; what is fed by hand cannot be made again."""
    return not isinstance(source, MemorySource)


def _resolved(config: AnySource, channel: Channel) -> AnySource:
    """Settings with their relative path resolved against the settings file's folder."""
    path = getattr(config, "path", None)
    if path is None:
        return config
    return config.model_copy(update={"path": channel.files.folder / path})
