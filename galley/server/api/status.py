"""What is: the service, a channel, its sources, its subscribers, its diagnostics."""

import contextlib
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from galley import __version__
from galley.protocol.control import Method
from galley.protocol.results import (
    ChannelResult,
    DiagnosticResult,
    NackedResult,
    SourceResult,
    StatusResult,
    SubscriberResult,
)
from galley.server.api.routing import AT_ONCE, Ask, Call, Nothing, Route
from galley.server.backend import BackendError
from galley.server.slices import unhurried

TRACED = 200
"""Refused resources whose origins are looked up at once."""


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
    subscribers, synced = call.backend.channels()[call.channel].connected()
    return found.model_copy(update={"subscribers": subscribers, "synced": synced})


async def sources(call: Call, _: Nothing) -> Any:
    """What is read, and how fresh it is."""
    return await call.ask(Method.SOURCES)


async def subscribers(call: Call, _: Nothing) -> list[SubscriberResult]:
    """Who is connected, what they have, and what they refused with where it comes from."""
    everybody = call.backend.channels()[call.channel].subscribers()
    found = [each async for each in unhurried(everybody, AT_ONCE)]
    named = {each.resource for one in found for each in one.nacked}
    if not named:
        return found
    origins: dict[str, dict[str, Any]] = {}
    with contextlib.suppress(BackendError):  # a worker that is down does not hide who has what
        origins = await call.ask(Method.ORIGINS, {"resources": sorted(named)[:TRACED]})
    return [_traced(one, origins) async for one in unhurried(found, AT_ONCE)]


def _traced(one: SubscriberResult, origins: Mapping[str, Mapping[str, Any]]) -> SubscriberResult:
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
        CHANNEL + "/diagnostics",
        "read",
        diagnostics,
        DiagnosticResult,
        several=True,
        takes=DiagnosticsAsk,
    ),
)
