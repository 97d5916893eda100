"""`galley hold`, `resume`, `quarantine`, `pin`, `unpin`: what stays as it is."""

from typing import Annotated, Any

import typer

from galley.cli import output, tables, words
from galley.cli.changing import quarantined
from galley.cli.command import remote
from galley.cli.options import NO_REASON, DryRun, Lasting, OptionalReason, OutputAs, Reason
from galley.cli.remote import Remote

app = typer.Typer(rich_markup_mode=None)

Version = Annotated[int, typer.Argument(help="The version.", min=1)]


@app.command()
@remote
def hold(
    remote: Remote,
    *,
    reason: Reason,
    lasting: Lasting = 0.0,
    dry_run: DryRun = False,
    output_as: OutputAs = "table",
) -> None:
    """Stop publishing until somebody resumes; sources are still read and checked.

    \b
    Examples:
      galley hold --reason "freeze for the release"
      galley hold --for 2h --reason "investigating 5xx"
    """
    body = {"for": lasting, "reason": reason, "dry_run": dry_run}
    done = remote.post("holds", body)
    if output_as == "json":
        output.as_json(done)
        return
    until = f"It ends {words.when(done['expires'])}" if done["expires"] else "It does not end"
    would = "would be held" if dry_run else f"is held ({done['id']})"
    output.line(f"Channel {remote.channel} {would}. {until} by itself; `galley resume` lifts it.")


@app.command()
@remote
def resume(
    remote: Remote,
    *,
    identity: Annotated[
        str, typer.Argument(help="One hold; all of them if not given.", metavar="ID")
    ] = "",
    reason: OptionalReason = NO_REASON,
    dry_run: DryRun = False,
    output_as: OutputAs = "table",
) -> None:
    """Lift holds, so that the channel publishes by itself again.

    \b
    Examples:
      galley resume
      galley resume 7f3a --reason "release is out"
    """
    done = remote.delete("holds", {"id": identity, "reason": reason, "dry_run": dry_run})
    if output_as == "json":
        output.as_json(done)
        return
    rows = [(each["id"], each["author"], each["reason"]) for each in done["lifted"]]
    tables.show(("LIFTED", "BY", "REASON"), rows, empty="There was no hold.")


@app.command()
@remote
def quarantine(remote: Remote, *, output_as: OutputAs = "table") -> None:
    """Inputs that a rollback took back, and what lifts them.

    \b
    Examples:
      galley quarantine
      galley publish --override-quarantine --reason "it was not the routes"
    """
    found = remote.get("quarantine")
    if output_as == "json":
        output.as_json(found)
        return
    titles = ("ROLLBACK", "TO", "WHEN", "REASON", "WAITS", "SOURCE", "RESOURCE", "LIFTED")
    rows = [_row(each) for each in found]
    tables.show(titles, rows, empty="Nothing is in quarantine.")


@app.command()
@remote
def pin(
    remote: Remote,
    *,
    version: Version,
    reason: Reason,
    dry_run: DryRun = False,
    output_as: OutputAs = "table",
) -> None:
    """Keep a version beyond the retention.

    \b
    Examples:
      galley pin 41 --reason "last release"
    """
    body = {"reason": reason, "dry_run": dry_run}
    done = remote.post(f"pins/{version}", body, verb="PUT")
    _tell(done, "would be kept" if dry_run else "is kept", output_as)


@app.command()
@remote
def unpin(
    remote: Remote,
    *,
    version: Version,
    reason: OptionalReason = NO_REASON,
    dry_run: DryRun = False,
    output_as: OutputAs = "table",
) -> None:
    """Leave a version to the retention again.

    \b
    Examples:
      galley unpin 41
    """
    done = remote.delete(f"pins/{version}", {"reason": reason, "dry_run": dry_run})
    _tell(done, "would not be pinned any more" if dry_run else "is not pinned any more", output_as)


def _tell(done: dict[str, Any], what: str, output_as: str) -> None:
    if output_as == "json":
        output.as_json(done)
    else:
        output.line(f"Version {done['version']} {what}.")


def _row(each: dict[str, Any]) -> list[object]:
    head = [each["rollback"], each["target"], words.when(each["time"]), each["reason"]]
    return [*head, each["waiting"][: words.COMMIT], *quarantined(each)]
