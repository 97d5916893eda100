"""Waiting until a version or a source's revision is live, or acknowledged by its subscribers."""

import asyncio
from typing import Any, Literal

from pydantic import Field, model_validator

from galley.protocol.control import Method
from galley.protocol.results import DeliveryResult, WaitResult
from galley.server.api.routing import Ask, Call, Route
from galley.server.api.versions import find_version

TURN = 0.5
"""Seconds between two looks for a revision: a commit that changes nothing makes no version."""


class WaitAsk(Ask):
    """For what, and how long."""

    version: int = Field(default=0, ge=0)
    revision: str = ""
    """A source's revision, or the first seven or more characters of it."""
    source: str = ""
    """The source that the revision is of, if several could know it."""
    until: Literal["live", "acked"] = Field(default="live", alias="for")
    """live: it is published · acked: the subscribers connected then have it."""
    timeout: float = Field(default=30, ge=0, le=600)
    """Seconds."""
    quorum: float = Field(default=1.0, gt=0, le=1)
    """Share of the subscribers that is enough."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "WaitAsk":
        if bool(self.version) == bool(self.revision):
            raise ValueError("give either a version or a revision.")
        return self


async def wait(call: Call, asked: WaitAsk) -> WaitResult:
    """Wait until a version or revision is live or acknowledged."""
    deadline = asyncio.get_running_loop().time() + asked.timeout
    found = await (_revision if asked.revision else _version)(call, asked, deadline)
    if not found.done or asked.until == "live":
        return found
    left = max(0.0, deadline - asyncio.get_running_loop().time())
    delivery = await delivered(call, found.version, left, quorum=asked.quorum)
    return judged(found, delivery)


async def delivered(
    call: Call, version: int, seconds: float, *, quorum: float = 1.0
) -> DeliveryResult:
    """Wait until the subscribers that were connected at publication have a version."""
    channel = call.backend.channels()[call.channel]
    return await channel.delivered(version, timeout=seconds, quorum=quorum)


def judged(found: WaitResult, delivery: DeliveryResult) -> WaitResult:
    """The answer to somebody who waits for subscribers; with none there is nothing to wait for."""
    outcome = {"timed-out": "timed-out", "refused": "refused"}.get(delivery.outcome, "acked")
    update = {"outcome": outcome, "done": outcome == "acked", "delivery": delivery}
    return found.model_copy(update=update)


async def _version(call: Call, asked: WaitAsk, deadline: float) -> WaitResult:
    channel = call.backend.channels()[call.channel]
    left = max(0.0, deadline - asyncio.get_running_loop().time())
    if channel.head is None or channel.head.number < asked.version:
        await channel.live_at_least(asked.version, left)
    head = channel.head
    if head is None or head.number < asked.version:
        return WaitResult(done=False, version=head.number if head else 0, outcome="timed-out")
    if head.number == asked.version:
        digest = head.digest.hex()
        return WaitResult(done=True, version=head.number, digest=digest, outcome="live")
    past = await find_version(call, asked.version)
    rollback = past["rolled_back_by"]
    return WaitResult(
        done=not rollback,
        version=asked.version,
        digest=past["digest"],
        outcome="rolled-back" if rollback else "superseded",
        rolled_back_by=rollback,
    )


async def _revision(call: Call, asked: WaitAsk, deadline: float) -> WaitResult:
    """Ask the worker at each version and twice a second."""
    channel = call.backend.channels()[call.channel]
    params = {"revision": asked.revision, "source": asked.source}
    while True:
        answer: dict[str, Any] = await call.ask(Method.CHECKPOINT, params)
        found = WaitResult.model_validate(answer)
        left = deadline - asyncio.get_running_loop().time()
        if found.outcome != "timed-out" or left <= 0:
            return found
        following = (channel.head.number if channel.head else 0) + 1
        await channel.live_at_least(following, min(TURN, left))


ROUTES = (
    Route(
        "GET",
        "/channels/{channel}/wait",
        "read",
        wait,
        WaitResult,
        takes=WaitAsk,
    ),
)
