"""What one changing stage has made different: sparse, so that what passes through costs nothing.

A stage may change a resource, take it out, derive others from it, or give shares to resources that
several make together. Two subjects may derive the same key; then the subject with the smallest key
supplies it, whatever came first, and the segment reports the others. Only where all that claim a
key give shares is it joined from all of them.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from pipeline.engine.tables import Changes, Table
from pipeline.model import Diagnostic, Key, Resource


class Made(NamedTuple):
    """What a stage has made of a subject."""

    resources: tuple[Resource, ...]
    shares: tuple[Resource, ...] = ()
    """Its parts in joint resources, each with the key of what it is a part of."""


Note: TypeAlias = tuple[Key, Diagnostic]
"""A subject, and what was found on it."""


class Joint(NamedTuple):
    """What the shares of a key have become."""

    resource: Resource | None
    notes: tuple[Note, ...]


Join: TypeAlias = Callable[[Key, Mapping[Key, Resource]], Joint]


class Layer:
    """The outcomes of a stage where they are not simply the resource itself."""

    __slots__ = ("_below", "_claims", "_join", "_outcomes", "_shares", "notes", "overrides")

    def __init__(self, below: Table, join: Join) -> None:
        self._below = below
        self._join = join
        self._outcomes: dict[Key, Made] = {}
        self._claims: dict[Key, list[Key]] = {}
        """By derived key, the subjects with another key that derive it or share in it, sorted."""
        self._shares: dict[Key, dict[Key, Resource]] = {}
        """By joint key, the shares by subject."""
        self.notes: dict[Key, tuple[Note, ...]] = {}
        """By joint key, what was found when it was joined, as the stage says it."""
        self.overrides: dict[Key, Resource | None] = {}
        """Where the table above differs from the one below; None: it holds nothing there."""

    def concerns(self, key: Key) -> bool:
        """Whether anything but the resource below decides what is at this key."""
        return key in self._outcomes or key in self._claims

    def outcome(self, subject: Key) -> Made | None:
        """What the stage made of a subject; None where it let it pass."""
        return self._outcomes.get(subject)

    def outputs(self, subject: Key) -> tuple[Key, ...]:
        """The keys that a subject supplies or shares in, or would if nobody else did."""
        outcome = self._outcomes.get(subject)
        if outcome is None:
            return (subject,)
        return tuple(made.key for made in (*outcome.resources, *outcome.shares))

    def parent(self, key: Key) -> Key:
        """The subject that a key of the table above comes from, the first of several; itself where
        nothing else does."""
        claims = self._claims.get(key)
        if claims is None:
            return key
        if len(self._shares.get(key, ())) == len(claims) and key not in self._below:
            return claims[0]  # `parents` would list them all, which may be thousands
        return self.parents(key)[0]

    def parents(self, key: Key) -> tuple[Key, ...]:
        """All subjects that a key of the table above comes from, sorted."""
        if key not in self._claims:
            return (key,)
        return self.suppliers(key, present=key in self._below)

    def contenders(self, key: Key, *, present: bool) -> tuple[Key, ...]:
        """Subjects that claim a key, sorted; `present`: whether the table below holds the key."""
        claims = self._claims.get(key, ())
        if present and self._keeps(key):
            return tuple(sorted((*claims, key)))
        return tuple(claims)

    def suppliers(self, key: Key, *, present: bool) -> tuple[Key, ...]:
        """Those of the contenders that supply a key: one, or all where all give shares."""
        contenders = self.contenders(key, present=present)
        sharing = self._shares.get(key, {})
        if not sharing:
            return contenders[:1]
        if len(sharing) == len(contenders):
            return contenders
        return (next(subject for subject in contenders if subject not in sharing),)

    def joint(self, subject: Key) -> Iterator[Resource]:
        """What is made of a subject's shares and those of others."""
        outcome = self._outcomes.get(subject)
        for share in outcome.shares if outcome else ():
            made = self.overrides.get(share.key)
            if made is not None and subject in self.parents(share.key):
                yield made

    def value(self, key: Key, below: Resource | None) -> Resource | None:
        """What the table above holds, given what the table below holds."""
        return self.overrides.get(key, below)

    def record(self, subject: Key, outcome: Made | None) -> None:
        """Replace a subject's outcome; `settle` the keys concerned afterwards."""
        for key in self.outputs(subject):
            if key != subject:
                self._unclaim(key, subject)
        if outcome is None:
            self._outcomes.pop(subject, None)
            return
        self._outcomes[subject] = outcome
        for share in outcome.shares:
            self._shares.setdefault(share.key, {})[subject] = share
        for key in self.outputs(subject):
            if key != subject:
                insort(self._claims.setdefault(key, []), subject)

    def settle(self, key: Key) -> Resource | None:
        """Decide anew what the table above holds at a key."""
        below = self._below.get(key)
        self.notes.pop(key, None)
        supplied = self._supplied(key, below)
        if supplied == below:
            self.overrides.pop(key, None)
            return below
        self.overrides[key] = supplied
        return supplied

    def _keeps(self, subject: Key) -> bool:
        """Whether the stage leaves something at a subject's own key."""
        outcome = self._outcomes.get(subject)
        return outcome is None or any(made.key == subject for made in outcome.resources)

    def _supplied(self, key: Key, below: Resource | None) -> Resource | None:
        suppliers = self.suppliers(key, present=below is not None)
        if not suppliers:
            return None
        sharing = self._shares.get(key, {})
        if suppliers[0] in sharing:
            return self._joined(key, {subject: sharing[subject] for subject in suppliers})
        outcome = self._outcomes.get(suppliers[0])
        if outcome is None:
            return below
        return next(made for made in outcome.resources if made.key == key)

    def _joined(self, key: Key, shares: Mapping[Key, Resource]) -> Resource | None:
        joined = self._join(key, shares)
        if joined.notes:
            self.notes[key] = joined.notes
        return joined.resource

    def _unclaim(self, key: Key, subject: Key) -> None:
        claims = self._claims[key]
        del claims[bisect_left(claims, subject)]
        if not claims:
            del self._claims[key]
        sharing = self._shares.get(key)
        if sharing is not None and sharing.pop(subject, None) is not None and not sharing:
            del self._shares[key]


def old_value(table: Table, key: Key, changes: Changes) -> Resource | None:
    """What the table held before the changes."""
    change = changes.get(key)
    return table.get(key) if change is None else change.old


def old_root(table: Table, key: Key, changes: Changes) -> Key:
    """The input that a key of the table derived from before the changes."""
    change = changes.get(key)
    return table.root(key) if change is None else change.was
