"""`galley status`, `sources`, `diagnostics`: how things are."""

import sys
import time
from typing import Annotated, Any, Literal

import typer

from galley.cli import output, tables, words
from galley.cli.command import end, remote
from galley.cli.failure import Exit
from galley.cli.options import Limit, OutputAs
from galley.cli.remote import Remote

app = typer.Typer(rich_markup_mode=None)

CHANNELS = (
    *("CHANNEL", "STATE", "VERSION", "DIGEST", "PUBLISHED", "RESOURCES"),
    *("PENDING", "BLOCKED", "ERRORS", "WARNINGS", "SUBSCRIBERS", "PROBLEM"),
)
SOURCES = (
    *("SOURCE", "TYPE", "STATE", "READ", "REVISION", "ACCEPTED", "FILES", "RESOURCES"),
    *("PENDING", "BLOCKED", "QUARANTINED", "FORGE", "PROBLEM"),
)


@app.command()
@remote
def status(remote: Remote, *, output_as: OutputAs = "table") -> None:
    """The service and its channels at a glance; exit code 1 if one is not ready.

    \b
    Examples:
      galley status
      galley status -o json
    """
    found = remote.call("GET", "/status")
    channels = found["channels"]
    if output_as == "json":
        output.as_json(found)
    else:
        output.line(f"Galley {found['galley']}, up {words.age(found['started'])}.")
        tables.show(CHANNELS, [_channel(each) for each in channels])
        for each in channels:
            _holds(each)
    ready = all(each["ready"] for each in channels)
    end(Exit.DONE if ready else Exit.NEGATIVE)


@app.command()
@remote
def sources(remote: Remote, *, output_as: OutputAs = "table") -> None:
    """What is read, and how fresh it is: pending beside effective; sources of schemas as well.

    \b
    Examples:
      galley sources
      galley sources -o json
    """
    found = remote.get("sources")
    if output_as == "json":
        output.as_json(found)
        return
    rows = [_source(each) for each in found]
    tables.show(SOURCES, rows, empty=f"Channel {remote.channel} has no sources.")
    for each in found:
        _arrived(each)


@app.command()
@remote
def diagnostics(
    remote: Remote,
    *,
    level: Annotated[
        Literal["error", "warning", "info"], typer.Option(help="The least serious to show.")
    ] = "info",
    code: Annotated[str, typer.Option(help="Only this code.")] = "",
    source: Annotated[str, typer.Option(help="Only this source.")] = "",
    resource: Annotated[str, typer.Option(help="Only this key.", metavar="KEY")] = "",
    limit: Limit = 1000,
    output_as: OutputAs = "table",
) -> None:
    """What is wrong, and where; exit code 1 if an error is among it.

    \b
    Examples:
      galley diagnostics
      galley diagnostics --level error
      galley diagnostics --code GAL0601 -o json
    """
    asked = {"level": level, "code": code, "source": source, "resource": resource}
    found = remote.get("diagnostics", {**asked, "limit": limit})
    if output_as == "json":
        output.as_json(found)
    elif found:
        show_diagnostics(found)
    else:
        output.note("Nothing is wrong.")
    worst = any(each["level"] == "error" for each in found)
    end(Exit.NEGATIVE if worst else Exit.DONE)


def show_diagnostics(found: list[dict[str, Any]]) -> None:
    """Findings as a table."""
    titles = ("LEVEL", "CODE", "STATE", "WHERE", "RESOURCE", "MESSAGE")
    tables.show(titles, [_diagnostic(each) for each in found])
    if output.coloured(sys.stdout):
        output.note("`galley explain CODE` tells what a code means and what to do.")


def _diagnostic(each: dict[str, Any]) -> list[object]:
    where, resource = words.place(each), words.name(each["resource"])
    return [each["level"], each["code"], each["state"], where, resource, each["message"]]


def _channel(each: dict[str, Any]) -> list[object]:
    return [
        each["channel"],
        each["state"],
        each["version"] or "-",
        words.short(each["digest"]),
        words.when(each["published"]),
        each["resources"],
        each["pending"],
        each["blocked"],
        each["errors"],
        each["warnings"],
        f"{each['synced']}/{each['subscribers']}",
        each["problem"],
    ]


def _holds(channel: dict[str, Any]) -> None:
    for hold in channel["holds"]:
        until = f", ends {words.when(hold['expires'])}" if hold["expires"] else ""
        output.line(
            f"Channel {channel['channel']} is held by {hold['author']}: {hold['reason']} "
            f"({hold['id']}, since {words.when(hold['time'])}{until}).",
            mood="warn",
        )
    for candidate in channel["parked"]:
        output.line(
            f"Channel {channel['channel']}: candidate {candidate} is parked; "
            f"`galley publish --candidate {candidate} --reason TEXT` confirms it.",
            mood="warn",
        )


def _source(each: dict[str, Any]) -> list[object]:
    problem = words.diagnostic(each["problem"]) if each["problem"] else ""
    return [
        each["name"],
        each["type"] if each["gives"] == "resources" else f"{each['type']}, {each['gives']}",
        each["state"],
        words.when(time.time() - each["age"]) if each["age"] else "-",
        each["revision"][:12],
        each["accepted_revision"][:12],
        each["locators"],
        each["resources"],
        each["pending"],
        each["blocked"],
        each["quarantined"],
        _forge(each["commit_status"]),
        problem,
    ]


def _forge(found: dict[str, Any] | None) -> str:
    """Whether commit status gets to the source's forge."""
    if found is None:
        return "-"
    waiting = f"{found['waiting']} waiting" if found["waiting"] else "told"
    return f"{waiting}: {found['problem']}" if found["problem"] else waiting


def _arrived(source: dict[str, Any]) -> None:
    """What has come and is not live, and whether it waits for a quarantine."""
    if source["arrived"]:
        shown = words.commits(source["arrived"], source["arrived_total"])
        output.line(f"Not live of {source['name']}: {shown}.", mood="warn")
    if source["waits"]:
        output.line(words.diagnostic(source["waits"]), mood="warn")
