"""What goes to standard output: JSON and YAML for programs, lines and tables for people."""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Literal

import typer

from galley.cli import words

Output = Literal["table", "json"]
MOODS = {
    "good": "green",
    "bad": "red",
    "warn": "yellow",
    "dim": "bright_black",
}


def coloured(stream: IO[str]) -> bool:
    """Whether a stream is a terminal whose owner wants colours."""
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def as_json(value: Any) -> None:
    """A result, exactly as the documented model has it."""
    typer.echo(json_text(value))


def json_text(value: Any) -> str:
    """A result as JSON for people who look at it as well."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def as_json_line(value: Any) -> None:
    """A result on one line, at once, for those who follow."""
    typer.echo(json.dumps(value, ensure_ascii=False))
    sys.stdout.flush()


def line(text: str = "", *, mood: str = "") -> None:
    """A line for people, made safe for a terminal."""
    safe = words.clean(text)
    typer.echo(styled(safe, mood) if mood else safe)


def from_here(file: str) -> str:
    """A path as one would write it here."""
    path = Path(file)
    with suppress(ValueError):
        return str(path.relative_to(Path.cwd())) if file else ""
    return file


def findings(found: Iterable[Mapping[str, Any]]) -> None:
    """Findings line by line, as compilers write them."""
    for each in found:
        text, level = words.diagnostic(each), each["level"]
        mood = {"error": "bad", "warning": "warn"}.get(level, "dim")
        head, mark, rest = text.partition(f": {level} ")
        typer.echo(f"{head}: {styled(level, mood)} {rest}" if mark else text)


def hint(found: Sequence[Mapping[str, Any]]) -> None:
    """Where people learn more about findings."""
    if found and coloured(sys.stdout):
        note(f"`galley explain {found[0]['code']}` says more.")


def note(text: str) -> None:
    """A remark beside the output: on standard error."""
    typer.echo(words.clean(text), err=True)


def styled(text: str, mood: str) -> str:
    """Text in the colour of a mood, where colours are wanted."""
    return typer.style(text, fg=MOODS[mood]) if coloured(sys.stdout) else text
