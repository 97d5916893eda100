"""Sources that run: a task for each, and another start for one that fails."""

import asyncio
import logging
from pathlib import Path

from galley.plugins import build_source
from galley.protocol.framing import LinkClosedError
from galley.worker.channel import BehindError, Channel
from pipeline.model.messages.source import SOURCE_UNREADABLE
from sources.memory import MemorySource
from sources.settings import AnySource
from sources.source import Emit, Source, SourceContext

log = logging.getLogger("galley.intake")

AGAIN_FIRST, AGAIN_MOST = 1.0, 60.0
"""Seconds before a source that failed is run again."""


class Tending:
    """Some of a channel's sources while they run; the channel knows them as long."""

    def __init__(self, channel: Channel, tasks: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._tasks = tasks
        self._running: dict[Source, asyncio.Task[None]] = {}

    def build(self, config: AnySource, context: SourceContext) -> Source:
        """The source of these settings, whose relative paths start at the settings file."""
        return build_source(_resolved(config, self._channel.files.folder), context)

    def start(self, source: Source, take: Emit) -> None:
        """Run a source from now on."""
        self._channel.sources[source.name] = source
        self._running[source] = self._tasks.create_task(
            self._tend(source, take), name=f"source {source.name}"
        )

    def given(self) -> list[Source]:
        """Those that run and that settings alone cannot make again: they are fed by hand."""
        return [source for source in self._running if isinstance(source, MemorySource)]

    async def stop(self) -> None:
        """Stop every one and wait until it has stopped."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        for source in self._running:
            self._channel.failed.pop(source.name, None)
            if self._channel.sources.get(source.name) is source:  # not another by its name
                del self._channel.sources[source.name]
        self._running.clear()

    async def _tend(self, source: Source, take: Emit) -> None:
        """Run a source; one that fails or ends is its own fault and is run again after a while."""
        loop, wait = asyncio.get_running_loop(), AGAIN_FIRST
        while True:
            begun = loop.time()
            try:
                await source.run(take)
                problem = "it has ended by itself"
            except (BehindError, LinkClosedError):
                raise
            except Exception as error:  # code from outside may raise anything
                log.exception("The source %s failed.", source.name)
                problem = f"{type(error).__name__}: {error}"
            wait = AGAIN_FIRST if loop.time() - begun > AGAIN_MOST else min(wait * 2, AGAIN_MOST)
            found = SOURCE_UNREADABLE.report(problem=problem).at(source.name, "")
            self._channel.failed[source.name] = found
            await asyncio.sleep(wait)
            self._channel.failed.pop(source.name, None)


def _resolved(config: AnySource, folder: Path) -> AnySource:
    """Settings with relative paths resolved against the settings file's folder."""
    given = {name: getattr(config, name, None) for name in ("path", "url")}
    update = {name: folder / path for name, path in given.items() if isinstance(path, Path)}
    return config.model_copy(update=update)
