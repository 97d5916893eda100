"""`galley test`: unit tests of policies, transforms and pipelines."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from galley.cli import cases, output, words
from galley.cli.command import end, local
from galley.cli.failure import Exit, Failure
from galley.cli.reports import junit

app = typer.Typer(rich_markup_mode=None)

Form = Literal["text", "json", "junit"]
PATTERN = "*.test.yaml"


@app.command()
@local
def test(
    *,
    path: Annotated[Path, typer.Argument(help=f"A folder with {PATTERN}, or one such file.")],
    output_as: Annotated[
        Form, typer.Option("-o", "--output", help="How to print it.", show_default=False)
    ] = "text",  # noqa: PT028  # a command, not a test function
) -> None:
    """Run the unit tests of policies and transforms; exit code 1 if one fails.

    A test file says what the cases run under, what they are given and what must come of it:

    \b
      policies: [../policies/routing.yaml]
      tests:
        - name: a route needs a timeout
          given: [no-timeout.yaml]
          expect:
            diagnostics: [{code: GAL0501, resource: VirtualService/prod/reviews}]

    \b
    Examples:
      galley test ./policies
      galley test ./policies -o junit > report.xml
    """
    files = sorted(path.rglob(PATTERN)) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise Failure(f"There are no tests in {str(path)!r}.", remedy=f"Write {PATTERN} there.")
    results = [
        (str(file), name, failures)
        for file in files
        for name, failures in cases.run(file, cases.load(file))
    ]
    _print(results, output_as)
    end(Exit.NEGATIVE if any(failures for _, _, failures in results) else Exit.DONE)


def _print(results: list[tuple[str, str, list[str]]], form: str) -> None:
    if form == "junit":
        named = [junit.Case(f"{file}: {name}", failures, file) for file, name, failures in results]
        typer.echo(junit.suite("galley test", named))
    elif form == "json":
        fields = ("file", "name", "failures")
        output.as_json([dict(zip(fields, each, strict=True)) for each in results])
    else:
        _tell(results)


def _tell(results: list[tuple[str, str, list[str]]]) -> None:
    for file, name, failures in results:
        mark = output.styled("failed", "bad") if failures else output.styled("ok    ", "good")
        typer.echo(f"{mark}  {words.clean(file)}: {words.clean(name)}")
        for failure in failures:
            output.line(f"          {failure}")
    failed = sum(bool(failures) for _, _, failures in results)
    mood = "bad" if failed else "good"
    output.line(f"{words.plural(len(results), 'test')}, {failed} failed.", mood=mood)
