"""What is: the service, a channel, its sources, its subscribers, its diagnostics."""

import contextlib
from collections.abc import Mapping
from itertools import islice
from typing import Any, Literal, TypeVar

from pydantic import Field

from galley import __version__
from galley.protocol.control import Method
from galley.protocol.results import (
    ChannelResult,
    DiagnosticResult,
    NackedResult,
    SourceResult,
    StatusResult,
    SubscriberDetailResult,
    SubscriberResult,
)
from galley.server.api.routing import AT_ONCE, Ask, Call, Nothing, Route
from galley.server.backend import BackendError
from galley.server.problems import refuse
from galley.server.slices import unhurried

TRACED = 200
"""Refused resources whose origins are looked up at once."""
MOST_OF_A_NAME = 100
"""Subscribers of one name that are told in detail."""

Told = TypeVar("Told", bound=SubscriberResult)


class DiagnosticsAsk(Ask):
    """Which diagnostics."""

    level: Literal["", "error", "warning", "info"] = ""
    """The least serious level to show."""
    code: str = ""
    source: str = ""
    resource: str = ""
    """A key, `group/Kind/namespace/name`."""
    limit: int = Field(default=1000, ge=1, le=10_000)


async def status(call: Call, _: Nothing) -> StatusResult:
    """The service and its channels.

    Only the channels that the caller may read.
    """
    channels = [each for each in call.backend.health() if call.grant.may(each.channel, "read")]
    return StatusResult(galley=__version__, started=call.backend.started, channels=channels)


async def channel(call: Call, _: Nothing) -> Any:
    """A channel at a glance."""
    found = ChannelResult.model_validate(await call.ask(Method.CHANNEL))
    subscribers, synced = call.backend.channels()[call.channel].members.connected()
    return found.model_copy(update={"subscribers": subscribers, "synced": synced})


async def sources(call: Call, _: Nothing) -> Any:
    """What is read, and how fresh it is."""
    return await call.ask(Method.SOURCES)


async def subscribers(call: Call, _: Nothing) -> list[SubscriberResult]:
    """Who is connected, what they have, and what they refused with where it comes from."""
    everybody = call.backend.channels()[call.channel].members.subscribers()
    return await _with_origins(call, [each async for each in unhurried(everybody, AT_ONCE)])


async def subscriber(call: Call, _: Nothing) -> list[SubscriberDetailResult]:
    """Those of one name, or of one session: type by type, with their last requests."""
    name = call.part("subscriber")
    called = call.backend.channels()[call.channel].members.called(name)
    found = [each.detail() for each in islice(called, MOST_OF_A_NAME)]
    if not found:
        raise refuse(
            "not-found",
            f"No subscriber of channel {call.channel!r} is called {name[:100]!r}.",
            remedy="`galley subscribers` lists them; give the NODE or the SESSION of one.",
        )
    return await _with_origins(call, found)


async def _with_origins(call: Call, found: list[Told]) -> list[Told]:
    """What they refused, with where it comes from."""
    named = {each.resource for one in found for each in one.nacked}
    if not named:
        return found
    origins: dict[str, dict[str, Any]] = {}
    with contextlib.suppress(BackendError):  # a worker that is down does not hide who has what
        origins = await call.ask(Method.ORIGINS, {"resources": sorted(named)[:TRACED]})
    return [_traced(one, origins) async for one in unhurried(found, AT_ONCE)]


def _traced(one: Told, origins: Mapping[str, Mapping[str, Any]]) -> Told:
    nacked = [
        NackedResult.model_validate({**each.model_dump(), **origins.get(each.resource, {})})
        for each in one.nacked
    ]
    return one.model_copy(update={"nacked": nacked})


async def diagnostics(call: Call, asked: DiagnosticsAsk) -> Any:
    """What is wrong, and where."""
    return await call.ask(Method.DIAGNOSTICS, asked.model_dump())


CHANNEL = "/channels/{channel}"

ROUTES = (
    Route("GET", "/status", None, status, StatusResult),
    Route("GET", CHANNEL, "read", channel, ChannelResult),
    Route(
        "GET",
        CHANNEL + "/sources",
        "read",
        sources,
        SourceResult,
        several=True,
    ),
    Route(
        "GET",
        CHANNEL + "/subscribers",
        "read",
        subscribers,
        SubscriberResult,
        several=True,
    ),
    Route(
        "GET",
        CHANNEL + "/subscribers/{subscriber}",
        "read",
        subscriber,
        SubscriberDetailResult,
        several=True,
    ),
    Route(
        "GET",
        CHANNEL + "/diagnostics",
        "read",
        diagnostics,
        DiagnosticResult,
        several=True,
        takes=DiagnosticsAsk,
    ),
)
