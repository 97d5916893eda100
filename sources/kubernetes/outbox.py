"""What waits to be emitted: for each locator the latest, however slow the channel is.

So it is bounded by the number of objects, and a burst becomes one batch.
"""

import asyncio
from collections.abc import Iterable
from typing import TypeAlias

from pipeline.model import Batch, Change, Located, Read, Removed
from sources.kubernetes.provenance import cause

Mark: TypeAlias = Located | bytes | None
"""What a locator holds: the object itself, which the channel holds too, so that it takes no memory;
a signature of why it cannot be read; or nothing."""

NOTHING: Mark = None
SOMETHING: Mark = b""
"""What is not told apart further."""

_DEEDS = 1000
"""What happened, remembered for the cause of one batch."""


class Outbox:
    """Gathers changes until the channel takes the next batch."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._changes: dict[str, tuple[Change, Mark]] = {}
        """What is to be told, and what was told before it."""
        self._whole: dict[str, dict[str, Change]] = {}
        """Complete reads by the prefix of the locators for which they speak."""
        self._deeds: list[str] = []
        self._news = asyncio.Event()

    def put(self, change: Change, before: Mark, deed: str = "") -> None:
        """A change of one locator, what it held before, and in some words what has happened; what
        comes back to what was told is none."""
        whole = next(
            (each for prefix, each in self._whole.items() if change.locator.startswith(prefix)),
            None,
        )
        if whole is None:
            self._put(change, before)
        elif isinstance(change, Removed):
            whole.pop(change.locator, None)
        else:
            whole[change.locator] = change
        if deed and len(self._deeds) < _DEEDS:
            self._deeds.append(deed)
        self._news.set()

    def _put(self, change: Change, before: Mark) -> None:
        _, told = self._changes.pop(change.locator, (None, before))
        if not same(told, mark(change)):
            self._changes[change.locator] = (change, told)

    def put_whole(self, prefix: str, changes: Iterable[Change]) -> None:
        """A complete read of everything below a prefix."""
        for locator in [each for each in self._changes if each.startswith(prefix)]:
            del self._changes[locator]
        self._whole[prefix] = {change.locator: change for change in changes}
        self._news.set()

    async def next(self) -> Batch:
        """The next batch, as soon as there is something; it counts as emitted."""
        while not (self._whole or self._changes):
            self._news.clear()
            await self._news.wait()
        if self._whole:
            prefix = next(iter(self._whole))
            every = tuple(self._whole.pop(prefix).values())
            return Batch(self._source, every, complete=True, scope=prefix)
        changes = tuple(change for change, _ in self._changes.values())
        batch = Batch(self._source, changes, cause=cause(self._deeds))
        self._changes, self._deeds = {}, []
        return batch


def mark(change: Change) -> Mark:
    """What a locator holds after a change."""
    if isinstance(change, Removed):
        return None
    if isinstance(change, Read):
        (held,) = change.resources
        return held
    return repr([each.identity for each in change.errors]).encode()


def same(one: Mark, other: Mark) -> bool:
    """Whether a locator says the same: equal content of the same object."""
    if isinstance(one, Located) and isinstance(other, Located):
        return one.resource == other.resource and one.origin.uid == other.origin.uid
    return one == other
