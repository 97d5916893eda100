"""Annotations of a GitHub Actions workflow: commands on standard output that the runner obeys.

What people wrote must not become a command: each field is escaped, and text for people can be
printed between two marks that only we know.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from galley.cli.reports.report import Found, Report

LEVELS = {"error": "error", "warning": "warning", "info": "notice"}
DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = {**DATA, ord(":"): "%3A", ord(","): "%2C"}


def running() -> bool:
    """Whether a GitHub Actions runner reads what we print."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def render(report: Report) -> str:
    """A command for the verdict, and for each finding that was not there before, errors first.

    The runner shows the first ten of each level in a step.
    """
    whole = [f"::error title={report.command}::{report.verdict.translate(DATA)}"]
    return "\n".join((*(whole if report.verdict else ()), *map(_command, report.new)))


@contextmanager
def unobeyed() -> Iterator[None]:
    """The runner obeys nothing of what is printed to standard output inside the block."""
    mark = secrets.token_hex(16)
    typer.echo(f"::stop-commands::{mark}")
    try:
        yield
    finally:
        typer.echo(f"::{mark}::")


def _command(found: Found) -> str:
    properties = {
        "file": found["file"],
        "line": found["line"],
        "col": found["column"],
        "title": " ".join(part for part in (found["code"], found["resource"]) if part),
    }
    told = ",".join(
        f"{name}={str(value).translate(PROPERTY)}" for name, value in properties.items() if value
    )
    return f"::{LEVELS[found['level']]} {told}::{found['message'].translate(DATA)}"
