"""One kind in one namespace, or in all: listed, then watched, for as long as it is wanted.

The watch goes on from where it was after every interruption. Where the API server no longer knows
that place it is listed again, and only what differs is emitted. Only a whole list tells that
something is gone.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from pipeline.model import Broken, Change, Diagnostic, Read, Removed
from pipeline.model.messages import kubernetes as messages
from sources.kubernetes.access import Access
from sources.kubernetes.decoding import Decoder
from sources.kubernetes.failure import GONE, AnsweredError, UnreachableError, refusal
from sources.kubernetes.kinds import Chosen
from sources.kubernetes.listing import Page, pages
from sources.kubernetes.outbox import NOTHING, SOMETHING, Mark, Outbox, mark, same
from sources.kubernetes.provenance import deed
from sources.kubernetes.selectors import Selectors
from sources.kubernetes.watching import Event, events
from sources.settings import KubernetesSettings
from sources.source import SourceContext

_SLICE = 0.001
"""Seconds of work after which the event loop runs: the next page needs it several times."""
_BACK_OFF, _LONGEST = 0.5, 30.0
"""Seconds until what failed is tried again, at first and at most."""
_ATTEMPTS = 3
"""Lists at the start that may fail before the kind is left to itself."""


class Follower:
    """Follows one kind, in one namespace or (empty) wherever it is."""

    def __init__(
        self,
        settings: KubernetesSettings,
        context: SourceContext,
        access: Access,
        lists: asyncio.Semaphore,
        chosen: Chosen,
        namespace: str,
    ) -> None:
        self._settings = settings
        self._known: Callable[[Read], Read] = context.known
        self._access = access
        self._lists = lists
        self.chosen = chosen
        self.namespace = namespace
        self._path = chosen.path(namespace)
        self._query = Selectors.of(settings, chosen.entry).query()
        self._decoder = Decoder(settings, context, chosen)
        self.prefix = f"{chosen.collection}/{namespace}/" if namespace else f"{chosen.collection}/"
        """How the locators begin for which it speaks."""
        self.held: dict[str, Mark] = {}
        """What was told of each locator."""
        self._version = ""
        """The resourceVersion from which to watch; empty: list first."""
        self.whole = False
        """Whether a whole list was told since it last could not be read."""
        self.refused: Diagnostic | None = None
        """Why it may not be read; told as `Broken`."""
        self.problem: Diagnostic | None = None
        """Why it cannot be read just now."""
        self.heard = 0.0
        """When the API server last said something about it, in seconds since the epoch."""
        self._failures = 0
        self._wake = asyncio.Event()
        self._slice = 0.0

    def hint(self) -> None:
        self._wake.set()

    def take_over(self, former: "Follower") -> None:
        """Go on from what another has told of the same locators, at another version of the kind."""
        self.held, self.whole, self.refused = former.held, former.whole, former.refused

    async def first(self) -> list[Change]:
        """All there is, or why it cannot be read; it counts as told.

        Raises:
            UnreachableError: the cluster cannot be reached.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                changes = await self._list()
            except AnsweredError as error:
                if error.final or attempt == _ATTEMPTS:
                    return [self._refuse(error)]
                await self._pause()
            else:
                self.whole = True
                return changes
        return []

    async def follow(self, outbox: Outbox) -> None:
        """Emit what changes, until cancelled."""
        while True:
            try:
                if self.refused or self._failures:
                    await self._pause()
                if not self._version:
                    await self._relist(outbox)
                await self._watch(outbox)
            except TimeoutError:
                self.problem = messages.WATCH_SILENT.report(
                    resource=self.chosen.resource, seconds=self._settings.silence
                )
            except AnsweredError as error:
                self._answered(error, outbox)
            except UnreachableError as error:
                self.problem = error.report
                self._access.renew()
            self._failures += 1

    # --- listing ---

    async def _list(self) -> list[Change]:
        """List all; what differs from what was told, which counts as told from now on."""
        held: dict[str, Mark] = {}
        changes: list[Change] = []
        version = ""
        self._slice = time.perf_counter()
        async with self._lists, aclosing(self._pages()) as every:
            async for page in every:
                version = page.version
                for item in page.taken():
                    self._gather(item, held, changes)
                    await self._breathe()
        changes += [Removed(locator) for locator in self.held if locator not in held]
        self.held, self._version = held, version
        self.heard, self.problem = time.time(), None
        return changes

    def _pages(self) -> AsyncGenerator[Page, None]:
        return pages(self._access, self._path, self._query, self._settings.page)

    def _gather(self, item: dict[str, Any], held: dict[str, Mark], changes: list[Change]) -> None:
        change, before = self._read(item)
        if self.whole and same(before, mark(change)):
            held[change.locator] = before
            return
        if isinstance(change, Read):
            change = self._known(change)
        held[change.locator] = mark(change)
        changes.append(change)

    def _read(self, item: dict[str, Any]) -> tuple[Read | Broken, Mark]:
        """What an object says, and what was told of its locator before."""
        change = self._decoder.change(item)
        return change, self.held.get(change.locator)

    async def _relist(self, outbox: Outbox) -> None:
        before = self.held
        changes = await self._list()
        if not self.whole:
            self.whole = True
            outbox.put_whole(self.prefix, (one for one in changes if not isinstance(one, Removed)))
            if self.refused:  # listed it may be, and perhaps not watched
                outbox.put(Broken(self.prefix, (self.refused,)), NOTHING)
            return
        for change in changes:
            outbox.put(change, before.get(change.locator))

    # --- watching ---

    async def _watch(self, outbox: Outbox) -> None:
        """Follow events until the API server ends the watch, which it does now and then."""
        watch = events(self._access, self._path, self._query, self._version)
        async with aclosing(watch) as happening:
            async for event in happening:
                self._well(outbox)
                if event is not None:
                    self._take(event, outbox)
                    self._version = event.version or self._version
                    self._failures = 0
                    await self._breathe()

    def _take(self, event: Event, outbox: Outbox) -> None:
        if event.type == "BOOKMARK":
            return
        locator = self._decoder.locator(event.item)
        if event.type == "DELETED":
            if before := self.held.pop(locator, None):
                outbox.put(Removed(locator), before, f"deleted {locator}")
            return
        done = deed(event.item, locator, created=locator not in self.held)
        change, before = self._read(event.item)
        if not same(before, mark(change)):
            self.held[locator] = mark(change)
            outbox.put(change, before, done)

    # --- what goes wrong ---

    def _answered(self, error: AnsweredError, outbox: Outbox) -> None:
        """The API server answers with an error."""
        if error.final:
            before = self.refused
            change = self._refuse(error)
            if before != self.refused:
                outbox.put(change, NOTHING)
        elif error.status != GONE:
            self.problem = refusal(error, self.chosen.resource, self._place)
        if error.status != 429:
            self._version = ""

    def _refuse(self, error: AnsweredError) -> Change:
        """It may not be read: what was told of it stays. Credentials that could not be had make
        us nobody, who may read nothing, so they are read anew."""
        report = refusal(error, self.chosen.resource, self._place)
        self.refused = report.at(self._settings.name, self.prefix)
        self.problem = None
        self._access.renew()
        return Broken(self.prefix, (self.refused,))

    def _well(self, outbox: Outbox) -> None:
        """It is being watched."""
        self.heard, self.problem = time.time(), None
        if self.refused:
            self.refused = None
            outbox.put(Removed(self.prefix), SOMETHING)

    @property
    def _place(self) -> str:
        return f"namespace {self.namespace}" if self.namespace else "any namespace"

    async def _pause(self) -> None:
        """Wait for a while that grows, or for a hint."""
        bound = min(_BACK_OFF * 2 ** min(self._failures, 10), _LONGEST)
        try:
            async with asyncio.timeout(random.uniform(bound / 2, bound)):  # noqa: S311  # no secret
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()
        self._failures = 0

    async def _breathe(self) -> None:
        """Let the event loop run if this task has kept it for long."""
        if time.perf_counter() - self._slice > _SLICE:
            await asyncio.sleep(0)
            self._slice = time.perf_counter()
