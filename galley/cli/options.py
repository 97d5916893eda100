"""Options that several commands share, so that they are spelt and explained once."""

from typing import Annotated

import typer

from galley.cli.output import Output
from sources.duration import parse_duration


def seconds(given: str | float) -> float:
    """The value of an option that is a duration; a default is a number already."""
    if isinstance(given, float):
        return given
    try:
        return parse_duration(given)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def said(text: str) -> str:
    """The value of an option that must not be left blank."""
    if not text.strip():
        raise typer.BadParameter("a few words are needed")
    return text


OutputAs = Annotated[
    Output, typer.Option("-o", "--output", help="How to print it.", show_default=False)
]
Reason = Annotated[
    str,
    typer.Option(
        "--reason",
        help="Why; kept in the history and the audit.",
        metavar="TEXT",
        callback=said,
    ),
]
OptionalReason = Annotated[
    str, typer.Option("--reason", help="Why.", metavar="TEXT", show_default=False)
]
NO_REASON = "no reason given"
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
Expect = Annotated[
    int | None,
    typer.Option(
        "--expect-version", help="Only if this version is live; else exit 5.", metavar="VERSION"
    ),
]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until the subscribers have it.")]
Timeout = Annotated[
    float,
    typer.Option(
        "--timeout",
        help="How long to wait.",
        parser=seconds,
        metavar="DURATION",
        show_default="30s",
    ),
]
Lasting = Annotated[
    float,
    typer.Option(
        "--for",
        help="How long; without end if not given.",
        parser=seconds,
        metavar="DURATION",
        show_default=False,
    ),
]
Limit = Annotated[int, typer.Option("--limit", help="How many at most.", min=1, max=10_000)]
Namespace = Annotated[str, typer.Option("-n", "--namespace", help="Only this namespace.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
