"""Keeping the installation: audit, backup, check, purge, sending again, reading the settings again.

A backup is written by the service into `backups` in its data folder under a plain file name, so
that no caller can choose another place on the machine.
"""

import asyncio
from typing import Any

from pydantic import Field

from galley.protocol.control import Method
from galley.protocol.results import (
    AuditResult,
    BackupResult,
    ChecksResult,
    PurgeResult,
    ReloadResult,
    ResendResult,
)
from galley.server.api.publication import NO_REASON, Change
from galley.server.api.routing import Ask, Call, Nothing, Route

LONG = 600.0
"""Seconds that a backup or a check of everything may take."""


class AuditAsk(Ask):
    """Which part of the audit."""

    before: int = Field(default=0, ge=0)
    """Entries below this id; 0 starts at the newest."""
    limit: int = Field(default=100, ge=1, le=1000)


class PurgeAsk(Change):
    """What is overwritten in every version."""

    resource: str = Field(min_length=1)
    """A key, `group/Kind/namespace/name`."""


class BackupAsk(Ask):
    """Under which name."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    """A plain file name; the file appears in `backups` in the service's data folder."""
    reason: str = Field(default=NO_REASON, min_length=1, max_length=1000)


async def audit(call: Call, asked: AuditAsk) -> Any:
    """Who did what, newest first."""
    return await call.ask(Method.AUDIT, asked.model_dump())


async def purge(call: Call, asked: PurgeAsk) -> Any:
    """Overwrite a resource in every version."""
    return await call.ask(Method.PURGE, {**asked.model_dump(), **call.who()}, within=LONG)


async def backup(call: Call, asked: BackupAsk) -> Any:
    """Write a consistent copy of the store."""
    folder = call.backend.settings.data_dir.absolute() / "backups"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    params = {"path": str(folder / asked.name), "reason": asked.reason, **call.who()}
    return await call.ask(Method.BACKUP, params, within=LONG)


async def check(call: Call, _: Nothing) -> Any:
    """Verify everything stored."""
    return await call.ask(Method.CHECK, within=LONG)


async def resend(call: Call, _: Nothing) -> ResendResult:
    """Send the live version again.

    The live version goes out again, also to those that refused it.
    """
    return ResendResult(sessions=call.backend.channels()[call.channel].members.resend())


async def reload(call: Call, _: Nothing) -> ReloadResult:
    """Read the settings file again."""
    return ReloadResult(warnings=await call.backend.reload())


BASE = "/channels/{channel}"

ROUTES = (
    Route(
        "GET",
        BASE + "/audit",
        "read",
        audit,
        AuditResult,
        several=True,
        takes=AuditAsk,
    ),
    Route(
        "POST",
        BASE + "/purge",
        "override",
        purge,
        PurgeResult,
        takes=PurgeAsk,
    ),
    Route(
        "POST",
        BASE + "/backup",
        "override",
        backup,
        BackupResult,
        takes=BackupAsk,
    ),
    Route("GET", BASE + "/check", "operate", check, ChecksResult),
    Route("POST", BASE + "/resend", "operate", resend, ResendResult),
    Route("POST", "/reload", "operate", reload, ReloadResult),
)
