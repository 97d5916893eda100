"""Sources of schemas: the CustomResourceDefinitions of a cluster or a repository, followed.

What they hold is environment. Nothing of it is published; a change of it is a change of environment
and goes the way that a changed schema file goes. A source that cannot be read keeps what it held,
also over a restart.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from functools import partial

from galley.settings import ChannelSettings
from galley.worker.channel import Channel
from galley.worker.definitions import Definitions, Holding, following_definitions
from galley.worker.definitions_kept import Kept
from galley.worker.tending import Tending
from pipeline.model import Batch, Diagnostic, Kinds
from pipeline.model.messages.gate import SCHEMAS_UNKNOWN
from pipeline.schema import BUILTIN_KINDS, SchemaText
from sources.settings import AnySource
from sources.source import Source, SourceContext

QUIET, LONGEST = 1.0, 10.0
"""Seconds without another change after which schemas are taken over, and seconds after the first
when they are in any case: an upgrade of what runs in a cluster changes many, one after another."""


class SchemaSources:
    """Runs the sources of a channel's schemas and keeps what they hold."""

    def __init__(self, channel: Channel, tasks: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._tending = Tending(channel, tasks)
        self._kept = Kept(channel.fetched / "schemas") if channel.fetched else None
        self._starting = asyncio.Lock()
        self._news = asyncio.Event()
        """Set when the schemas may be others than before."""
        self._heard = asyncio.Event()
        """Set for a moment at the same time."""

    async def start(self, given: Iterable[Source] = ()) -> None:
        """Start every source of schemas of the settings; `given` ones are used as they are."""
        async with self._starting:
            await self._start(given)

    async def restart(self) -> None:
        """Start them anew, as the settings now say."""
        async with self._starting:
            given = self._tending.given()
            await self.stop()
            await self._start(given)

    async def _start(self, given: Iterable[Source]) -> None:
        settings, ready = self._channel.settings, {source.name: source for source in given}
        await self._forget_others({config.name for config in settings.schema_sources})
        for config in settings.schema_sources:
            definitions = await self._definitions(config)
            source = ready.get(config.name) or self._tending.build(
                following_definitions(config), self._context(settings, definitions)
            )
            self._tending.start(source, partial(self._take, definitions))

    async def stop(self) -> None:
        """Stop every one and wait until it has stopped."""
        await self._tending.stop()

    def texts(self, settings: ChannelSettings) -> Iterator[SchemaText]:
        """What the sources of these settings hold, as far as it is known."""
        for config in settings.schema_sources:
            if definitions := self._channel.definitions.get(config.name):
                yield from definitions.texts()

    def unknown(self, settings: ChannelSettings) -> Iterator[Diagnostic]:
        """A word on each required source of these settings of which nothing is known."""
        for config in settings.schema_sources:
            definitions = self._channel.definitions.get(config.name)
            if config.required and not (definitions and definitions.known):
                problem = self._problem(config.name, definitions)
                yield SCHEMAS_UNKNOWN.report(source=config.name, problem=problem).at(
                    config.name, ""
                )

    async def changed(self) -> None:
        """Wait until the schemas may be others, and have been left alone for a moment."""
        await self._news.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                while self._news.is_set():
                    self._news.clear()
                    await asyncio.sleep(QUIET)
        self._news.clear()

    async def heard(self, within: float) -> None:
        """Wait until the schemas may be others, at most so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._heard.wait()

    async def _take(self, definitions: Definitions, batch: Batch) -> None:
        known, revision = definitions.known, definitions.inputs.accepted_revision
        changed = await definitions.receive(batch)
        if changed or known != definitions.known:
            self._news.set()
            self._heard.set()
            self._heard.clear()
        if self._kept and (changed or revision != definitions.inputs.accepted_revision):
            await asyncio.to_thread(self._kept.save, batch.source, definitions.holding())

    async def _definitions(self, config: AnySource) -> Definitions:
        """What is known of a source: from before it was stopped, or from an earlier process."""
        definitions = self._channel.definitions.get(config.name)
        if definitions is None:
            kept = self._kept
            earlier = await asyncio.to_thread(kept.load, config.name) if kept else Holding()
            definitions = self._channel.definitions[config.name] = Definitions(config, earlier)
        definitions.follow(config)
        return definitions

    async def _forget_others(self, names: set[str]) -> None:
        for name in self._channel.definitions.keys() - names:
            del self._channel.definitions[name]
        if self._kept:
            await asyncio.to_thread(self._kept.forget_others, names)

    def _context(self, settings: ChannelSettings, definitions: Definitions) -> SourceContext:
        return SourceContext(
            Kinds(BUILTIN_KINDS),
            settings.limits,
            self._channel.fetched,
            lambda: definitions.inputs.accepted_revision,
        )

    def _problem(self, source: str, definitions: Definitions | None) -> str:
        """Why nothing is known of a source, as the end of a sentence."""
        found = self._channel.problem_of(source) or next(
            definitions.broken() if definitions else iter(()), None
        )
        return found.clause() if found else "it has not been read yet"
