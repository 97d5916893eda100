"""`galley subscribe`: follow the stream as a subscriber."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from typing import Annotated, Any

import typer

from galley.cli import output, words
from galley.cli.command import remote
from galley.cli.failure import Failure
from galley.cli.options import OutputAs
from galley.cli.remote import Remote
from galley.client import Client, SubscriptionError, Update, View
from pipeline.model import Key

app = typer.Typer(rich_markup_mode=None)

MOST_LINES = 20
"""Resources that are listed of one update."""


@app.command()
@remote
def subscribe(
    remote: Remote,
    *,
    collections: Annotated[
        list[str] | None,
        typer.Argument(help="Collections; all if none is named.", metavar="[COLLECTION]..."),
    ] = None,
    namespaces: Annotated[
        list[str] | None, typer.Option("-n", "--namespace", help="Only this one; repeatable.")
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option("-l", "--label", help="NAME=VALUE; repeatable.", metavar="LABEL"),
    ] = None,
    node: Annotated[str, typer.Option(help="What the service calls this subscriber.")] = "",
    count: Annotated[int, typer.Option(help="Stop after so many updates; 0: never.", min=0)] = 0,
    output_as: OutputAs = "table",
) -> None:
    """Follow the stream as a subscriber: verified, consistent updates.

    \b
    Examples:
      galley subscribe
      galley subscribe networking.istio.io/VirtualService -n prod
      galley subscribe -o json | jq .version
    """
    remote.call("GET", "/status")  # says at once what is wrong with address or token
    names = [_collection(remote, name) for name in collections or ()]
    view = View.of(names, namespaces or (), dict(_label(each) for each in labels or ()))
    client = Client(
        remote.url,
        channel=remote.channel,
        view=view,
        node=node or remote.actor,
        token=remote.token,
        ca_file=remote.ca_file,
        zstd=True,
        max_staleness=60.0,
    )
    logging.getLogger("galley.client").addHandler(logging.NullHandler())  # said by `Failure`
    with suppress(KeyboardInterrupt):
        asyncio.run(_follow(client, count, as_json=output_as == "json"))


async def _follow(client: Client, count: int, *, as_json: bool) -> None:
    try:
        async with client:
            await _take(client, count, as_json=as_json)
    except SubscriptionError as error:
        raise Failure(
            f"The service refuses the subscription: {error.reason}.",
            remedy="`galley status` lists the channels; a token needs the role 'subscribe'.",
            code="forbidden",
        ) from None


async def _take(client: Client, count: int, *, as_json: bool) -> None:
    """Tell `count` updates; 0: without end."""
    taken = 0
    async for update in client:
        _tell(update, as_json=as_json)
        taken += 1
        if taken == count:
            return


def _tell(update: Update, *, as_json: bool) -> None:
    if as_json:
        output.as_json_line(_line(update))
        return
    if update.stale:
        output.line(f"The service is silent; version {update.version} is the last.", mood="warn")
        return
    what = f" ({update.kind})" if update.kind not in {"", "publish"} else ""
    why = f": {update.reason}" if update.reason else ""
    output.line(f"version {update.version}{what}{why}", mood="good")
    _list("=" if update.complete else "+", update.upserts)
    _list("-", update.removals)


def _list(mark: str, keys: Iterable[Key]) -> None:
    held = sorted(keys)
    for key in islice(held, MOST_LINES):
        output.line(f"  {mark} {words.name(str(key))}")
    if len(held) > MOST_LINES:
        output.line(f"  {mark} and {len(held) - MOST_LINES} more", mood="dim")


def _line(update: Update) -> dict[str, Any]:
    """The map that `UpdateResult` describes."""
    return {
        "version": update.version,
        "lineage": update.lineage,
        "kind": update.kind,
        "author": update.author,
        "reason": update.reason,
        "time": update.time,
        "complete": update.complete,
        "stale": update.stale,
        "upserts": {str(key): item.digest.hex() for key, item in sorted(update.upserts.items())},
        "removals": sorted(map(str, update.removals)),
    }


def _collection(remote: Remote, name: str) -> str:
    """The collection that a name means, by asking for one resource of it."""
    if "/" in name:
        return name
    found = remote.get("resources", {"collection": name, "limit": 1})["resources"]
    if not found:
        raise Failure(f"Nothing that is live is called {name!r}.", remedy="Write it as group/Kind.")
    return str(found[0]["collection"])


def _label(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Failure(f"{text!r} is not a label.", remedy="Write it as NAME=VALUE.")
    return name, value
