"""`galley wait`: block until it is so."""

import time
from typing import Annotated, Any, Literal

import typer

from galley.cli import output, words
from galley.cli.changing import tell_delivery
from galley.cli.command import end, remote
from galley.cli.failure import Exit, Failure
from galley.cli.options import OutputAs, seconds
from galley.cli.progress import working
from galley.cli.remote import Remote

app = typer.Typer(rich_markup_mode=None)

TURN = 30.0
"""Seconds that one request waits."""
OUTCOMES = {"timed-out": Exit.TIMED_OUT, "refused": Exit.REFUSED}


@app.command()
@remote
def wait(  # noqa: PLR0913  # the options of the command
    remote: Remote,
    *,
    version: Annotated[int, typer.Option(help="This version.", min=0)] = 0,
    revision: Annotated[str, typer.Option(help="This revision of a source.", metavar="SHA")] = "",
    source: Annotated[str, typer.Option(help="The source that the revision is of.")] = "",
    until: Annotated[
        Literal["live", "acked"], typer.Option("--for", help="Published, or had by subscribers.")
    ] = "live",
    quorum: Annotated[
        float, typer.Option(help="Share of the subscribers that is enough.", min=0.01, max=1)
    ] = 1.0,
    timeout: Annotated[
        float,
        typer.Option(
            help="How long to wait.", parser=seconds, metavar="DURATION", show_default="5m"
        ),
    ] = 300.0,
    output_as: OutputAs = "table",
) -> None:
    """Block until a version or revision is live or acknowledged.

    Exit codes: 1 it is blocked or was taken back, 3 not in time, 4 refused by subscribers.

    \b
    Examples:
      galley wait --version 42 --for acked
      galley wait --revision $(git rev-parse HEAD) --for live --timeout 5m
    """
    if bool(version) == bool(revision):
        raise Failure("Give either --version or --revision.")
    asked = {"version": version, "revision": revision, "source": source, "for": until}
    subject = f"version {version}" if version else f"revision {revision[:12]}"
    with working(f"Waiting for {subject} to be {until}"):
        found = _await(remote, {**asked, "quorum": quorum}, timeout)
    if output_as == "json":
        output.as_json(found)
    else:
        _tell(subject, found)
    end(Exit.DONE if found["done"] else OUTCOMES.get(found["outcome"], Exit.NEGATIVE))


def _await(remote: Remote, asked: dict[str, Any], timeout: float) -> dict[str, Any]:
    """Ask in turns, so that no proxy finds a request too long."""
    deadline = time.monotonic() + timeout
    while True:
        turn = max(0.0, min(TURN, deadline - time.monotonic()))
        found: dict[str, Any] = remote.get("wait", {**asked, "timeout": turn}, within=turn)
        if found["outcome"] != "timed-out" or time.monotonic() >= deadline:
            return found


def _tell(subject: str, found: dict[str, Any]) -> None:
    number = found["version"]
    known = f" as version {number}" if found["revision"] else ""
    sentences = {
        "live": f"{subject} is live{known}.",
        "acked": f"{subject} is live{known}, and its subscribers have it.",
        "superseded": f"{subject} was live{known}, and is not any more.",
        "rolled-back": f"{subject} was live{known}, and was taken back by version "
        f"{found['rolled_back_by']}.",
        "blocked": f"{subject} is blocked.",
        "refused": f"{subject} was refused by subscribers.",
        "timed-out": f"{subject} did not come in time; version {number} is live.",
    }
    text = sentences[found["outcome"]]
    output.line(text[0].upper() + text[1:], mood="good" if found["done"] else "bad")
    for each in found["diagnostics"]:
        output.line("  " + words.diagnostic(each))
    if found["delivery"]:
        tell_delivery(found["delivery"])
