"""What changes the live version: publish, roll back, pin; and whom it reaches."""

import asyncio
from typing import Any

from pydantic import Field

from galley.protocol.control import Method
from galley.protocol.results import DeliveryResult, PublishResult, VersionResult
from galley.server.api.routing import Ask, Call, Route
from galley.server.api.versions import number
from galley.server.api.waiting import delivered
from galley.server.problems import refuse
from pipeline.model import Key

CHANGE_SECONDS = 120
NO_REASON = "no reason given"


class Change(Ask):
    """What every change carries."""

    reason: str = Field(min_length=1, max_length=1000)
    """Why; kept in the history and in the audit."""
    dry_run: bool = False
    """Whether only to say what would happen."""


class Publication(Change):
    """What every change of the live version carries."""

    expect_version: int | None = Field(default=None, ge=0)
    """Change something only if this version is live; a conflict otherwise."""
    wait: bool = True
    """Whether to answer only when the subscribers have it."""
    timeout: float = Field(default=30, ge=0, le=600)
    """Seconds to wait."""


class RollbackAsk(Publication):
    """To what, and how much of it."""

    target: str = Field(default="previous", min_length=1, max_length=100)
    """A version, `previous`, `last-good`, a time ago (`2h`), or `sha:` and a digest's beginning."""
    collection: str = ""
    """Roll back this collection only."""
    namespace: str = ""
    """Roll back this namespace only."""
    resource: str = ""
    """Roll back this resource only."""
    hold: bool = False
    """Whether to put a hold on the channel besides."""
    expires: float = Field(default=0, ge=0)
    """Seconds after which that hold ends by itself; 0 for never."""
    strict: bool = False
    """Whether today's checks block, and not only structural damage."""


class PublishAsk(Publication):
    """What is published though Galley would not do it by itself."""

    candidate: str = ""
    """Id of a parked candidate."""
    override_quarantine: bool = False
    """Publish what a rollback took back."""
    resources: list[str] = Field(default=[], max_length=1000)
    """Keys whose quarantine is lifted; empty for all."""


class PinAsk(Change):
    """Why a version must be kept."""


class UnpinAsk(Ask):
    """Why a version need not be kept any more."""

    reason: str = Field(default=NO_REASON, min_length=1, max_length=1000)
    dry_run: bool = False


async def rollback(call: Call, asked: RollbackAsk) -> PublishResult:
    """Publish the content of an earlier version, and keep it."""
    return await _changed(call, Method.ROLLBACK, asked)


async def publish(call: Call, asked: PublishAsk) -> PublishResult:
    """Publish what is pending under a hold, a parked candidate, or what is in quarantine.

    Publish a parked candidate, or (role `override`) what is in quarantine.
    """
    if asked.candidate and asked.override_quarantine:
        raise refuse("usage", "Give either a candidate or override_quarantine.")
    if asked.override_quarantine and not call.grant.may(call.channel, "override"):
        raise refuse("forbidden", "To override a quarantine the token needs the role 'override'.")
    return await _changed(call, Method.PUBLISH, asked)


async def pin(call: Call, asked: PinAsk) -> Any:
    """Keep a version beyond the retention."""
    return await _pin(call, asked, pinned=True)


async def unpin(call: Call, asked: UnpinAsk) -> Any:
    """Leave a version to the retention again."""
    return await _pin(call, asked, pinned=False)


async def _pin(call: Call, asked: PinAsk | UnpinAsk, *, pinned: bool) -> Any:
    params = {**asked.model_dump(), **call.who(), "version": number(call), "pinned": pinned}
    return await call.ask(Method.PIN, params)


async def _changed(call: Call, method: Method, asked: Publication) -> PublishResult:
    """Let the worker do it, then say whom it concerns and who has it."""
    params = {**asked.model_dump(exclude={"wait", "timeout"}), **call.who()}
    answer = await call.ask(method, params, within=CHANGE_SECONDS)
    done = PublishResult.model_validate(answer)
    await asyncio.sleep(0)  # a long answer is enough for one turn of the loop
    channel = call.backend.channels()[call.channel]
    keys = (Key.parse(change.resource) for change in done.diff.resources)
    update: dict[str, Any] = {"affected": await channel.affected(keys)}
    if not asked.dry_run:
        update["delivery"] = await _delivery(call, asked, done.version)
    return done.model_copy(update=update)


async def _delivery(call: Call, asked: Publication, version: int) -> DeliveryResult:
    if asked.wait:
        return await delivered(call, version, asked.timeout)
    return DeliveryResult(version=version, connected=0, had=0, outcome="not-waited")


BASE = "/channels/{channel}"

ROUTES = (
    Route(
        "POST",
        BASE + "/rollback",
        "operate",
        rollback,
        PublishResult,
        takes=RollbackAsk,
    ),
    Route(
        "POST",
        BASE + "/publish",
        "operate",
        publish,
        PublishResult,
        takes=PublishAsk,
    ),
    Route(
        "PUT",
        BASE + "/pins/{version}",
        "operate",
        pin,
        VersionResult,
        takes=PinAsk,
    ),
    Route(
        "DELETE",
        BASE + "/pins/{version}",
        "operate",
        unpin,
        VersionResult,
        takes=UnpinAsk,
    ),
)
