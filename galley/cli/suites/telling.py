"""What came of the cases, told: to people, to programs, to CI servers."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import typer

from galley.cli import output, words
from galley.cli.checkout import Checkout
from galley.cli.reports import github, junit
from galley.cli.reports.report import Report
from galley.cli.suites.expecting import Difference
from galley.cli.suites.outcomes import Outcome
from galley.protocol.results import CaseResult, CasesResult, DifferenceResult

MARKS = {"passed": ("ok", "good"), "failed": ("FAILED", "bad"), "skipped": ("skipped", "warn")}
MOODS = {"-": "bad", "+": "good", "@": "dim"}
COMMAND = "galley test"


def one(outcome: Outcome) -> None:
    """A case as soon as it has run; what went wrong below it."""
    text, mood = MARKS[outcome.result]
    place = f"{outcome.file.shown}:{outcome.line}"
    reason = f"  ({outcome.reason})" if outcome.reason else ""
    head = output.styled(f"{text:8}", mood)
    typer.echo(f"{head}{words.clean(f'{place}: {outcome.case.name}{reason}')}")
    for each in outcome.differences:
        output.line(f"    {_title(each)}:")
        for line in each.lines:
            output.line(f"      {line}", mood=MOODS.get(line[:1], ""))
    sys.stdout.flush()


def total(outcomes: Sequence[Outcome], *, stopped: bool) -> None:
    """The sum of all."""
    counts = Counter(each.result for each in outcomes)
    parts = [f"{counts[name]:,} {name}" for name in ("passed", "failed", "skipped") if counts[name]]
    seconds = sum(each.seconds for each in outcomes)
    end = ", stopped at the first failure" if stopped else ""
    output.line(
        f"{words.plural(len(outcomes), 'case')}: {', '.join(parts)} in {seconds:.2f} s{end}.",
        mood="bad" if counts["failed"] else "good",
    )
    if any(each.case.only for each in outcomes):
        output.note("Some cases are marked `only`: others of their suites were skipped.")


def result(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The map that `CasesResult` describes."""
    counts = Counter(each.result for each in outcomes)
    return CasesResult(
        ok=not counts["failed"],
        passed=counts["passed"],
        failed=counts["failed"],
        skipped=counts["skipped"],
        cases=[_case(each) for each in outcomes],
    ).model_dump()


def junit_report(outcomes: Sequence[Outcome]) -> str:
    """A test suite for each file."""
    suites: dict[str, list[junit.Case]] = {}
    for each in outcomes:
        case = junit.Case(
            name=each.case.name,
            failures=_failures(each),
            file=each.file.shown,
            kind=each.differences[0].about if each.differences else "",
            line=each.line,
            seconds=each.seconds,
            skipped=each.reason,
        )
        suites.setdefault(each.file.shown, []).append(case)
    return junit.document(suites)


def annotations(outcomes: Sequence[Outcome]) -> str:
    """An annotation of a GitHub workflow for each case that failed."""
    found = [each for outcome in outcomes for each in _found(outcome)]
    return github.render(Report(COMMAND, (), tuple(found), ""))


def _case(outcome: Outcome) -> CaseResult:
    return CaseResult(
        file=outcome.file.shown,
        line=outcome.line,
        name=outcome.case.name,
        result=outcome.result,
        reason=outcome.reason,
        seconds=round(outcome.seconds, 6),
        differences=[
            DifferenceResult(about=each.about, lines=list(each.lines))
            for each in outcome.differences
        ],
    )


def _failures(outcome: Outcome) -> list[str]:
    return ["\n".join((f"{_title(each)}:", *each.lines)) for each in outcome.differences]


def _title(different: Difference) -> str:
    compared = any(line[:1] in {"-", "+"} for line in different.lines)
    return f"{different.about} (- expected, + found)" if compared else different.about


def _found(outcome: Outcome) -> Iterator[dict[str, Any]]:
    file = Checkout(outcome.file.folder).name(outcome.file.path)
    for each in outcome.differences:
        message = "\n".join((f"{_title(each)}:", *each.lines))
        yield {
            "code": "",
            "level": "error",
            "resource": outcome.case.name,
            "field": "",
            "message": message,
            "file": file,
            "line": outcome.line,
            "column": 0,
            "state": "live",
        }
