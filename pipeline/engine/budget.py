"""The deletion budget: how much may disappear before somebody is asked.

Deletions of the last minutes are added up per collection and source and compared with what was
there when the window began, so that a slow bleed counts like a single blow. What was deleted and
has come back does not count.
"""

from collections import Counter, deque
from collections.abc import Iterable
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


@dataclass(slots=True)
class DeletionBudget:
    """What was added and deleted within the window, and how many keys each share has now."""

    limits: BudgetLimits = field(default_factory=BudgetLimits)
    _now: Counter[Share] = field(default_factory=Counter)
    _log: deque[tuple[float, Share, Key, int]] = field(default_factory=deque)
    """(time, share, key, +1 or -1), oldest first."""

    def start(self, keys: Iterable[tuple[Share, int]]) -> None:
        """What is there at the beginning."""
        self._now = Counter(dict(keys))

    def note(
        self, now: float, added: Iterable[tuple[Share, Key]], deleted: Iterable[tuple[Share, Key]]
    ) -> None:
        """A publication: counted towards the window."""
        for sign, keys in ((1, added), (-1, deleted)):
            for share, key in keys:
                self._now[share] += sign
                self._log.append((now, share, key, sign))

    def excuse(self, added: Iterable[Share], deleted: Iterable[Share]) -> None:
        """The first publication and rollbacks: what is there changes, nothing is used up."""
        self._now.update(added)
        self._now.subtract(deleted)

    def trips(self, now: float, deleted: Iterable[tuple[Share, Key]]) -> list[Trip]:
        """The shares that a candidate with these deletions would cut too deep."""
        self._expire(now)
        fresh: dict[Share, set[Key]] = {}
        for share, key in deleted:
            fresh.setdefault(share, set()).add(key)
        found = (self._judge(share, keys) for share, keys in sorted(fresh.items()))
        return [trip for trip in found if trip]

    def _judge(self, share: Share, fresh: set[Key]) -> Trip | None:
        before = self._deleted_before(share)
        deleted = len(before | fresh)
        log = [sign for _, logged, _, sign in self._log if logged == share]
        base = max(self._now[share] - sum(log), deleted)
        if base >= 2 and self._now[share] == len(fresh):
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
        for _, logged, key, sign in self._log:
            if logged == share:
                (gone.discard if sign > 0 else gone.add)(key)
        return gone

    def _expire(self, now: float) -> None:
        while self._log and self._log[0][0] < now - self.limits.window:
            self._log.popleft()
