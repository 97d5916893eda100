"""`galley get`: resources that are live, or were."""

import sys
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import typer

from galley.cli import output, tables, words
from galley.cli.command import end, remote
from galley.cli.failure import Exit, Failure
from galley.cli.options import Namespace
from galley.cli.remote import Remote

app = typer.Typer(rich_markup_mode=None)

Form = Literal["table", "wide", "json", "yaml", "name"]
TURN = 60
"""Seconds that one request of a watch waits."""


@app.command()
@remote
def get(  # noqa: PLR0913  # the options of the command
    remote: Remote,
    *,
    collection: Annotated[str, typer.Argument(help="Kind, group/Kind or an alias.")] = "",
    name: Annotated[str, typer.Argument(help="Name of one resource.")] = "",
    namespace: Namespace = "",
    every: Annotated[
        bool, typer.Option("-A", "--all-namespaces", help="All namespaces; so it is without -n.")
    ] = False,
    selector: Annotated[
        str, typer.Option("-l", "--selector", help="Labels: app=web,tier!=cache.")
    ] = "",
    version: Annotated[int, typer.Option(help="Of this version; 0 is the live one.", min=0)] = 0,
    stage: Annotated[
        str, typer.Option(help="As this stage of the pipeline left it; `galley trace` names them.")
    ] = "",
    output_as: Annotated[
        Form, typer.Option("-o", "--output", help="How to print it.", show_default=False)
    ] = "table",
    watch: Annotated[bool, typer.Option("-w", "--watch", help="Go on with every change.")] = False,
) -> None:
    """Resources that are live, or were.

    \b
    Examples:
      galley get                                  everything that is live
      galley get VirtualService -n prod           one kind in one namespace
      galley get vs reviews -n prod -o yaml       one resource, as a manifest
      galley get Gateway --version 41 -o wide     as of version 41
      galley get -l app=web -w                    and every change from now on
      galley get vs -n prod --stage schema -o yaml    before transforms have changed it
    """
    if namespace and every:
        raise Failure("-n and -A exclude each other.")
    if watch and version:
        raise Failure("An old version does not change; leave --watch or --version out.")
    if stage and version:
        raise Failure("What stages left is known of the live version alone; leave one out.")
    query = {
        "collection": collection,
        "name": name,
        "namespace": namespace,
        "selector": selector,
        "version": version,
        "stage": stage,
        "manifests": output_as in {"json", "yaml"},
    }
    found = _all(remote, query)
    if not found["resources"] and not watch:
        _nothing(found, query, output_as)
    _show(found, output_as)
    if watch:
        _watch(remote, query, found, output_as)


def _all(remote: Remote, query: dict[str, Any]) -> dict[str, Any]:
    """Every page, as one answer; all of the same version."""
    found: dict[str, Any] = remote.get("resources", {**query, "limit": 1000})
    page = found
    while page["next"]:
        asked = {**query, "version": found["version"], "next": page["next"], "limit": 1000}
        page = remote.get("resources", asked)
        found["resources"] += page["resources"]
    found["next"] = ""
    return found


def _nothing(found: dict[str, Any], query: dict[str, Any], form: str) -> None:
    if form == "json":
        output.as_json(found)
    wanted = " ".join(filter(None, (query["collection"], query["name"]))) or "resources"
    where = f" in namespace {query['namespace']}" if query["namespace"] else ""
    output.note(f"No {wanted}{where} in version {found['version']} of {found['channel']}.")
    if query["name"]:
        end(Exit.NEGATIVE)
    end(Exit.DONE)


def _show(found: dict[str, Any], form: str, *, bare: bool = False) -> None:
    resources = found["resources"]
    if form == "json":
        output.as_json(found)
    elif form == "yaml":
        _yaml(resources)
    elif form == "name":
        for each in resources:
            output.line(_key(each))
    elif resources:
        _table(resources, wide=form == "wide", bare=bare)


def _yaml(resources: list[dict[str, Any]]) -> None:
    from galley.cli.writing import document  # noqa: PLC0415  # only this form needs it

    documents = [document(each["manifest"]) for each in resources]
    typer.echo("---\n".join(documents), nl=False)


def _table(resources: list[dict[str, Any]], *, wide: bool, bare: bool) -> None:
    titles = ["KIND", "NAMESPACE", "NAME", "AGE", "SOURCE"]
    if wide:
        titles += ["API VERSION", "DIGEST", "REVISION", "PENDING"]
    tables.show([*titles, "FROM"], [_row(each, wide=wide) for each in resources], bare=bare)


def _row(each: dict[str, Any], *, wide: bool) -> list[object]:
    kind = each["collection"].partition("/")[2]
    age = words.age(each["created"])
    row: list[object] = [kind, each["namespace"], each["name"], age, each["source"]]
    if wide:
        pending = "yes" if each["pending"] else "no"
        row += [each["api_version"], words.short(each["digest"]), each["revision"][:12], pending]
    place = words.place({"file": each["file"], "line": each["line"]})
    others = max(0, each["parents_total"] - 1)
    return [*row, f"{place} and {others} more" if others else place]


def _key(each: dict[str, Any]) -> str:
    return f"{each['collection']}/{each['namespace']}/{each['name']}"


def _watch(remote: Remote, query: dict[str, Any], found: dict[str, Any], form: str) -> None:
    while True:
        _await_version(remote, found["version"] + 1)
        now = _all(remote, query)
        for mark, each in _changes(found["resources"], now["resources"]):
            if form == "json":
                output.as_json_line({"change": mark, "version": now["version"], **each})
            else:
                output.line(f"{mark:8} {_key(each)}  version {now['version']}")
        sys.stdout.flush()
        found = now


def _await_version(remote: Remote, number: int) -> None:
    outcome = "timed-out"
    while outcome == "timed-out":
        asked = {"version": number, "for": "live", "timeout": TURN}
        outcome = remote.get("wait", asked, within=TURN)["outcome"]


def _changes(
    old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    before = {_key(each): each for each in old}
    for each in new:
        past = before.pop(_key(each), None)
        if past is None:
            yield "added", each
        elif past["digest"] != each["digest"]:
            yield "changed", each
    for each in before.values():
        yield "deleted", each
