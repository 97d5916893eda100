"""What a forge is still to be told: the newest status of each commit, and nothing twice.

A later status of a commit takes the place of an earlier one that waits. One status at a time is
out; until its answer is known, what the forge shows for that commit is not, so that whatever ends
up last here ends up last there. How many have a version changes often and is told ever more rarely,
the last word at once.
"""

from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from galley.forges.status import Status

T = TypeVar("T")

MOST = 1000
"""Commits that are remembered: of those that wait, that are told, that were refused."""

PACE_FIRST, PACE_MOST = 5.0, 3600.0
"""Seconds between two statuses that differ only in who has the version; each time doubled."""


@dataclass(frozen=True, slots=True)
class _Last:
    """What a forge last answered to, of one commit."""

    status: Status
    at: float
    pace: float


class Outbox:
    """For one forge and repository; times are seconds of any steady clock."""

    def __init__(self) -> None:
        self.dropped = 0
        """How many statuses were lost because too many waited."""
        self._waiting: dict[str, Status] = {}
        self._shown: dict[str, Status] = {}
        """What the forge shows, where that is known."""
        self._refused: dict[str, Status] = {}
        self._last: dict[str, _Last] = {}

    def __len__(self) -> int:
        """How many commits wait."""
        return len(self._waiting)

    def put(self, status: Status) -> None:
        """The newest status of a commit."""
        self._refused.pop(status.revision, None)
        if self._shown.get(status.revision) == status:
            self._waiting.pop(status.revision, None)
            return
        self._waiting[status.revision] = status
        self.dropped += _bound(self._waiting)

    def take(self, now: float) -> Status | None:
        """The next that is due; it waits on until `told` or `refused` takes it away."""
        for status in self._waiting.values():
            if self._due(status) <= now:
                self._shown.pop(status.revision, None)
                return status
        return None

    def due(self) -> float:
        """When the next may be taken; infinity if none waits."""
        return min(map(self._due, self._waiting.values()), default=float("inf"))

    def told(self, status: Status, now: float) -> None:
        """The forge has it."""
        _remember(self._shown, status.revision, status)
        self._answered(status, now)

    def refused(self, status: Status, now: float) -> None:
        """The forge will not have it as things are; see `again`."""
        if self._answered(status, now):
            _remember(self._refused, status.revision, status)

    def postpone(self, status: Status) -> None:
        """It could not be told now; the other commits come first."""
        if newest := self._waiting.pop(status.revision, None):
            self._waiting[status.revision] = newest

    def again(self) -> None:
        """Other settings are in force: what was refused may be accepted now."""
        self._waiting = {**self._refused, **self._waiting}
        self._refused.clear()
        self.dropped += _bound(self._waiting)

    def _answered(self, status: Status, now: float) -> bool:
        """It waits no longer, unless a newer one took its place; whether it is the newest."""
        last = self._last.get(status.revision)
        again = last is not None and status.same_step(last.status)
        pace = min(last.pace * 2, PACE_MOST) if last and again else PACE_FIRST
        _remember(self._last, status.revision, _Last(status, now, pace))
        newest = self._waiting.get(status.revision) == status
        if newest:
            del self._waiting[status.revision]
        return newest

    def _due(self, status: Status) -> float:
        last = self._last.get(status.revision)
        paced = last is not None and not status.final and status.same_step(last.status)
        return last.at + last.pace if last and paced else 0.0


def _remember(kept: dict[str, T], revision: str, value: T) -> None:
    """The newest is the last to be forgotten."""
    kept.pop(revision, None)
    kept[revision] = value
    _bound(kept)


def _bound(kept: dict[str, T]) -> int:
    """Forget the oldest beyond the bound; how many."""
    surplus = max(0, len(kept) - MOST)
    for revision in list(islice(kept, surplus)):
        del kept[revision]
    return surplus
