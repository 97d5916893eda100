"""What is: the service, a channel, its sources, its subscribers, its diagnostics."""

from typing import Any, Literal

from pydantic import Field

from galley import __version__
from galley.protocol.control import Method
from galley.protocol.results import (
    ChannelResult,
    DiagnosticResult,
    SourceResult,
    StatusResult,
    SubscriberResult,
)
from galley.server.api.routing import AT_ONCE, Ask, Call, Nothing, Route
from galley.server.slices import unhurried


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
    """Who is connected, and what they have."""
    everybody = call.backend.channels()[call.channel].subscribers()
    return [each async for each in unhurried(everybody, AT_ONCE)]


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
