"""A source fed by hand: tests, programs that embed Galley, and collections that are observed.

What is held when `run` begins makes up the first, complete batch; what is put later follows batch
by batch, in order. A locator stands for whatever the program calls a place; without one it is the
key.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace

from pipeline.model import (
    Batch,
    Broken,
    Change,
    Diagnostic,
    Located,
    Origin,
    Path,
    Place,
    Read,
    Removed,
    Resource,
    Revision,
)
from sources.settings import MemorySettings
from sources.source import Emit, SourceHealth


class MemorySource:
    """Holds what it is given and emits what changes; see `sources.source` for what it promises."""

    def __init__(self, settings: MemorySettings | str) -> None:
        self._name = settings if isinstance(settings, str) else settings.name
        self._held: dict[str, Read | Broken] = {}
        self._pending: dict[str, Change] = {}
        self._health = SourceHealth()
        self._revision = ""
        self._revisions: tuple[Revision, ...] = ()
        self._errors: tuple[Diagnostic, ...] = ()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()

    @property
    def name(self) -> str:
        return self._name

    def put(self, *resources: Resource, locator: str = "", revision: str = "") -> None:
        """Let a locator hold exactly these resources; without one, each is its own locator.

        Without a revision they are of the one that the source is at.
        """
        if locator:
            self._put(locator, resources, revision)
            return
        for resource in resources:
            self._put(str(resource.key), (resource,), revision)

    def remove(self, *locators: str) -> None:
        """Let these locators, or text forms of keys, hold nothing any more."""
        for locator in locators:
            if self._held.pop(locator, None) is not None:
                self._add(Removed(locator))

    def break_(self, locator: str, *errors: Diagnostic) -> None:
        """Let a locator be unreadable: it keeps what it held."""
        broken = Broken(locator, tuple(one.at(self._name, locator) for one in errors))
        self._held[locator] = broken
        self._add(broken)

    def revise(self, *revisions: Revision, errors: Iterable[Diagnostic] = ()) -> None:
        """Let the source be at the first of these revisions, which have come since the last time.

        What is put before the channel takes the next batch belongs to it; `errors` are what is
        wrong with it as a whole, until the source is at another one.
        """
        self._revision = revisions[0].id
        self._revisions = (*revisions, *self._revisions)
        self._errors = tuple(errors)
        self._idle.clear()
        self._wake.set()

    def fail(self, problem: Diagnostic | None) -> None:
        """Say that the source cannot be read now, or with None that it can."""
        self._health = replace(self._health, problem=problem)

    async def flushed(self) -> None:
        """Wait until the channel has taken everything that was put so far."""
        await self._idle.wait()

    def health(self) -> SourceHealth:
        return replace(self._health, locators=len(self._held), revision=self._revision)

    def hint(self) -> None:
        self._wake.set()

    def locate(self, origin: Origin, path: Path) -> Place | None:  # noqa: ARG002  # the protocol's
        """Nothing here has lines."""
        return None

    def link(self, origin: Origin) -> str:  # noqa: ARG002  # the protocol's
        return ""

    async def run(self, emit: Emit) -> None:
        complete = True
        while True:
            self._wake.clear()
            if complete or self._pending or self._revisions:
                await emit(self._batch(complete))
                complete = False
                self._health = replace(self._health, synced=True, last_read=time.time())
            elif not self._wake.is_set():
                self._idle.set()
                await self._wake.wait()

    def _batch(self, complete: bool) -> Batch:
        """What is to be told now; it counts as told."""
        said = self._held if complete else self._pending
        changes, revisions = tuple(said.values()), self._revisions
        self._pending, self._revisions = {}, ()
        return Batch(
            self._name,
            changes,
            self._revision,
            complete=complete,
            revisions=revisions,
            errors=self._errors,
        )

    def _put(self, locator: str, resources: Iterable[Resource], revision: str) -> None:
        self._revision = revision or self._revision
        origin = Origin(self._name, self._revision, locator)
        located = tuple(Located(resource, origin) for resource in resources)
        held, read = self._held.get(locator), Read(locator, located)
        if not isinstance(held, Read) or _digests(held) != _digests(read):
            self._held[locator] = read
            self._add(read)

    def _add(self, change: Change) -> None:
        self._pending.pop(change.locator, None)
        self._pending[change.locator] = change
        self._idle.clear()
        self._wake.set()


def _digests(read: Read) -> list[bytes]:
    return [one.resource.digest for one in read.resources]
