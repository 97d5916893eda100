"""Where findings are told: to people, in a format of another tool, in files, as annotations.

`galley validate` and `galley plan` share it, so that both fit into a pull request alike.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from galley.cli.failure import Failure
from galley.cli.reports import github

Files = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        help="Write it to a file besides; repeatable: `--report sarif=galley.sarif`.",
        metavar="FORMAT=FILE",
    ),
]
Annotations = Annotated[
    bool,
    typer.Option(
        "--annotations/--no-annotations",
        help="In GitHub Actions, annotate the changed lines besides.",
    ),
]


@dataclass(frozen=True, slots=True)
class Telling:
    """Every way to tell one result."""

    people: Callable[[], None]
    """Prints it."""
    formats: Mapping[str, Callable[[], str]]
    """What renders it, by the name of the format."""


def files_of(given: Sequence[str] | None, known: Collection[str]) -> list[tuple[str, Path]]:
    """Format and file of each `--report`; ask before the work begins.

    Raises:
        Failure: it is not FORMAT=FILE, or there is no such format.
    """
    found = []
    for text in given or ():
        form, _, file = text.partition("=")
        if not file or form not in known:
            raise Failure(
                f"{text!r} is not FORMAT=FILE.", remedy=f"Formats are {', '.join(sorted(known))}."
            )
        found.append((form, Path(file)))
    return found


def tell(
    telling: Telling, form: str, files: Sequence[tuple[str, Path]], *, annotations: bool
) -> None:
    """Print a result in one form, write it to files, and annotate where that is possible.

    Annotations follow what people read; beside a format for programs they go to standard error,
    where the runner sees them too.

    Raises:
        Failure: a file cannot be written.
    """
    for name, path in files:
        _write(path, telling.formats[name]())
    annotating = annotations and github.running() and form != "github"
    render = telling.formats.get(form)
    if render:
        typer.echo(render())
    elif annotating:
        with github.unobeyed():
            telling.people()
    else:
        telling.people()
    notes = telling.formats["github"]() if annotating else ""
    if notes:
        typer.echo(notes, err=render is not None)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Failure(f"The file {str(path)!r} cannot be written: {error.strerror}.") from None
