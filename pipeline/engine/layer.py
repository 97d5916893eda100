"""What one changing stage has made different: sparse, so that what passes through costs nothing.

A stage may change a resource, take it out or derive others from it. Two subjects may derive the
same key; then the subject with the smallest key supplies it, whatever came first, and the segment
reports the others.
"""

from pipeline.engine.tables import Changes, Table
from pipeline.model import Key, Resource


class Layer:
    """The outcomes of a stage where they are not simply the resource itself."""

    __slots__ = ("_below", "_claims", "_outcomes", "overrides")

    def __init__(self, below: Table) -> None:
        self._below = below
        self._outcomes: dict[Key, tuple[Resource, ...]] = {}
        self._claims: dict[Key, tuple[Key, ...]] = {}
        """By derived key, the subjects with another key that derive it, sorted."""
        self.overrides: dict[Key, Resource | None] = {}
        """Where the table above differs from the one below; None: it holds nothing there."""

    def concerns(self, key: Key) -> bool:
        """Whether anything but the resource below decides what is at this key."""
        return key in self._outcomes or key in self._claims

    def outcome(self, subject: Key) -> tuple[Resource, ...] | None:
        """What the stage made of a subject; None where it let it pass."""
        return self._outcomes.get(subject)

    def outputs(self, subject: Key) -> tuple[Key, ...]:
        """The keys that a subject supplies, or would if nobody else did."""
        outcome = self._outcomes.get(subject)
        return (subject,) if outcome is None else tuple(made.key for made in outcome)

    def parent(self, key: Key) -> Key:
        """The subject that a key of the table above comes from; itself where nothing else does."""
        if key not in self._claims:
            return key
        return self.contenders(key, present=key in self._below)[0]

    def contenders(self, key: Key, *, present: bool) -> tuple[Key, ...]:
        """Subjects that supply a key, sorted; `present`: whether the table below holds the key."""
        claims = self._claims.get(key, ())
        if not present or key not in self.outputs(key):
            return claims
        return tuple(sorted((*claims, key)))

    def value(self, key: Key, below: Resource | None) -> Resource | None:
        """What the table above holds, given what the table below holds."""
        return self.overrides.get(key, below)

    def record(self, subject: Key, outcome: tuple[Resource, ...] | None) -> None:
        """Replace a subject's outcome; `settle` the keys concerned afterwards."""
        old = self._outcomes.get(subject, ())
        for made in old:
            self._unclaim(made.key, subject)
        if outcome is None:
            self._outcomes.pop(subject, None)
            return
        self._outcomes[subject] = outcome
        for made in outcome:
            if made.key != subject:
                self._claims[made.key] = tuple(sorted((*self._claims.get(made.key, ()), subject)))

    def settle(self, key: Key) -> Resource | None:
        """Decide anew what the table above holds at a key."""
        below = self._below.get(key)
        supplied = self._supplied(key, below)
        if supplied == below:
            self.overrides.pop(key, None)
            return below
        self.overrides[key] = supplied
        return supplied

    def _supplied(self, key: Key, below: Resource | None) -> Resource | None:
        contenders = self.contenders(key, present=below is not None)
        if not contenders:
            return None
        outcome = self._outcomes.get(contenders[0])
        if outcome is None:
            return below
        return next(made for made in outcome if made.key == key)

    def _unclaim(self, key: Key, subject: Key) -> None:
        claims = tuple(one for one in self._claims.get(key, ()) if one != subject)
        if claims:
            self._claims[key] = claims
        else:
            self._claims.pop(key, None)


def old_value(table: Table, key: Key, changes: Changes) -> Resource | None:
    """What the table held before the changes."""
    change = changes.get(key)
    return table.get(key) if change is None else change.old


def old_root(table: Table, key: Key, changes: Changes) -> Key:
    """The input that a key of the table derived from before the changes."""
    change = changes.get(key)
    return table.root(key) if change is None else change.was
