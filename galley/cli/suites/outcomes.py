"""All cases of some suites, one after the other, and what came of each."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from galley.cli.suites.expecting import Difference, differences, shown
from galley.cli.suites.fixtures import Fixtures
from galley.cli.suites.loading import SuiteError, SuiteFile
from galley.cli.suites.model import Case
from galley.cli.suites.pipelines import Invalid, Pipeline, Pipelines
from galley.cli.suites.running import Found, MistakenError, run
from pipeline.model import Diagnostic
from pipeline.model import Path as Place

Result: TypeAlias = Literal["passed", "failed", "skipped"]
Evaluate: TypeAlias = Callable[[Place, Case], Found]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case."""

    file: SuiteFile
    where: Place
    """Of the case in its file."""
    case: Case
    result: Result
    reason: str = ""
    """Why it was skipped."""
    differences: tuple[Difference, ...] = ()
    found: Found | None = None
    """What it failed by; None if it could not be evaluated."""
    seconds: float = 0.0

    @property
    def line(self) -> int:
        return self.file.line(*self.where)


@dataclass(frozen=True, slots=True)
class Plan:
    """A suite with what its cases run under."""

    file: SuiteFile
    pipeline: Pipeline | Invalid

    def outcomes(self, text: str) -> Iterator[Outcome]:
        """Run the cases in whose name, or in whose file's name, there is this text."""
        evaluate = self._evaluation()
        alone = any(case.only for case in self.file.suite.cases)
        for where, case in self.file.cases():
            if text.casefold() not in f"{self.file.shown}: {case.name}".casefold():
                continue
            reason = case.skip or ("another case is the only one" if alone > case.only else "")
            if reason:
                yield Outcome(self.file, where, case, "skipped", reason)
            else:
                yield self._outcome(where, case, evaluate)

    def remarks(self) -> tuple[Diagnostic, ...]:
        """What there is to say of the pipeline itself."""
        pipeline = self.pipeline
        return pipeline.environment.diagnostics if isinstance(pipeline, Pipeline) else ()

    def _evaluation(self) -> Evaluate:
        pipeline = self.pipeline
        if isinstance(pipeline, Pipeline):
            return partial(run, pipeline=pipeline, fixtures=Fixtures(self.file, pipeline))
        return partial(_refuse, pipeline)

    def _outcome(self, where: Place, case: Case, evaluate: Evaluate) -> Outcome:
        started, found = time.perf_counter(), None
        try:
            found = evaluate(where, case)
            different = tuple(differences(case, found, self.file.folder))
        except MistakenError as error:
            different = (Difference(error.about, error.lines),)
        taken = time.perf_counter() - started
        if not different:
            return Outcome(self.file, where, case, "passed", seconds=taken)
        return Outcome(self.file, where, case, "failed", "", different, found, taken)


def _refuse(why: Invalid, _where: Place, _case: Case) -> Found:
    raise MistakenError("pipeline", *map(shown, why))


def plans(files: Sequence[SuiteFile], *, update: bool) -> list[Plan]:
    """Everything made ready, so that a mistake in any suite is told before the first case runs.

    Args:
        update: whether snapshots are written, and need not be there.

    Raises:
        SuiteError: with everything that is wrong in all of the suites.
    """
    pipelines = Pipelines()
    made: list[Plan] = []
    problems: list[str] = []
    for file in files:
        try:
            plan = Plan(file, pipelines.of(file))
        except SuiteError as error:
            problems += error.problems
            continue
        problems += _problems(plan, update=update)
        made.append(plan)
    if problems:
        raise SuiteError(problems)
    return made


def _problems(plan: Plan, *, update: bool) -> Iterator[str]:
    """Stages that there are not, and files."""
    file = plan.file
    yield from _missing(file, ("given",))
    for where, case in file.cases():
        yield from _missing(file, (*where, "given"))
        yield from _missing(file, (*where, "when", "apply"))
        if not update:
            yield from _missing(file, (*where, "expect", "resources"), "; `--update` writes it.")
        if case.stage and isinstance(plan.pipeline, Pipeline):
            try:
                plan.pipeline.stages(case.stage)
            except ValueError as error:
                yield file.wrong(str(error), *where, "stage")


def _missing(file: SuiteFile, where: Place, hint: str = ".") -> Iterator[str]:
    held = file.at(where)
    for number, item in enumerate(held if isinstance(held, list) else [held]):
        if isinstance(item, str) and not (file.folder / item).exists():
            place = (*where, number) if isinstance(held, list) else where
            yield file.wrong(f"there is no file or folder {item!r}{hint}", *place)
