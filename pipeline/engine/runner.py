"""One stage at work: call it safely, record what it read, turn its diagnostics into the input's.

Whatever a stage does, the engine goes on: a stage that raises, reads what it did not declare,
changes what it promised to leave alone, or takes too long becomes a blocking diagnostic on the
resource, which passes on unchanged.
"""

import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from pipeline.engine.finding import Defect
from pipeline.engine.indexes import IndexTables
from pipeline.engine.reads import Reads, RecordingReader
from pipeline.engine.tables import Table
from pipeline.environment import Environment
from pipeline.model import Diagnostic, Document, Key, Level, Resource
from pipeline.model.messages import stage as messages
from pipeline.stage import Outcome, Stage, only_derives, only_judges, only_made

_SHOWN = 300


@dataclass
class Rules:
    """What holds for every call of every stage of one engine."""

    environment: Environment
    call_budget: float
    """Seconds that one call may take."""
    clock: Callable[[], float] = time.perf_counter
    processor_clock: Callable[[], float] = time.thread_time
    observed: frozenset[str] = field(init=False)
    """Collections that are facts about the world: what depends on them never blocks."""

    def __post_init__(self) -> None:
        kinds = self.environment.kinds
        self.observed = frozenset(kind.collection for kind in kinds if kind.observed)


class StageOutcomeError(RuntimeError):
    """A stage returned what it may not: a defect of the stage, not of the configuration."""


class Runner:
    """One stage with what its runs have read and reported."""

    __slots__ = (
        "_rules", "_table", "calls", "changes", "defects", "diagnostics",
        "may_read", "name", "only_made", "reader", "reads", "stage",
    )  # fmt: skip

    def __init__(self, stage: Stage, table: Table, indexes: IndexTables, rules: Rules) -> None:
        self.stage = stage
        self.name = stage.name
        self.changes = not only_judges(stage)
        self.only_made = only_made(stage)
        self.may_read = bool(stage.collections or stage.indexes)
        self.reader = RecordingReader(stage, table, indexes)
        self.reads = Reads()
        self.diagnostics: dict[Key, tuple[Diagnostic, ...]] = {}
        self.calls = 0
        self.defects: list[Defect] = []
        self._table = table
        self._rules = rules

    def run(self, resource: Resource, document: Document) -> tuple[Resource, ...] | None:
        """Run the stage on one resource and remember the rest; None where it let it pass."""
        reader, clock, key = self.reader, self._rules.clock, resource.key
        self.calls += 1
        reader.begin()
        started = clock()
        outcome = self._call(resource, document)
        if clock() - started > self._rules.call_budget:
            outcome = self._confirm_slow(resource, document, outcome)
        if self.may_read:
            self.reads.record(key, reader.refs)
        if outcome.diagnostics or key in self.diagnostics:
            self._keep(key, tuple(dict.fromkeys(self._judge(key, outcome.diagnostics, document))))
        made = outcome.resources
        return None if len(made) == 1 and (made[0] is resource or made[0] == resource) else made

    def _keep(self, key: Key, diagnostics: tuple[Diagnostic, ...]) -> None:
        if diagnostics:
            self.diagnostics[key] = diagnostics
        else:
            self.diagnostics.pop(key, None)

    def found(self, subject: Key) -> tuple[Key, ...]:
        """The keys that a subject's run has looked up and found, sorted."""
        return tuple(sorted(key for key in set(self._read_keys(subject)) if key in self._table))

    def forget(self, key: Key) -> None:
        """The resource is gone."""
        self.reads.record(key, ())
        self.diagnostics.pop(key, None)

    def blames(self, subject: Key, diagnostic: Diagnostic) -> frozenset[Key]:
        """The inputs whose change can have caused a diagnostic of this subject's run."""
        read = set(self._read_keys(subject))
        named = {subject, *read}
        others = (key for key in diagnostic.related if key not in read)
        return frozenset((*map(self._table.root, named), *others))

    def _read_keys(self, subject: Key) -> Iterator[Key]:
        for ref in self.reads.of(subject):
            if isinstance(ref, Key):
                yield ref
            elif len(ref) == 2:
                yield from self.reader.listed(*ref)

    def _confirm_slow(self, resource: Resource, document: Document, outcome: Outcome) -> Outcome:
        """Measure once more, by processor time: the machine may have been busy or suspended."""
        clock = self._rules.processor_clock
        self.reader.begin()
        started = clock()
        self._call(resource, document)
        taken = clock() - started
        budget = self._rules.call_budget
        if taken <= budget:
            return outcome
        self.defects.append(Defect(self.name, resource.key, f"took {taken:.2f} s of {budget:g} s"))
        slow = messages.TOO_SLOW.report(key=resource.key, stage=self.name, budget=budget)
        return Outcome(outcome.resources, (*outcome.diagnostics, slow))

    def _call(self, resource: Resource, document: Document) -> Outcome:
        """Call the stage and hold it to its promises."""
        try:
            outcome = self.stage.run(resource, document, self.reader)
            made = outcome.resources
            if self.reader.broken or len(made) != 1 or made[0] is not resource:
                self._check(resource, made)
        except Exception as error:  # noqa: BLE001  # it may be foreign; its defect must not stop us
            return self._failed(resource, error)
        return outcome

    def _check(self, resource: Resource, made: tuple[Resource, ...]) -> None:
        if self.reader.broken is not None:
            raise self.reader.broken
        if not self.changes and made != (resource,):
            raise StageOutcomeError("it only judges, and yet it changed the resource")
        if only_derives(self.stage) and resource not in made:
            raise StageOutcomeError("it only derives others, and yet it changed the resource")
        if len({one.key for one in made}) != len(made):
            raise StageOutcomeError("it returned two resources with one key")

    def _failed(self, resource: Resource, error: Exception) -> Outcome:
        problem = f"{type(error).__name__}: {error}"
        if len(problem) > _SHOWN:
            problem = f"{problem[:_SHOWN]}..."
        detail = "".join(traceback.format_exception(error))
        self.defects.append(Defect(self.name, resource.key, problem, detail))
        failed = messages.FAILED.report(key=resource.key, stage=self.name, problem=problem)
        return Outcome((resource,), (failed,))

    def _judge(
        self, subject: Key, reported: tuple[Diagnostic, ...], document: Document
    ) -> Iterator[Diagnostic]:
        root = self._table.root(subject)
        capped = self._depends_on_observed(root, subject)
        for found in reported:
            named = replace(found, key=self._input_of(found.key, root, subject))
            if capped and named.blocking:
                named = replace(named, level=Level.WARNING)
            shown = self._rules.environment.suppress(named, document)
            if shown is not None:
                yield shown

    def _input_of(self, key: Key | None, root: Key, subject: Key) -> Key:
        """The input that a diagnostic is on, whichever resource the stage has named."""
        if key is None or key == subject or key not in self._read_keys(subject):
            return root
        return self._table.root(key)

    def _depends_on_observed(self, root: Key, subject: Key) -> bool:
        observed = self._rules.observed
        if not observed:
            return False
        if root.collection in observed or subject.collection in observed:
            return True
        return any(self._reads_observed(ref) for ref in self.reads.of(subject))

    def _reads_observed(self, ref: tuple[str, ...]) -> bool:
        if len(ref) == 2:
            return self.reader.collection_of(ref[0]) in self._rules.observed
        return ref[0] in self._rules.observed
