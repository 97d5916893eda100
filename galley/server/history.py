"""What a view held lately: enough to say what somebody misses who still has an old content.

Kept are the keys that each change touched, with the digest that each had before; what they are now
the view itself knows. So the way from any remembered content to the present is a set difference,
whatever happened in between. Both the number of contents and the keys are bounded.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.model import Key

Was = tuple[Key, bytes | None]
"""A key and the digest it had before a change; None if it was not in the view."""

MOST_CONTENTS = 512
MOST_KEYS = 100_000


class Past(NamedTuple):
    """A content that a view had."""

    position: int
    """Index of the first change after it, counted since the view exists."""
    changes: tuple[Was, ...]
    """Changes before that position which are not in the history: from a version that was read
    back from the store."""
    version: int
    """The last version at which the view had this content."""
    until: float
    """When the next version took over, seconds since the epoch."""


class History:
    """The recent changes of one view."""

    __slots__ = ("_changes", "_first", "_keys", "_pasts")

    def __init__(self) -> None:
        self._changes: deque[tuple[Was, ...]] = deque()
        self._first = 0
        self._keys = 0
        self._pasts: dict[bytes, Past] = {}

    def changed(self, old: bytes, version: int, until: float, changes: tuple[Was, ...]) -> None:
        """The view left the content with digest `old`."""
        self._pasts.pop(old, None)
        self._pasts[old] = Past(self.position, (), version, until)
        self._changes.append(changes)
        self._keys += len(changes)
        while len(self._changes) > MOST_CONTENTS or self._keys > MOST_KEYS > len(changes):
            self._forget()

    @property
    def position(self) -> int:
        """How many changes there were."""
        return self._first + len(self._changes)

    def learn(self, digest: bytes, past: Past) -> None:
        """A retained version had this content; the way from there to `past.position` is given."""
        while len(self._pasts) >= 2 * MOST_CONTENTS:
            del self._pasts[next(iter(self._pasts))]
        if past.position >= self._first:
            self._pasts[digest] = past

    def find(self, digest: bytes) -> Past | None:
        return self._pasts.get(digest)

    def since(self, digest: bytes) -> dict[Key, bytes | None] | None:
        """What changed since that content: key to the digest it had in it; None if unknown."""
        past = self._pasts.get(digest)
        if past is None:
            return None
        merged: dict[Key, bytes | None] = dict(past.changes)
        for changes in self._tail(past.position - self._first):
            for key, was in changes:
                merged.setdefault(key, was)
        return merged

    def size_since(self, digest: bytes) -> int:
        """At least as many keys as `since` would merge; 0 if the content is unknown."""
        past = self._pasts.get(digest)
        if past is None:
            return 0
        tail = self._tail(past.position - self._first)
        return len(past.changes) + sum(map(len, tail))

    def _tail(self, start: int) -> Iterable[tuple[Was, ...]]:
        return (self._changes[index] for index in range(start, len(self._changes)))

    def _forget(self) -> None:
        self._keys -= len(self._changes.popleft())
        self._first += 1
        stale = [digest for digest, past in self._pasts.items() if past.position < self._first]
        for digest in stale:
            del self._pasts[digest]
