"""The files source: one complete batch, then what changes.

One task turns notifications into places to look at, another looks whether the folder is still
there; `run` itself looks at files, reads and emits. A walk over everything, every `rescan` seconds,
finds what no notification told.
"""

import asyncio
import random
import time
from contextlib import aclosing
from dataclasses import replace

from pipeline.model import Batch, Diagnostic, Origin, Path, Place
from pipeline.model.messages import source as messages
from sources.files import reading
from sources.files.desk import RETURN_PATIENCE
from sources.files.held import digest_of
from sources.files.place import LostError, said
from sources.files.reader import Reader
from sources.files.watch import FLOOD, watch
from sources.settings import FilesSettings
from sources.source import Emit, SourceContext, SourceHealth

_FIRST_WAIT = 5.0
"""Seconds that the first, complete batch waits for files that keep changing."""
_BACK_OFF = (0.1, 5.0)
"""Seconds until a place that cannot be read is tried again: at first, and at most."""
_TICK = 0.5
"""Seconds between two looks at whether the folder itself is still there."""
_ASLEEP = 1.0
"""Seconds by which such a look is late if the process stood still meanwhile."""
_GROWN = 1.0
"""Seconds from a walk that found new folders to the next one: the system may have been asked to
watch them after the walk had passed, and what changed in between is told by nobody."""


class FilesSource:
    """A folder of manifests, or a single one; see `sources.source` for what it promises."""

    def __init__(self, settings: FilesSettings, context: SourceContext | None = None) -> None:
        context = context or SourceContext()
        self._settings = settings
        self._limits = context.limits
        self._reader = Reader(settings, context)
        self._health = SourceHealth()
        self._unwatched: Diagnostic | None = None
        self._lost: LostError | None = None
        self._wake = asyncio.Event()

    @property
    def name(self) -> str:
        return self._settings.name

    def health(self) -> SourceHealth:
        problem = self._health.problem or self._unwatched
        return replace(self._health, locators=len(self._reader.held), problem=problem)

    def hint(self) -> None:
        self._reader.want_scan()
        self._wake.set()

    def locate(self, origin: Origin, path: Path) -> Place | None:
        reader = self._reader
        content = reading.read(reader.tree.at(origin.locator), self._limits.file_bytes)
        if not isinstance(content, reading.Content):
            return None
        if not reader.held.same(origin.locator, digest_of(content.data)):
            return None
        return reader.manifests.locate(content.data, origin, path)

    def link(self, origin: Origin) -> str:  # noqa: ARG002  # the protocol's
        return ""

    async def run(self, emit: Emit) -> None:
        self._health = SourceHealth()  # whatever became of an earlier run, all is said again
        shortest, longest = _BACK_OFF
        wait = shortest
        while True:
            began = time.monotonic()
            try:
                await self._session(emit)
            except* (LostError, OSError) as lost:
                self._lose(lost.exceptions[0])
            wait = shortest if time.monotonic() - began > longest else wait
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311  # no secret
            wait = min(2 * wait, longest)

    async def _session(self, emit: Emit) -> None:
        """Read and watch until the folder is gone.

        Raises:
            LostError, OSError: it is.
        """
        self._reader.tree.enter()
        self._lost = None
        self._wake.clear()
        async with asyncio.TaskGroup() as tasks:
            beside = [
                tasks.create_task(self._notice(), name=f"watch {self.name}"),
                tasks.create_task(self._tick(), name=f"ticks of {self.name}"),
            ]
            try:
                # One turn of the loop sets the watch up: nothing falls between it and the walk.
                await asyncio.sleep(0)
                if self._health.synced:
                    await self._reader.walk(RETURN_PATIENCE)
                else:
                    await self._first(emit)
                self._rest()
                await self._follow(emit)
            finally:
                for task in beside:
                    task.cancel()

    async def _first(self, emit: Emit) -> None:
        """Emit everything, as one complete batch."""
        reader = self._reader
        reader.forget()
        await reader.walk()
        await reader.attend()
        until = time.monotonic() + _FIRST_WAIT
        while len(reader.desk) and time.monotonic() < until:
            await self._pause(until)
            await reader.attend()
        reader.give_up()
        reader.tree.check()
        await emit(Batch(self.name, reader.take(), complete=True))

    async def _follow(self, emit: Emit) -> None:
        """Emit what changes, for ever."""
        reader = self._reader
        since, rescan = time.monotonic(), self._next_rescan()
        while True:
            if self._lost:
                raise self._lost
            await reader.attend()
            # A resource that moves from one file to another should arrive as one batch.
            if reader.pending and (not len(reader.desk) or self._long_since(since)):
                reader.tree.check()
                await emit(Batch(self.name, reader.take()))
            elif reader.scan is not None or time.monotonic() >= rescan:
                await reader.walk()
                rescan = self._next_rescan()
                self._rest()
            else:
                await self._pause(rescan)
            since = since if reader.pending else time.monotonic()

    def _long_since(self, since: float) -> bool:
        return time.monotonic() - since > 2 * self._reader.desk.patience

    def _next_rescan(self) -> float:
        seconds = self._settings.rescan * random.uniform(0.9, 1.0)  # noqa: S311  # no secret
        return time.monotonic() + (min(seconds, _GROWN) if self._reader.grown else seconds)

    async def _pause(self, until: float) -> None:
        """Wait for a notification, or for the next look that is due."""
        due = self._reader.desk.next()
        moment = until if due is None else min(until, due)
        try:
            async with asyncio.timeout(max(0.0, moment - time.monotonic())):
                await self._wake.wait()
        except TimeoutError:
            pass  # the next look is due
        self._wake.clear()

    async def _notice(self) -> None:
        """Note what is notified."""
        told = watch(self._reader.tree, self._settings.step, self._watching)
        async with aclosing(told):
            async for changes in told:
                if not self._there():
                    return
                self._reader.notice(changes)
                if len(changes) >= FLOOD:
                    self._reader.want_scan()
                self._wake.set()

    async def _tick(self) -> None:
        """Look whether the folder is still there, again and again."""
        while True:
            due = time.monotonic() + _TICK
            await asyncio.sleep(_TICK)
            if not self._there():
                return
            if time.monotonic() > due + _ASLEEP:  # the system's queue may have run over
                self.hint()
            if self._health.synced:
                self._rest()

    def _there(self) -> bool:
        """Whether the folder is there. That it is lost is noted and not raised: it would cancel a
        batch that the channel is about to take."""
        try:
            self._reader.tree.check()
        except LostError as lost:
            self._lost = lost
            self._wake.set()
        return self._lost is None

    def _rest(self) -> None:
        """All is well."""
        self._health = SourceHealth(synced=True, last_read=time.time())

    def _lose(self, why: BaseException) -> None:
        self._reader.doubt()
        if isinstance(why, LostError) and why.report:
            self._problem(why.report)
            return
        problem = said(why) if isinstance(why, OSError) else str(why)
        place = str(self._settings.path)
        self._problem(messages.SOURCE_UNREADABLE.report(problem=f"{place}: {problem}"))

    def _watching(self, problem: str) -> None:
        """The watch has failed, or begins; what changed before it did was not noticed."""
        if problem:
            report = messages.NOT_WATCHED.report(seconds=self._settings.rescan, problem=problem)
            self._unwatched = report.at(self.name, "")
        else:
            self._unwatched = None
            self.hint()

    def _problem(self, report: Diagnostic) -> None:
        self._health = replace(self._health, problem=report.at(self.name, ""))
