"""`galley subscribers`: who is connected, what they have, and what one of them said lately."""

import time
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from galley.cli import output, refused, tables, words
from galley.cli.command import remote
from galley.cli.options import OutputAs
from galley.cli.remote import Remote, segment

app = typer.Typer(rich_markup_mode=None)

EVERYBODY = (
    *("NODE", "SESSION", "STATE", "RECEIVED", "VERIFIED", "LAG", "WIRE"),
    *("TOKEN", "ADDRESS", "VIEW", "SEEN", "NACK"),
)
TYPES = ("TYPE", "STATE", "SENT", "RECEIVED", "STALE", "NACK")
REQUESTS = ("WHEN", "SAID", "TYPE", "NONCE")
MOST_KINDS = 4
"""Collections of a view that are named."""


@app.command()
@remote
def subscribers(
    remote: Remote,
    *,
    client: Annotated[
        str, typer.Argument(help="One, by its node or session: type by type.", metavar="[CLIENT]")
    ] = "",
    output_as: OutputAs = "table",
) -> None:
    """Who is connected, and what they have.

    RECEIVED is the newest version that it acknowledged, VERIFIED the newest that it is known to
    use: Pilot, Mixer and istiod acknowledge also what they drop, so of these nobody knows.

    \b
    Examples:
      galley subscribers
      galley subscribers sidecar~10.0.0.7~web-1.shop~shop.svc.cluster.local
      galley subscribers m4 -o json
    """
    found = remote.get(f"subscribers/{segment(client)}" if client else "subscribers")
    if output_as == "json":
        output.as_json(found)
        return
    rows = [_subscriber(each) for each in found]
    tables.show(EVERYBODY, rows, empty=f"Channel {remote.channel} has no subscribers.")
    for each in found if client else ():
        _detail(each, several=len(found) > 1)


def _subscriber(each: dict[str, Any]) -> list[object]:
    return [
        each["node"],
        each["session"],
        each["state"],
        each["received"] or "-",
        each["verified"] or "-",
        words.span(each["lag"]),
        each["wire"],
        each["credential"],
        each["address"],
        _view(each["view"]),
        words.when(each["last_seen"]),
        _nack(each),
    ]


def _detail(each: dict[str, Any], *, several: bool) -> None:
    """What a client of a mesh has of each type, and what it said."""
    if several:
        output.line(f"\n{each['session']}:")
    if each["types"]:
        output.line("")
        tables.show(TYPES, [_type(item) for item in each["types"]])
    if each["requests"]:
        output.line("")
        tables.show(REQUESTS, [_request(item) for item in each["requests"]])


def _type(item: dict[str, Any]) -> list[object]:
    return [
        item["type"],
        _state(item),
        item["sent"] or "-",
        item["received"] or "-",
        item["stale"],
        item["nack"],
    ]


def _state(item: dict[str, Any]) -> str:
    if item["nack"]:
        return "nacked"
    if item["oversize"]:
        return "oversize"
    if item["waiting"]:
        return "waiting"
    return "synced" if item["synced"] else "pending"


def _request(item: dict[str, Any]) -> list[object]:
    moment = time.strftime("%H:%M:%S", time.localtime(item["time"]))
    return [moment, item["said"], item["type"], item["nonce"]]


def _nack(each: dict[str, Any]) -> str:
    """Why it refused, and where what it named comes from."""
    traced = (item for item in each["nacked"] if item["source"])
    return " ".join([each["nack"], *(f"[{refused.origin(item)}]" for item in traced)])


def _view(of: dict[str, Any]) -> str:
    """A view on one line: `VirtualService in prod where app=web`; `everything`."""
    collections = ",".join(_kinds(of.get("collections") or ()))
    namespaces = ",".join(of.get("namespaces") or ())
    labels = of.get("labels") or of.get("selector") or ""
    if isinstance(labels, dict):
        labels = ",".join(f"{name}={value}" for name, value in labels.items())
    text = collections or "everything"
    return (
        text + (f" in {namespaces}" if namespaces else "") + (f" where {labels}" if labels else "")
    )


def _kinds(collections: Sequence[str]) -> Iterator[str]:
    """An istiod asks for fifteen, and the column is narrow."""
    for each in collections[:MOST_KINDS]:
        yield each.partition("/")[2] or each
    if len(collections) > MOST_KINDS:
        yield f"{len(collections) - MOST_KINDS} more"
