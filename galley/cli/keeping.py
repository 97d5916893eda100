"""`galley audit`, `backup`, `purge`, `resend`, `reload`."""

import json
import sys
from pathlib import PurePath
from typing import Annotated

import typer

from galley.cli import output, tables, words
from galley.cli.command import remote
from galley.cli.failure import Failure
from galley.cli.options import NO_REASON, DryRun, Limit, OptionalReason, OutputAs, Reason, Yes
from galley.cli.progress import working
from galley.cli.remote import Remote

app = typer.Typer(rich_markup_mode=None)

LONG = 600


@app.command()
@remote
def audit(
    remote: Remote,
    *,
    limit: Limit = 50,
    before: Annotated[int, typer.Option(help="Entries below this id.", min=0)] = 0,
    output_as: OutputAs = "table",
) -> None:
    """Who did what, newest first.

    \b
    Examples:
      galley audit
      galley audit --limit 500 -o json
    """
    found = remote.get("audit", {"limit": min(limit, 1000), "before": before})
    if output_as == "json":
        output.as_json(found)
        return
    titles = ("ID", "WHEN", "WHO", "FROM", "ACTION", "OUTCOME", "REASON", "DETAILS")
    rows = [
        (
            each["id"],
            words.when(each["time"]),
            each["actor"],
            each["origin"],
            each["action"],
            each["outcome"],
            each["reason"],
            " ".join(f"{name}={_plain(value)}" for name, value in each["details"].items()),
        )
        for each in found
    ]
    tables.show(titles, rows, empty="Nobody has changed anything by hand yet.")


@app.command()
@remote
def backup(
    remote: Remote,
    *,
    name: Annotated[str, typer.Argument(help="A plain file name.")],
    reason: OptionalReason = NO_REASON,
    output_as: OutputAs = "table",
) -> None:
    """Write a consistent copy of a channel's store, into `backups` in the service's data folder.

    \b
    Examples:
      galley backup before-upgrade.db
    """
    if PurePath(name).name != name:
        raise Failure(
            f"{name!r} is a path, and a backup has a plain name.",
            remedy="It is written into `backups` in the service's data folder.",
        )
    with working("Copying the store"):
        done = remote.post("backup", {"name": name, "reason": reason}, within=LONG)
    if output_as == "json":
        output.as_json(done)
        return
    size = f"{done['bytes']:,} bytes"
    output.line(f"Version {done['version']} is saved in {done['path']} ({size}).", mood="good")


@app.command()
@remote
def purge(
    remote: Remote,
    *,
    resource: Annotated[str, typer.Argument(help="group/Kind/namespace/name.", metavar="KEY")],
    reason: Reason,
    dry_run: DryRun = False,
    yes: Yes = False,
    output_as: OutputAs = "table",
) -> None:
    """Overwrite a resource in every version; those cannot be rolled back to any more.

    \b
    Examples:
      galley purge core/ConfigMap/prod/keys --reason "leaked key" --dry-run
      galley purge core/ConfigMap/prod/keys --reason "leaked key" --yes
    """
    if not (dry_run or yes):
        _confirm(resource)
    body = {"resource": resource, "reason": reason, "dry_run": dry_run}
    with working("Purging"):
        done = remote.post("purge", body, within=LONG)
    if output_as == "json":
        output.as_json(done)
        return
    concerned = words.plural(len(done["versions"]), "version")
    what = "would be purged from" if dry_run else "is purged from"
    output.line(f"{resource} {what} {concerned}: {_list(done['versions'])}.")


@app.command()
@remote
def resend(remote: Remote, *, output_as: OutputAs = "table") -> None:
    """Send the live version again, also to who refused it.

    \b
    Examples:
      galley resend
    """
    done = remote.post("resend", {})
    if output_as == "json":
        output.as_json(done)
    else:
        output.line(f"Sent again to {words.plural(done['sessions'], 'session')}.")


@app.command()
@remote
def reload(remote: Remote, *, output_as: OutputAs = "table") -> None:
    """Make the service read its settings file again; subscribers stay connected.

    \b
    Examples:
      galley reload
    """
    done = remote.call("POST", "/reload", body={}, within=LONG)
    if output_as == "json":
        output.as_json(done)
        return
    output.line("The settings are read again.")
    for warning in done["warnings"]:
        output.line(f"Warning: {warning}", mood="warn")


def _confirm(resource: str) -> None:
    if not sys.stdin.isatty():
        raise Failure("A purge cannot be undone.", remedy="Confirm it with --yes.")
    typer.confirm(f"Overwrite {words.clean(resource)} in every version for good?", abort=True)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _list(versions: list[int]) -> str:
    shown = ", ".join(map(str, versions[:20]))
    return shown + (" and more" if len(versions) > 20 else "") or "none"
