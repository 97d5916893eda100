"""`galley test`: unit tests of policies, transforms and whole pipelines."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from galley.cli import output
from galley.cli.command import end, local
from galley.cli.failure import Exit, Failure
from galley.cli.progress import working
from galley.cli.reporting import Annotations, Files, Telling, files_of, tell
from galley.cli.reports import github
from galley.cli.suites import telling
from galley.cli.suites.expecting import shown
from galley.cli.suites.loading import SuiteError, SuiteFile, found_below, load
from galley.cli.suites.outcomes import Outcome, plans
from galley.cli.suites.rewriting import rewrite
from galley.worker.named_files import TESTS

app = typer.Typer(rich_markup_mode=None)

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Folders with suites (*.test.yaml), or suites; the working folder if not given.",
        metavar="PATH...",
    ),
]
Filter = Annotated[
    str,
    typer.Option(
        "-k", "--filter", help="Only cases with this in their name, or the file's.", metavar="TEXT"
    ),
]
FailFast = Annotated[
    bool, typer.Option("-x", "--fail-fast", help="Stop at the first case that fails.")
]
Update = Annotated[
    bool, typer.Option("--update", help="Write expectations that fail anew, from what was found.")
]
Form = Literal["text", "json", "junit"]
FORMATS = ("json", "junit")


@app.command("test")
@local
def run_suites(
    *,
    paths: Paths = None,
    only: Filter = "",
    fail_fast: FailFast = False,
    update: Update = False,
    report: Files = None,
    annotations: Annotations = True,
    output_as: Annotated[
        Form, typer.Option("-o", "--output", help="How to print it.", show_default=False)
    ] = "text",
) -> None:
    """Run unit tests of policies, transforms and whole pipelines; exit code 1 if one fails.

    A suite says what its cases run under, and each case what it is given and what must come of it.
    Errors and warnings that a case does not expect make it fail. Nothing is asked of a service.

    \b
      # routing.test.yaml
      pipeline: {policies: [policies/routing.yaml]}
      cases:
        - name: a route needs a timeout
          given: fixtures/no-timeout.yaml
          expect:
            diagnostics: [{code: GAL0501/has-timeout, resource: VirtualService/prod/reviews}]

    \b
    Examples:
      galley test ./policies
      galley test ./policies -k timeout -x
      galley test ./policies --update                   write snapshots and findings anew
      galley test . --report junit=galley-tests.xml     for a CI server, besides the text
    """
    files = files_of(report, FORMATS)
    suites = _loaded(paths or [Path()])
    if update:
        _update(suites, only)
        suites = _loaded(paths or [Path()])
    outcomes = _run(suites, only, stop=fail_fast, tells=output_as == "text")
    failed = any(each.result == "failed" for each in outcomes)
    stopped = fail_fast and failed
    forms: dict[str, Callable[[], str]] = {
        "json": lambda: output.json_text(telling.result(outcomes)),
        "junit": partial(telling.junit_report, outcomes),
        "github": partial(telling.annotations, outcomes),
    }
    people = partial(telling.total, outcomes, stopped=stopped)
    tell(Telling(people, forms), output_as, files, annotations=annotations)
    end(Exit.NEGATIVE if failed else Exit.DONE)


def _loaded(paths: Sequence[Path]) -> list[SuiteFile]:
    """Every suite, each once.

    Raises:
        Failure: a path is not there, there is no suite, or one is not what it should be.
    """
    for path in paths:
        if not path.exists():
            raise Failure(f"There is no folder or file {str(path)!r}.")
    found = dict.fromkeys(file.absolute() for path in paths for file in found_below(path))
    if not found:
        where = ", ".join(repr(str(path)) for path in paths)
        raise Failure(f"There are no tests in {where}.", remedy=f"Suites are called *{TESTS[0]}.")
    suites: list[SuiteFile] = []
    problems: list[str] = []
    for file in found:
        try:
            suites.append(load(file))
        except SuiteError as error:
            problems += error.problems
    if problems:
        raise _unusable(problems)
    return suites


def _run(
    suites: Sequence[SuiteFile], only: str, *, stop: bool, tells: bool, update: bool = False
) -> list[Outcome]:
    """Run the cases, and tell each as it ends.

    Raises:
        Failure: a suite is not usable, or no case is meant.
    """
    outcomes: list[Outcome] = []
    try:
        with working("Making the pipelines ready"):
            ready = plans(suites, update=update)
    except SuiteError as error:
        raise _unusable(error.problems) from None
    for remark in dict.fromkeys(each for plan in ready for each in plan.remarks()):
        output.note(shown(remark))
    told = github.unobeyed() if tells and github.running() else nullcontext()
    with told:
        for outcome in (each for plan in ready for each in plan.outcomes(only)):
            outcomes.append(outcome)
            if tells:
                telling.one(outcome)
            if stop and outcome.result == "failed":
                break
    if not outcomes:
        raise Failure(f"No case has {only!r} in its name, or in that of its file.")
    return outcomes


def _update(suites: Sequence[SuiteFile], only: str) -> None:
    """Write anew what fails, and say which files that were."""
    outcomes = _run(suites, only, stop=False, tells=False, update=True)
    for path in rewrite(each for each in outcomes if each.result == "failed"):
        output.note(f"Written: {output.from_here(str(path))}")


def _unusable(problems: Iterable[str]) -> Failure:
    first, *others = problems
    return Failure(first, remedy="\n".join(others))
