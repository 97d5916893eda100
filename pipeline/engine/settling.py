"""How the table after a changing stage follows from the one before: what is at each key concerned,
and what two of those that claim a key cannot both have.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.engine.finding import Finding
from pipeline.engine.layer import Layer, Made, Note, old_root, old_value
from pipeline.engine.tables import Change, Changes, Table
from pipeline.engine.watch import Teller
from pipeline.model import Diagnostic, Key, Level, Resource
from pipeline.model.messages import stage as messages

_NOTHING = Made(())


@dataclass
class Outcomes:
    """What a changing stage has made of the subjects that it ran on, in one pass."""

    made: dict[Key, Made | None] = field(default_factory=dict)
    """None: it passed, or is gone."""
    causes: dict[Key, set[Key]] = field(default_factory=dict)
    """The inputs whose change touched what the run on a subject had read."""


class Settling:
    """Decides what the next table holds, and keeps what was found while doing so."""

    def __init__(
        self,
        layer: Layer,
        table: Table,
        stage: str,
        judged: Callable[[Note], Note | None],
        teller: Teller,
        observed: frozenset[str],
    ) -> None:
        self._layer = layer
        self._table = table
        self._stage = stage
        self._judged = judged
        self._teller = teller
        self._observed = observed
        self._found: dict[Key, tuple[Note, ...]] = {}
        """By key of the next table; each names its input."""
        self.added: list[Finding] = []
        """Since the list was last emptied, as the next one."""
        self.removed: list[Finding] = []

    def settle(self, changes: Changes, outcomes: Outcomes) -> Changes:
        """How the next table changes."""
        layer, following = self._layer, Changes()
        unsettled = dict.fromkeys(outcomes.made)
        for key, change in changes.items():
            if layer.concerns(key) or key in outcomes.made:
                unsettled[key] = None
            else:
                following[key] = change
        behind: dict[Key, set[Key]] = {}
        for subject in unsettled:
            keys = tuple(self._concerned(subject, changes.get(subject), outcomes.made))
            self._teller.derived(subject, changes.get(subject), keys)
            for key in keys:
                behind.setdefault(key, set()).update(_causes(subject, changes, outcomes))
        before = {key: self._before(key, changes) for key in behind}
        for subject, made in outcomes.made.items():
            layer.record(subject, made)
        for key, (old, was) in before.items():
            following.pop(key, None)
            made_before = key in layer.overrides
            new, now, by = layer.settle(key), self._root(key), frozenset(behind[key])
            made_now = key in layer.overrides
            turned = made_now != made_before or (key in changes and not made_now)
            if old != new or (new is not None and (was != now or turned)):
                following[key] = Change(old, new, was, now, by)
            self._find(key, by)
        for subject in unsettled:
            for key in self._noted(subject) - before.keys():
                self._find(key, frozenset(_causes(subject, changes, outcomes)))
        return following

    def findings(self) -> Iterator[Finding]:
        """All that was found, in no order."""
        for notes in self._found.values():
            yield from map(self._finding, notes)

    def findings_of(self, subject: Key) -> Iterator[Finding]:
        """What was found on one key of the table before."""
        for key in self._layer.outputs(subject) if self._found else ():
            notes = self._found.get(key, ())
            yield from (self._finding(note) for note in notes if note[0] == subject)

    def _concerned(
        self, subject: Key, change: Change | None, made: dict[Key, Made | None]
    ) -> Iterator[Key]:
        """The keys of the next table that a subject may have had or may get. A joint resource is
        concerned only where the share in it is another one: it may be of thousands."""
        old = self._layer.outcome(subject) or _NOTHING
        new = made.get(subject, old) or _NOTHING
        yield subject
        yield from (each.key for each in (*old.resources, *new.resources))
        before, after = ({share.key: share for share in each.shares} for each in (old, new))
        moved = change is not None and change.was != change.now
        for key in dict.fromkeys((*before, *after)):
            if moved or before.get(key) != after.get(key):
                yield key

    def _before(self, key: Key, changes: Changes) -> tuple[Resource | None, Key]:
        below = old_value(self._table, key, changes)
        suppliers = self._layer.suppliers(key, present=below is not None)
        parent = suppliers[0] if suppliers else key
        return self._layer.value(key, below), old_root(self._table, parent, changes)

    def _noted(self, subject: Key) -> set[Key]:
        """The joint resources that something was found on, in which a subject shares: it may say
        itself what is not to be seen of that."""
        outcome = self._layer.outcome(subject) or _NOTHING
        return {share.key for share in outcome.shares if share.key in self._layer.notes}

    def _root(self, key: Key) -> Key:
        return self._table.root(self._layer.parent(key))

    def _find(self, key: Key, by: frozenset[Key]) -> None:
        """Report those that cannot have the key, and what was found when it was joined."""
        layer, before = self._layer, self._found.get(key, ())
        contenders = layer.contenders(key, present=key in self._table)
        if len(contenders) < 2 and not before and key not in layer.notes:
            return
        noted = filter(None, map(self._judged, layer.notes.get(key, ())))
        after = (*self._clashes(key, contenders), *noted)
        if after:
            self._found[key] = after
        else:
            self._found.pop(key, None)
        self.removed.extend(self._finding(one) for one in before if one not in after)
        self.added.extend(self._finding(one, by) for one in after if one not in before)

    def _clashes(self, key: Key, contenders: Iterable[Key]) -> Iterator[Note]:
        suppliers = frozenset(self._layer.suppliers(key, present=key in self._table))
        for other in contenders:
            if other not in suppliers:
                yield other, self._clash(key, self._root(key), self._table.root(other))

    def _clash(self, key: Key, winner: Key, other: Key) -> Diagnostic:
        observed = self._observed & {winner.collection, other.collection}
        return messages.DERIVED_TWICE.report(
            key=other,
            related=(winner,),
            level=Level.WARNING if observed else None,
            derived=key,
            winner=winner,
        )

    def _finding(self, note: Note, by: frozenset[Key] = frozenset()) -> Finding:
        _, found = note
        subject = found.key or found.related[0]
        rivals = frozenset((subject, *found.related))
        return Finding(found, subject, by | rivals, self._stage, rivals)


def _causes(subject: Key, changes: Changes, outcomes: Outcomes) -> Iterator[Key]:
    """The inputs whose change is behind what becomes of a subject."""
    yield from outcomes.causes.get(subject, ())
    if subject in changes:
        yield from changes[subject].by
