"""What goes to standard output: JSON and YAML for programs, lines and tables for people."""

import json
import os
import sys
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


def note(text: str) -> None:
    """A remark beside the output: on standard error."""
    typer.echo(words.clean(text), err=True)


def styled(text: str, mood: str) -> str:
    """Text in the colour of a mood, where colours are wanted."""
    return typer.style(text, fg=MOODS[mood]) if coloured(sys.stdout) else text
