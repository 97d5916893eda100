"""`galley plan`: what would the server do with these files."""

from pathlib import Path
from typing import Annotated, Any

import typer

from galley.cli import output, words
from galley.cli.command import end, remote
from galley.cli.failure import Exit, Failure
from galley.cli.history import show_diff
from galley.cli.options import OutputAs
from galley.cli.progress import working
from galley.cli.remote import Remote
from galley.cli.status import show_diagnostics

app = typer.Typer(rich_markup_mode=None)

SUFFIXES = frozenset({".yaml", ".yml", ".json"})


@app.command()
@remote
def plan(
    remote: Remote,
    *,
    path: Annotated[Path, typer.Argument(help="A folder or file of manifests.")],
    source: Annotated[
        str, typer.Option(help="The source that they stand for, if there are several.")
    ] = "",
    stat: Annotated[bool, typer.Option("--stat", help="Only which resources.")] = False,
    output_as: OutputAs = "table",
) -> None:
    """Ask the server what these files would change; exit code 1 if it would not publish them.

    The server evaluates them on a fork of the channel, in place of one of its sources.

    \b
    Examples:
      galley plan ./config
      galley plan ./config --source team-repo --stat
    """
    files = _files(path)
    with working(f"Evaluating {words.plural(len(files), 'file')}"):
        found = remote.post("plan", {"files": files, "source": source}, within=180)
    if output_as == "json":
        output.as_json(found)
    else:
        _tell(found, stat=stat)
    end(Exit.DONE if found["publishable"] else Exit.NEGATIVE)


def _tell(found: dict[str, Any], *, stat: bool) -> None:
    if found["diff"]["resources"]:
        show_diff(found["diff"], stat=stat)
    elif found["publishable"]:
        output.line("Nothing would change.")
    if found["diagnostics"]:
        show_diagnostics(found["diagnostics"])
    digest, base = words.short(found["digest"]), found["base"]
    if found["publishable"]:
        output.line(f"Would publish digest {digest} on version {base}.", mood="good")
    else:
        output.line(f"Would not be published on version {base}.", mood="bad")


def _files(path: Path) -> list[dict[str, str]]:
    """Name within the folder, and text, of every manifest."""
    if path.is_file():
        found = [(path.name, path)]
    elif path.is_dir():
        found = [
            (str(each.relative_to(path)), each)
            for each in sorted(path.rglob("*"))
            if _is(each, path)
        ]
    else:
        raise Failure(f"There is no folder or file {str(path)!r}.")
    if not found:
        raise Failure(f"There are no manifests in {str(path)!r}.")
    return [{"name": name, "text": _text(each)} for name, each in found]


def _is(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return path.suffix in SUFFIXES and not hidden and path.is_file()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"The file {str(path)!r} cannot be read: {error}.") from None
