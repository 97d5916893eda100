"""What is to be read, and when: a file waits here until it has stopped changing."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from sources.files.place import Look

PATIENCE = 0.05
"""Seconds for which a file must be gone to count as gone: editors rename, and put another there."""
RETURN_PATIENCE = 1.0
"""The same after the whole folder was away: what fills it again takes a while."""
OLD = 1_000_000_000
"""Nanoseconds; a file not changed for so long has settled when it is first seen."""


@dataclass(slots=True)
class Due:
    """One locator that may have changed."""

    at: float
    """When to look at it next, by the monotonic clock."""
    since: float
    """When it was first seen to change."""
    seen: Look | None = None
    """What the look before found; the same again means that it has settled."""
    trusted: bool = False
    """It was put in place whole, by a rename: one look is enough."""
    confirm: bytes = b""
    """Digest of a read that takes keys away and waits for a second one that agrees."""


class Desk:
    """Locators to be looked at."""

    def __init__(self, settle: float) -> None:
        self._due: dict[str, Due] = {}
        self._settle = settle
        self.patience = max(PATIENCE, 5 * settle)

    def changed(self, locator: str, *, trusted: bool = False) -> None:
        """Something was notified: look now; and once more unless it was put in place whole."""
        now = time.monotonic()
        known = self._due.get(locator)
        if known is None:
            self._due[locator] = Due(at=now, since=now, trusted=trusted)
        else:
            known.at, known.trusted = now, trusted

    def listed(
        self, locator: str, found: Look, *, trusted: bool = False, patience: float = 0.0
    ) -> None:
        """A walk found it other than it was; the walk's look counts as the first.

        `patience` are the seconds at least until the second look.
        """
        now = time.monotonic()
        if locator in self._due:
            return
        signature = found.signature
        old = signature is not None and time.time_ns() - signature.changed > OLD
        wait = 0.0 if old or trusted else max(patience, self.pause(found))
        self._due[locator] = Due(at=now + wait, since=now, seen=found, trusted=trusted)

    def pause(self, found: Look) -> float:
        """Seconds between two looks at what was found."""
        return self._settle if found.signature is not None else self.patience

    def again(self, due: Due, found: Look) -> None:
        """Look again, after the pause that suits what was found now."""
        due.seen, due.trusted = found, False
        due.at = time.monotonic() + self.pause(found)

    def done(self, locator: str) -> None:
        """It was read, or is gone."""
        self._due.pop(locator, None)
        if not self._due:
            self._due = {}  # one that was emptied keeps the room that it once took

    def ready(self) -> Iterator[tuple[str, Due]]:
        """Everything whose time has come, unless it is done before its turn."""
        now = time.monotonic()
        for locator in [locator for locator, due in self._due.items() if due.at <= now]:
            if due := self._due.get(locator):
                yield locator, due

    def next(self) -> float | None:
        """When the next look is due, by the monotonic clock; None if nothing is."""
        return min((due.at for due in self._due.values()), default=None)

    def clear(self) -> None:
        self._due.clear()

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._due))

    def __len__(self) -> int:
        return len(self._due)
