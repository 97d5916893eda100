"""`galley history`, `galley diff`: versions, and what changed between them."""

from typing import Annotated, Any

import typer

from galley.cli import affected, output, refused, tables, words
from galley.cli.command import end, remote
from galley.cli.failure import Exit, Failure
from galley.cli.options import Limit, OutputAs
from galley.cli.remote import Remote

app = typer.Typer(rich_markup_mode=None)

VERSIONS = ("VERSION", "DIGEST", "KIND", "CHANGES", "RESOURCES", "HAD", "BY", "WHEN", "WHY")
CANDIDATES = ("CANDIDATE", "STATE", "BASE", "CHANGES", "SEEN", "LAST", "DIAGNOSTIC")
MARKS = {"added": ("+", "good"), "changed": ("~", "warn"), "deleted": ("-", "bad")}

FILES = 3
"""Files that are named as the cause of a version."""
PAGE = 1000
"""Versions that the server gives at once."""


@app.command()
@remote
def history(
    remote: Remote,
    *,
    limit: Limit = 20,
    before: Annotated[int, typer.Option(help="Versions below this number.", min=0)] = 0,
    candidates: Annotated[
        bool, typer.Option(help="Show also what was refused or is parked.")
    ] = True,
    version: Annotated[
        int, typer.Option(help="Only this version, and which subscribers refused it.", min=0)
    ] = 0,
    output_as: OutputAs = "table",
) -> None:
    """Versions, newest first, and candidates that did not become one.

    \b
    Examples:
      galley history
      galley history --limit 100 --no-candidates
      galley history --version 41           and who refused it, why, and where that comes from
      galley history -o json
    """
    if version:
        _one(remote, version, output_as)
        return
    asked = {"limit": min(limit, PAGE), "before": before, "candidates": candidates}
    found = remote.get("history", asked)
    page = found["versions"]
    while len(page) == PAGE and len(found["versions"]) < limit:
        left = min(PAGE, limit - len(found["versions"]))
        more = {"limit": left, "before": page[-1]["version"], "candidates": False}
        page = remote.get("history", more)["versions"]
        found["versions"] += page
    if output_as == "json":
        output.as_json(found)
        return
    rows = [_version(each) for each in found["versions"]]
    tables.show(VERSIONS, rows, empty=f"Channel {remote.channel} has published nothing yet.")
    if found["candidates"]:
        output.line()
        tables.show(CANDIDATES, [_candidate(each) for each in found["candidates"]])


def _one(remote: Remote, version: int, output_as: str) -> None:
    """One version with all that is kept of it."""
    asked = {"limit": 1, "before": version + 1, "candidates": False, "refusals": True}
    found = remote.get("history", asked)
    if [each["version"] for each in found["versions"]] != [version]:
        raise Failure(
            f"Version {version} is not in the history, or not any more.",
            remedy="`galley history` lists what is.",
            code="not-found",
        )
    if output_as == "json":
        output.as_json(found)
        return
    (shown,) = found["versions"]
    tables.show(VERSIONS, [_version(shown)])
    for line in refused.lines(shown["refusals"]):
        output.line(line, mood="warn")
    if more := shown["refusers"] - len(shown["refusals"]):
        output.line(f"{words.plural(more, 'subscriber')} more refused it.", mood="warn")


@app.command()
@remote
def diff(
    remote: Remote,
    *,
    old: Annotated[int, typer.Argument(help="A version; 0: the one before.", min=0)] = 0,
    new: Annotated[str, typer.Argument(help="A version, or `pending`; 0: the live one.")] = "0",
    stat: Annotated[bool, typer.Option("--stat", help="Only which resources.")] = False,
    pending: Annotated[
        bool, typer.Option("--pending", help="Live against what the sources say now.")
    ] = False,
    limit: Limit = 1000,
    output_as: OutputAs = "table",
) -> None:
    """What changed between two versions; exit code 1 if anything did.

    \b
    Examples:
      galley diff                 what the live version changed
      galley diff 41              from version 41 to the live one
      galley diff 41 43 --stat    only which resources
      galley diff --pending       what is not published yet
    """
    asked = "pending" if pending else new
    if asked != "pending" and not asked.isdecimal():
        raise Failure(f"{asked!r} is not a version.", remedy="Give a number, or `pending`.")
    found = remote.get("diff", {"old": old, "new": asked, "limit": limit})
    if output_as == "json":
        output.as_json(found)
    else:
        show_diff(found, stat=stat)
    end(Exit.NEGATIVE if found["resources"] else Exit.DONE)


def show_diff(found: dict[str, Any], *, stat: bool = False) -> None:
    """A difference for people: a line for each resource, then its fields."""
    old, new = found["old"], found["new"]
    output.line(f"--- version {old}" if old else "--- nothing", mood="bad")
    output.line(f"+++ version {new}" if new else "+++ not published", mood="good")
    for each in found["revisions"]:
        output.line(f"    {each['source']}@{words.commit(each)}", mood="dim")
    if left := found["revisions_total"] - len(found["revisions"]):
        output.line(f"    and {words.plural(left, 'revision')} more", mood="dim")
    for change in found["resources"]:
        mark, mood = MARKS[change["change"]]
        place = words.place({**change, "source": ""})
        suffix = f"  ({place})" if place != "-" else ""
        output.line(f"{mark} {words.name(change['resource'])}{suffix}", mood=mood)
        for field in () if stat else change["fields"]:
            field_change(field)
    output.line(_sum(found))
    lines = list(affected.lines(found.get("affects") or {}))
    if lines:
        output.line("Affects")
    for sort, which in lines:
        output.line(f"    {sort}: {which}", mood="dim")


def field_change(field: dict[str, Any], indent: str = "    ") -> None:
    """A field that differs: its name, what it was, what it is."""
    output.line(f"{indent}{field['field']}", mood="dim")
    if field["op"] != "add":
        output.line(f"{indent}  - {words.value(field['old'])}", mood="bad")
    if field["op"] != "remove":
        output.line(f"{indent}  + {words.value(field['new'])}", mood="good")


def _sum(found: dict[str, Any]) -> str:
    counts = found["counts"]
    text = ", ".join(f"{counts[key]} {key}" for key in ("added", "changed", "deleted"))
    more = f" The first {len(found['resources'])} are shown." if found["truncated"] else ""
    return f"{text}.{more}"


def _version(each: dict[str, Any]) -> list[object]:
    kind = f"rollback to {each['restores']}" if each["restores"] else each["kind"]
    had = f"{each['had']}/{each['connected']}" if each["connected"] else ""
    if each["refusers"]:
        had = f"{had}, {each['refusers']} refused".removeprefix(", ")
    return [
        each["version"],
        words.short(each["digest"]),
        kind,
        words.counts(each["counts"]),
        each["counts"]["resources"],
        had,
        each["author"],
        words.when(each["time"]),
        _why(each),
    ]


def _why(each: dict[str, Any]) -> str:
    marks = []
    if not each["ended"]:
        marks.append("live")
    if each["rolled_back_by"]:
        marks.append(f"rolled back by {each['rolled_back_by']}")
    if each["pinned"]:
        marks.append("pinned")
    if not each["restorable"]:
        marks.append("purged")
    head = f"[{', '.join(marks)}] " if marks else ""
    return head + (each["reason"] or cause(each["cause"]))


def cause(of: dict[str, Any]) -> str:
    """Which sources changed: `team-repo@a1b2c3d Fix routes (Ann)`, `files: a.yaml, b.yaml`."""
    return "; ".join(map(_source_cause, of["sources"]))


def _source_cause(of: dict[str, Any]) -> str:
    newest = of["revisions"][:1]
    if newest and newest[0]["subject"]:
        return f"{of['source']}@{words.commits(newest, of['revisions_total'])}"
    revision = f"@{words.revision(of['revision'])}" if of["revision"] else ""
    detail = of["cause"] or _files(of["locators"])
    return f"{of['source']}{revision}" + (f": {detail}" if detail else "")


def _files(names: list[str]) -> str:
    more = f" and {len(names) - FILES} more" if len(names) > FILES else ""
    return ", ".join(names[:FILES]) + more


def _candidate(each: dict[str, Any]) -> list[object]:
    found = each["diagnostics"]
    first = words.diagnostic(found[0]) if found else ""
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return [
        each["id"],
        each["state"],
        each["base"],
        words.counts(each["counts"]),
        each["seen"],
        words.when(each["last"]),
        first + more,
    ]
