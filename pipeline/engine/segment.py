"""Stages that see the same table: any number that only judge, then at most one that changes things.

Because judging leaves the table alone, those stages share its indexes, and a resource is decoded
once for all of them. A segment is told what has changed in its table and says what changes in the
table after it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from pipeline.engine.finding import Defect, Finding
from pipeline.engine.indexes import IndexTables
from pipeline.engine.layer import Layer, Made
from pipeline.engine.reads import RecordingReader, Ref
from pipeline.engine.runner import Rules, Runner
from pipeline.engine.settling import Outcomes, Settling
from pipeline.engine.tables import Changes, Documents, Table
from pipeline.engine.watch import Teller
from pipeline.model import Diagnostic, Key, Resource
from pipeline.stage import Inquiry, Stage, idle_parts


@dataclass
class Log:
    """What one call of `apply` has seen so far."""

    added: list[Finding] = field(default_factory=list)
    removed: list[Finding] = field(default_factory=list)
    ran: dict[str, int] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)


@dataclass
class Pass:
    """One change of a segment's table on its way through the segment."""

    changes: Changes
    log: Log
    outcomes: Outcomes = field(default_factory=Outcomes)
    """Of the stage that changes things."""


Touched: TypeAlias = dict[Key, dict[Runner, set[Key]]]
"""By subject, the stages whose reads a change touches, and the inputs behind that change."""


class Segment:
    """A table, the stages that look at it, and the layer of the one that changes it."""

    def __init__(
        self,
        number: int,
        stages: Sequence[Stage],
        table: Table,
        documents: Documents,
        rules: Rules,
        *,
        inquiries: Collection[Inquiry] = (),
    ) -> None:
        """`inquiries` are those that are made of this table."""
        asked = (each.indexes for each in inquiries)
        indexes = frozenset(index for stage in stages for index in stage.indexes).union(*asked)
        self._table = table
        self._documents = documents
        self._rules = rules
        self._indexes = IndexTables(indexes, documents)
        self.runners = tuple(Runner(stage, table, self._indexes, rules) for stage in stages)
        last = self.runners[-1] if self.runners else None
        self.layer = Layer(table, last.join) if last and last.changes else None
        self._reading = _by_what_they_read(self.runners)
        self._is_read = bool(self._reading or inquiries)
        self._passing: dict[str, tuple[Runner, ...]] = {}
        self.teller = Teller(number, table, derives=self.layer is not None)
        self._settling = (
            Settling(self.layer, table, last.name, last.judged, self.teller, rules.observed)
            if self.layer and last
            else None
        )

    def apply(self, changes: Changes, log: Log) -> Changes:
        """Run what the changes concern; returns the changes of the next table."""
        touched = self._touch(changes)
        step = Pass(changes, log)
        for key in changes:
            blamed = touched.pop(key, {})
            for runner in self._runners_for(key.collection):
                self._visit(runner, key, step, blamed.get(runner))
        for key, blamed in touched.items():
            for runner, roots in blamed.items():
                self._visit(runner, key, step, roots)
        following = changes
        if self._settling is not None:
            following = self._settling.settle(changes, step.outcomes)
        self._account(log)
        return following

    def findings(self) -> Iterator[Finding]:
        """All that its stages report, in no order."""
        for runner in self.runners:
            for subject in runner.diagnostics:
                yield from self._findings(runner, subject)
        if self._settling is not None:
            yield from self._settling.findings()

    def findings_of(self, subject: Key) -> Iterator[Finding]:
        """What its stages report on one key of its table."""
        for runner in self.runners:
            if subject in runner.diagnostics:
                yield from self._findings(runner, subject)
        if self._settling is not None:
            yield from self._settling.findings_of(subject)

    def reader(self, inquiry: Inquiry) -> RecordingReader:
        """A reader of its table for the answer to one of its inquiries."""
        return RecordingReader(inquiry, self._table, self._indexes)

    def population(self, collection: str) -> int:
        """How many resources of a collection its table holds."""
        return self._table.population(collection)

    def idle(self) -> Iterator[Diagnostic]:
        """What its stages say of what is not in its table; nothing where it may be elsewhere."""
        if self._rules.environment.spec.complete:
            for runner in self.runners:
                yield from idle_parts(runner.stage, self._table)

    def resources(self, subject: Key) -> tuple[Resource, ...]:
        """What its table holds at a key: one resource or none."""
        resource = self._table.get(subject)
        return () if resource is None else (resource,)

    def follow(self, subject: Key) -> tuple[Resource, ...]:
        """What a key of its table has become in the next one."""
        present = self.resources(subject)
        layer = self.layer
        if layer is None or not present:
            return present
        outcome = layer.outcome(subject)
        made = present if outcome is None else outcome.resources
        mine = (one for one in made if layer.parent(one.key) == subject)
        return (*mine, *layer.joint(subject))

    def looked_up(self, key: Key) -> tuple[Key, ...]:
        """The inputs behind what its stage has looked up to derive a key of the next table; none
        for a key that was not derived here."""
        parents = self.layer.parents(key) if self.layer else ()
        read = (self.runners[-1].found(parent) for parent in parents if parent != key)
        return tuple(sorted({self._table.root(found) for each in read for found in each}))

    def _runners_for(self, collection: str) -> tuple[Runner, ...]:
        held = self._passing.get(collection)
        if held is None:
            held = tuple(r for r in self.runners if r.stage.handles(collection))
            self._passing[collection] = held
        return held

    def _touch(self, changes: Changes) -> Touched:
        """Bring counts and indexes up to date, and find the subjects that read what changed."""
        touched: Touched = {}
        flipped = self._table.note(changes)
        self.teller.changes(changes)
        if not self._is_read:
            return touched
        for key in changes:
            self._touch_readers(key.collection, key, key, changes, touched)
        for key, ref in self._indexes.update(changes):
            self._touch_readers(ref[0], ref, key, changes, touched)
            self.teller.index(ref, changes[key])
        for key, change in changes.items():
            if key.collection in flipped and (change.old is None) != (change.new is None):
                self._touch_readers(key.collection, (key.collection,), key, changes, touched)
        return touched

    def _touch_readers(
        self, name: str, ref: Ref, key: Key, changes: Changes, touched: Touched
    ) -> None:
        """`name` is that of the collection or index which is read."""
        for runner in self._reading.get(name, ()):
            for subject in runner.reads.readers(ref):
                roots = touched.setdefault(subject, {}).setdefault(runner, set())
                roots.update((changes[key].was, changes[key].now), changes[key].by)

    def _visit(self, runner: Runner, key: Key, step: Pass, roots: set[Key] | None) -> None:
        """Run one stage on one subject, or forget it, and report what is different."""
        change = step.changes.get(key)
        resource = self._table.get(key) if change is None else change.new
        before = runner.diagnostics.get(key, ())
        had_read = self.teller.read(runner.reads, key)
        made: Made | None = None
        if resource is None or (runner.only_made and not self._table.made(key)):
            runner.forget(key)
        else:
            made = runner.run(resource, self._documents.of(resource))
        if runner.changes and (made is not None or self._outcome(key) is not None):
            step.outcomes.made[key] = made
            step.outcomes.causes[key] = roots or set()
        read = (*had_read, *self.teller.read(runner.reads, key))
        self.teller.run(key, change, read, roots or (), changes=runner.changes)
        after = runner.diagnostics.get(key, ())
        if before or after:
            self._report(
                runner, key, step, before, {*(roots or ()), *(change.by if change else ())}
            )

    def _outcome(self, subject: Key) -> Made | None:
        return None if self.layer is None else self.layer.outcome(subject)

    def _report(
        self,
        runner: Runner,
        key: Key,
        step: Pass,
        before: tuple[Diagnostic, ...],
        roots: set[Key],
    ) -> None:
        after = runner.diagnostics.get(key, ())
        was = step.changes[key].was if key in step.changes else self._table.root(key)
        moved = was != self._table.root(key)
        for found in before:
            if moved or found not in after:
                step.log.removed.append(Finding(found, was, frozenset((was,)), runner.name))
        for finding in self._findings(runner, key):
            if moved or finding.diagnostic not in before:
                blamed = replace(finding, blames=finding.blames | roots) if roots else finding
                step.log.added.append(blamed)

    def _findings(self, runner: Runner, subject: Key) -> Iterator[Finding]:
        root = self._table.root(subject)
        for found in runner.diagnostics.get(subject, ()):
            blames = runner.blames(subject, found) if found.blocking else frozenset((root,))
            yield Finding(found, root, blames, runner.name)

    def _account(self, log: Log) -> None:
        for runner in self.runners:
            if runner.calls:
                log.ran[runner.name] = runner.calls
                runner.calls = 0
            log.defects.extend(runner.defects)
            runner.defects.clear()
        if self._settling is not None:
            log.added.extend(self._settling.added)
            log.removed.extend(self._settling.removed)
            self._settling.added.clear()
            self._settling.removed.clear()
        log.defects.extend(self._indexes.defects)
        self._indexes.defects.clear()


def _by_what_they_read(runners: Iterable[Runner]) -> dict[str, list[Runner]]:
    """Those that may read of a collection or an index, by its name."""
    found: dict[str, list[Runner]] = {}
    for runner in runners:
        indexes = (index.name for index in runner.stage.indexes)
        for name in (*runner.stage.collections, *indexes):
            found.setdefault(name, []).append(runner)
    return found
