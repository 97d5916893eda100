"""`galley rollback`, `galley publish`: what changes the live version, and who has it then."""

import sys
from typing import Annotated, Any

import typer

from galley.cli import output, tables, words
from galley.cli.command import end, remote
from galley.cli.failure import Exit, Failure
from galley.cli.history import show_diff
from galley.cli.options import DryRun, Expect, Lasting, OutputAs, Reason, Timeout, Wait
from galley.cli.progress import working
from galley.cli.remote import Remote

app = typer.Typer(rich_markup_mode=None)

OUTCOMES = {"timed-out": Exit.TIMED_OUT, "refused": Exit.REFUSED}

ROWS = 20
"""Quarantined inputs that are listed after a rollback."""


@app.command()
@remote
def rollback(  # noqa: PLR0913  # the options of the command
    remote: Remote,
    *,
    target: Annotated[
        str,
        typer.Argument(help="A version, previous, last-good, a time ago (2h), or sha:DIGEST."),
    ] = "previous",
    reason: Reason,
    collection: Annotated[str, typer.Option(help="Roll back only this collection.")] = "",
    namespace: Annotated[str, typer.Option("-n", "--namespace", help="Only this namespace.")] = "",
    resource: Annotated[str, typer.Option(help="Only this resource.", metavar="KEY")] = "",
    hold: Annotated[
        bool, typer.Option("--hold", help="Put a hold on the channel besides.")
    ] = False,
    lasting: Lasting = 0.0,
    strict: Annotated[bool, typer.Option("--strict", help="Let today's checks block it.")] = False,
    expect_version: Expect = None,
    dry_run: DryRun = False,
    wait: Wait = True,
    timeout: Timeout = 30.0,
    output_as: OutputAs = "table",
) -> None:
    """Publish the content of an earlier version, and keep it.

    What later versions brought goes into quarantine: it stays out until its source says something
    new. Nothing but the store is needed. Exit codes: 3 not everybody has it in time, 4 subscribers
    refused it, 5 somebody was faster.

    \b
    Examples:
      galley rollback --reason "checkout is broken"
      galley rollback 41 --reason "back to Monday" --dry-run
      galley rollback last-good --reason "5xx since noon" --hold --for 2h
      galley rollback 2h --namespace prod --reason "only prod"
    """
    if lasting and not hold:
        raise Failure("--for is the length of a hold; add --hold.")
    body = {
        "target": target,
        "reason": reason,
        "collection": collection,
        "namespace": namespace,
        "resource": resource,
        "hold": hold,
        "expires": lasting,
        "strict": strict,
        "expect_version": expect_version,
        "dry_run": dry_run,
        "wait": wait,
        "timeout": timeout,
    }
    with working(f"Rolling back to {target}"):
        done = remote.post("rollback", body, within=timeout + 120)
    _report(done, output_as)


@app.command()
@remote
def publish(  # noqa: PLR0913  # the options of the command
    remote: Remote,
    *,
    reason: Reason,
    candidate: Annotated[
        str, typer.Option(help="Confirm exactly this parked candidate.", metavar="ID")
    ] = "",
    override_quarantine: Annotated[
        bool, typer.Option("--override-quarantine", help="Publish what a rollback took back.")
    ] = False,
    resource: Annotated[
        list[str] | None,
        typer.Option(help="Lift the quarantine of this key only; repeatable.", metavar="KEY"),
    ] = None,
    expect_version: Expect = None,
    dry_run: DryRun = False,
    wait: Wait = True,
    timeout: Timeout = 30.0,
    output_as: OutputAs = "table",
) -> None:
    """Publish what is kept back: by a hold, parked, quarantined.

    \b
    Examples:
      galley publish --reason "this fix only"            what waits behind a hold
      galley publish --candidate 7f3a --reason "yes, delete them all"
      galley publish --override-quarantine --reason "it was not the routes" --dry-run
    """
    if candidate and override_quarantine:
        raise Failure("Give either --candidate ID or --override-quarantine.")
    body = {
        "candidate": candidate,
        "override_quarantine": override_quarantine,
        "resources": resource or [],
        "reason": reason,
        "expect_version": expect_version,
        "dry_run": dry_run,
        "wait": wait,
        "timeout": timeout,
    }
    with working("Publishing"):
        done = remote.post("publish", body, within=timeout + 120)
    _report(done, output_as)


def _report(done: dict[str, Any], output_as: str) -> None:
    delivery = done["delivery"]
    if output_as == "json":
        output.as_json(done)
    else:
        _tell(done)
        if delivery:
            tell_delivery(delivery)
    end(OUTCOMES.get(delivery["outcome"], Exit.DONE) if delivery else Exit.DONE)


def _tell(done: dict[str, Any]) -> None:
    digest = words.short(done["digest"])
    content = f"the content of version {done['restores']}" if done["restores"] else "new content"
    if done["dry_run"]:
        show_diff(done["diff"])
        output.line(f"Would publish {content}, digest {digest}; nothing was done.")
        output.line(f"It concerns {words.plural(len(done['affected']), 'subscriber')}.")
    else:
        output.line(
            f"Version {done['version']} is live: {content}, digest {digest} "
            f"({words.counts(done['diff']['counts'])}).",
            mood="good",
        )
    for warning in done["warnings"]:
        output.line(f"Warning: {warning}", mood="warn")
    for found in done["diagnostics"]:
        output.line("  " + words.diagnostic(found))
    _tell_quarantine(done)
    for hold in done["holds"]:
        until = f"; the hold ends {words.when(hold['expires'])}" if hold["expires"] else ""
        output.line(f"Held: {hold['reason']} ({hold['id']}){until}.")


def _tell_quarantine(done: dict[str, Any]) -> None:
    word = "would be quarantined" if done["dry_run"] else "in quarantine"
    if done["quarantined"] and done["restores"]:
        output.line(f"{words.plural(done['quarantined_total'], 'input')} {word}:")
        shown = done["quarantined"][:ROWS]
        tables.show(("SOURCE", "RESOURCE", "LIFTED"), list(map(quarantined, shown)))
        if left := done["quarantined_total"] - len(shown):
            output.line(f"... and {left} more: galley quarantine")
    if done["lifted"]:
        output.line(f"The quarantine of {words.plural(len(done['lifted']), 'input')} is lifted.")


def quarantined(each: dict[str, Any]) -> list[object]:
    """Source, resource and what lifts it."""
    subject = words.name(each["resource"]) or "the environment"
    absent = "" if each["digest"] else " (absence)"
    return [each["source"], subject + absent, each["lifts"]]


def tell_delivery(delivery: dict[str, Any]) -> None:
    """Who has it; who has not, and why."""
    if delivery["outcome"] == "not-waited":
        return
    if delivery["outcome"] == "no-subscribers":
        output.line("No subscribers are connected.")
        return
    complete = delivery["outcome"] == "acked"
    output.line(
        f"{delivery['had']} of {delivery['connected']} subscribers have it.",
        mood="good" if complete else "bad",
    )
    missing = [(each["subscriber"], each["state"], each["reason"]) for each in delivery["missing"]]
    if missing:
        tables.show(("NOT YET", "STATE", "REASON"), missing)
    sys.stdout.flush()
