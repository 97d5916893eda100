"""Holds and quarantine: what keeps a channel from publishing by itself."""

from typing import Any

from pydantic import Field

from galley.protocol.control import Method
from galley.protocol.results import HoldResult, QuarantineResult, ResumeResult
from galley.server.api.publication import NO_REASON, Change
from galley.server.api.routing import Ask, Call, Nothing, Route


class HoldAsk(Change):
    """How long."""

    seconds: float = Field(default=0, ge=0, alias="for")
    """Seconds after which it ends by itself; 0 for never."""


class ResumeAsk(Ask):
    """Which hold, and why it ends."""

    id: str = ""
    """Empty for all."""
    reason: str = Field(default=NO_REASON, min_length=1, max_length=1000)
    dry_run: bool = False


async def holds(call: Call, _: Nothing) -> Any:
    """Holds in force."""
    return await call.ask(Method.HOLDS)


async def hold(call: Call, asked: HoldAsk) -> Any:
    """Put a hold."""
    return await call.ask(Method.HOLD, {**asked.model_dump(by_alias=True), **call.who()})


async def resume(call: Call, asked: ResumeAsk) -> Any:
    """Lift holds."""
    return await call.ask(Method.RESUME, {**asked.model_dump(), **call.who()})


async def quarantine(call: Call, _: Nothing) -> Any:
    """Inputs that a rollback took back, and what will lift them."""
    return await call.ask(Method.QUARANTINE)


BASE = "/channels/{channel}/holds"

ROUTES = (
    Route("GET", BASE, "read", holds, HoldResult, several=True),
    Route("POST", BASE, "operate", hold, HoldResult, takes=HoldAsk),
    Route("DELETE", BASE, "operate", resume, ResumeResult, takes=ResumeAsk),
    Route(
        "GET",
        "/channels/{channel}/quarantine",
        "read",
        quarantine,
        QuarantineResult,
        several=True,
    ),
)
