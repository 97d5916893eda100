"""The incremental engine: stages over inputs, run again only where something they saw has changed.

A change runs each stage on the resources that changed in front of it and on those whose recorded
reads it touches; an unchanged output goes no further. The state after any sequence of changes is
the state that one run over the same inputs gives, and applying the former inputs again restores the
former state exactly: a candidate that is refused is taken back that way.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter

from pipeline.engine.finding import Evaluation, Finding, merged
from pipeline.engine.runner import Rules
from pipeline.engine.segment import Log, Segment
from pipeline.engine.tables import Change, Changes, Documents, Table
from pipeline.engine.watch import Spot, Watcher
from pipeline.environment import Environment
from pipeline.model import Diagnostic, Key, Level, Resource
from pipeline.stage import Inquiry, Reader, Stage, only_judges


class Engine:
    """Inputs, what the stages of one environment make of them, and what they report.

    Not safe for use by several threads. `apply` takes time in proportion to the change: a caller
    that has other things to do gives a first load in slices of about 1,000; findings about what is
    not there yet come and go between slices, and the final state is the same.
    """

    def __init__(self, environment: Environment, *, call_budget: float = 1.0) -> None:
        """Start empty; `call_budget` is in seconds for one call of one stage."""
        self.environment = environment
        self._documents = Documents()
        self._inputs: dict[Key, Resource] = {}
        self._segments: list[Segment] = []
        self._levels: Counter[Level] = Counter()
        self._tables = tuple(self._build(Rules(environment, call_budget)))
        """What is in front of each segment: the inputs first, and the outputs last."""
        self._outputs = self._tables[-1]

    @property
    def inputs(self) -> Mapping[Key, Resource]:
        """The resources that were applied; iterates in order of the keys."""
        return self._tables[0]

    @property
    def outputs(self) -> Mapping[Key, Resource]:
        """What the stages made of them; iterates in order of the keys."""
        return self._outputs

    def apply(self, changes: Mapping[Key, Resource | None]) -> Evaluation:
        """Set inputs (None: gone) and run what that concerns."""
        log = Log()
        current = self._set_inputs(changes)
        for segment in self._segments:
            current = segment.apply(current, log)
        self._levels.update(finding.diagnostic.level for finding in log.added)
        self._levels.subtract(finding.diagnostic.level for finding in log.removed)
        self._documents.clear()
        added, removed = self._net(log)
        return Evaluation(
            changed={key: current[key].new for key in sorted(current) if _differs(current[key])},
            added=added,
            removed=removed,
            ran=log.ran,
            defects=tuple(sorted(log.defects, key=attrgetter("stage", "key", "problem"))),
        )

    def watch(self, watcher: Watcher | None) -> None:
        """Tell somebody of all work from here on; None: nobody any more."""
        for segment in self._segments:
            segment.teller.watcher = watcher

    def population(self, spot: Spot) -> int:
        """How many resources the collection has, whose existence the spot is."""
        number, ref = spot
        return self._segments[number].population(ref[0])

    def inverse(self, changes: Mapping[Key, Resource | None]) -> dict[Key, Resource | None]:
        """The changes that would take these back; ask before applying them."""
        return {key: self._inputs.get(key) for key in changes}

    def findings(self) -> Iterator[Finding]:
        """All that is reported now, sorted."""
        return iter(merged(one for segment in self._segments for one in segment.findings()))

    def levels(self) -> Mapping[Level, int]:
        """How many findings there are of each level; kept up to date, so asking costs nothing."""
        return self._levels

    def remarks(self) -> tuple[Diagnostic, ...]:
        """One word on each collection that the environment does not know, sorted, and then on what
        the settings of stages name and is not there."""
        unknown = self.environment.schemas.unknown
        found = (unknown(collection) for collection in self._tables[0].collections)
        idle = (remark for segment in self._segments for remark in segment.idle())
        return (*(remark for remark in found if remark is not None), *idle)

    def findings_of(self, key: Key) -> tuple[Finding, ...]:
        """What is reported on one input and on all that derives from it, sorted."""
        return merged(self._findings_of(key))

    def parents(self, output: Key) -> tuple[Key, ...]:
        """The input keys that an output derives from; empty if there is no such output."""
        return self._outputs.roots(output) if output in self._outputs else ()

    def looked_up(self, output: Key) -> tuple[Key, ...]:
        """The inputs that the stage which derived an output has looked up and found for it, sorted;
        empty for what was not derived."""
        if output not in self._outputs:
            return ()
        found = (segment.looked_up(output) for segment in reversed(self._segments))
        return next(filter(None, found), ())

    def stage_output(self, stage: str, key: Key) -> tuple[Resource, ...]:
        """What an input has become after a stage, sorted by key.

        Raises:
            KeyError: the environment has no stage of this name.
        """
        subjects: tuple[Key, ...] = (key,)
        for segment in self._segments:
            names = [runner.name for runner in segment.runners]
            if stage in names:
                changing = segment.layer is not None and stage == names[-1]
                made = segment.follow if changing else segment.resources
                return tuple(one for subject in subjects for one in made(subject))
            subjects = _followed(segment, subjects)
        raise KeyError(stage)

    def reader(self, inquiry: Inquiry) -> Reader:
        """The outputs for the answer to one of the environment's inquiries; it holds until the next
        change."""
        return self._segments[-1].reader(inquiry)

    def after(self, stage: str) -> Table:
        """All resources as a stage left them; iterates in order of the keys.

        Raises:
            KeyError: the environment has no stage of this name.
        """
        for number, segment in enumerate(self._segments):
            names = [runner.name for runner in segment.runners]
            if stage in names:
                changing = segment.layer is not None and stage == names[-1]
                return self._tables[number + changing]
        raise KeyError(stage)

    def _findings_of(self, key: Key) -> Iterator[Finding]:
        """Several are equal where several derived resources get the same."""
        subjects: tuple[Key, ...] = (key,)
        for segment in self._segments:
            for subject in subjects:
                yield from segment.findings_of(subject)
            subjects = _followed(segment, subjects)

    def _net(self, log: Log) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Findings that are there now and were not, and the other way round.

        A finding that one derived resource loses, and another of the same input still has or gets,
        is neither.
        """
        if all(segment.layer is None for segment in self._segments):
            return merged(log.added), merged(log.removed)
        came, went = Counter(log.added), Counter(log.removed)
        subjects = {finding.subject for finding in (*came, *went)}
        now = Counter(
            one
            for subject in subjects
            for one in self._findings_of(subject)
            if one.subject == subject
        )
        added = (one for one in log.added if now[one] and now[one] == came[one] - went[one])
        removed = (one for one in log.removed if not now[one] and went[one] > came[one])
        return merged(added), merged(removed)

    def _build(self, rules: Rules) -> Iterator[Table]:
        table, parts = Table(self._inputs), _parts(rules.environment.stages)
        for number, stages in enumerate(parts, 1):
            yield table
            asked = rules.environment.inquiries if number == len(parts) else ()
            segment = Segment(number - 1, stages, table, self._documents, rules, inquiries=asked)
            self._segments.append(segment)
            table = table.above(segment.layer)

    def _set_inputs(self, changes: Mapping[Key, Resource | None]) -> Changes:
        current: Changes = {}
        for key, new in changes.items():
            old = self._inputs.get(key)
            if old == new:
                continue
            if new is None:
                del self._inputs[key]
            else:
                self._inputs[key] = new
            current[key] = Change(old, new, key, key, frozenset((key,)))
        return current


def _differs(change: Change) -> bool:
    return change.old != change.new


def _parts(stages: Sequence[Stage]) -> list[list[Stage]]:
    """Split after every stage that may change resources: the last part, which may be empty, has the
    outputs in front of it."""
    parts: list[list[Stage]] = [[]]
    for stage in stages:
        parts[-1].append(stage)
        if not only_judges(stage):
            parts.append([])
    return parts


def _followed(segment: Segment, subjects: tuple[Key, ...]) -> tuple[Key, ...]:
    return tuple(sorted(made.key for subject in subjects for made in segment.follow(subject)))
