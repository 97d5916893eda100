"""The deletion budget: how much may disappear before somebody is asked.

Deletions of the last minutes are added up per collection and source and compared with what was
there when the window began, so that a slow bleed counts like a single blow. What was deleted and
has come back does not count.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.model import Diagnostic, Key
from pipeline.model.messages.gate import COLLECTION_EMPTIED, TOO_MANY_DELETIONS


class Share(NamedTuple):
    """The resources that one source has in one collection."""

    collection: str
    source: str


@dataclass(frozen=True, slots=True)
class BudgetLimits:
    """When a deletion needs confirming; the shares trip above both numbers."""

    percent: float = 20.0
    keys: int = 10
    window: float = 600.0
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Trip:
    """A share of the resources that a candidate would cut too deep."""

    share: Share
    diagnostic: Diagnostic


class Change(NamedTuple):
    """A key that a publication added to a share, or deleted from it."""

    time: float
    key: Key
    added: bool


@dataclass(slots=True)
class DeletionBudget:
    """What was added and deleted within the window.

    What is exempt is not noted: what is there changes, nothing is used up.
    """

    held: Callable[[Share], int]
    """How many keys a share has now."""
    limits: BudgetLimits = field(default_factory=BudgetLimits)
    _log: dict[Share, deque[Change]] = field(default_factory=dict)
    """The changes of the window by share, oldest first."""

    def note(self, share: Share, change: Change) -> None:
        """A publication's change; they come in the order of their times."""
        self._log.setdefault(share, deque()).append(change)

    def trips(self, now: float, deleted: Iterable[tuple[Share, Key]]) -> list[Trip]:
        """The shares that a candidate with these deletions would cut too deep."""
        self._expire(now)
        fresh: dict[Share, set[Key]] = {}
        for share, key in deleted:
            fresh.setdefault(share, set()).add(key)
        found = (self._judge(share, keys) for share, keys in sorted(fresh.items()))
        return [trip for trip in found if trip]

    def _judge(self, share: Share, fresh: set[Key]) -> Trip | None:
        deleted = len(self._deleted_before(share) | fresh)
        held = self.held(share)
        grown = sum(1 if change.added else -1 for change in self._log.get(share, ()))
        base = max(held - grown, deleted)
        if base >= 2 and held == len(fresh):
            emptied = COLLECTION_EMPTIED.report(
                source=share.source, collection=share.collection, base=base
            )
            return Trip(share, emptied)
        if deleted <= self.limits.keys or deleted * 100 <= base * self.limits.percent:
            return None
        exceeded = TOO_MANY_DELETIONS.report(
            source=share.source,
            collection=share.collection,
            base=base,
            deleted=deleted,
            window=f"{self.limits.window / 60:g} minutes",
            percent=f"{self.limits.percent:g}",
            keys=self.limits.keys,
        )
        return Trip(share, exceeded)

    def _deleted_before(self, share: Share) -> set[Key]:
        """Keys deleted within the window that have not come back."""
        gone: set[Key] = set()
        for change in self._log.get(share, ()):
            (gone.discard if change.added else gone.add)(change.key)
        return gone

    def _expire(self, now: float) -> None:
        for share in list(self._log):
            log = self._log[share]
            while log and log[0].time < now - self.limits.window:
                log.popleft()
            if not log:
                del self._log[share]
