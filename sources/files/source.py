"""The files source: one complete batch, then what changes.

One task turns notifications into places to look at; `run` itself looks, reads and emits. A walk
over everything, every `rescan` seconds, finds what no notification told.
"""

import asyncio
import random
import time
from dataclasses import replace

from pipeline.model import Batch, Diagnostic, Origin, Path, Place
from pipeline.model.messages import source as messages
from sources.files import reading
from sources.files.desk import RETURN_PATIENCE
from sources.files.held import digest_of
from sources.files.place import LostError, said
from sources.files.reader import Reader
from sources.files.watch import watch
from sources.settings import FilesSettings
from sources.source import Emit, SourceContext, SourceHealth

_FIRST_WAIT = 5.0
"""Seconds that the first, complete batch waits for files that keep changing."""
_BACK_OFF = (0.1, 5.0)
"""Seconds until a place that cannot be read is tried again: at first, and at most."""


class FilesSource:
    """A folder of manifests, or a single one; see `sources.source` for what it promises."""

    def __init__(self, settings: FilesSettings, context: SourceContext | None = None) -> None:
        context = context or SourceContext()
        self._settings = settings
        self._limits = context.limits
        self._reader = Reader(settings, context)
        self._health = SourceHealth()
        self._lost: LostError | None = None
        self._wake = asyncio.Event()

    @property
    def name(self) -> str:
        return self._settings.name

    def health(self) -> SourceHealth:
        return replace(self._health, locators=len(self._reader.held))

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
            watching = tasks.create_task(self._notice(), name=f"watch {self.name}")
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
                watching.cancel()

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
        return time.monotonic() + seconds

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
        """Note what is notified. That the folder is lost is noted too, and not raised: it would
        cancel a batch that the channel is about to take."""
        async for changes in watch(self._reader.tree, self._settings.step, self._unwatched):
            try:
                self._reader.tree.check()
            except LostError as lost:
                self._lost = lost
                self._wake.set()
                return
            if changes:
                self._reader.notice(changes)
                self._wake.set()
            elif self._health.synced:
                self._rest()

    def _rest(self) -> None:
        """All is well, but for what may keep the system from notifying us."""
        problem = self._health.problem
        unwatched = problem if problem and problem.code == messages.NOT_WATCHED.code else None
        self._health = SourceHealth(synced=True, last_read=time.time(), problem=unwatched)

    def _lose(self, why: BaseException) -> None:
        self._reader.doubt()
        if isinstance(why, LostError) and why.report:
            self._problem(why.report)
            return
        problem = said(why) if isinstance(why, OSError) else str(why)
        place = str(self._settings.path)
        self._problem(messages.SOURCE_UNREADABLE.report(problem=f"{place}: {problem}"))

    def _unwatched(self, problem: str) -> None:
        seconds = self._settings.rescan
        self._problem(messages.NOT_WATCHED.report(seconds=seconds, problem=problem))

    def _problem(self, report: Diagnostic) -> None:
        self._health = replace(self._health, problem=report.at(self.name, ""))
