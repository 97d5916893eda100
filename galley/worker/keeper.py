"""What happens by the clock: health reports, holds and other things that end, retention, schemas
that changed."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from galley.store.errors import StoreError
from galley.store.values import Audit, Record
from galley.worker.calendar import Calendar
from galley.worker.channel import Channel, now
from galley.worker.complaints import Complaints
from galley.worker.environments import Environments
from galley.worker.health import Health
from galley.worker.intake import Intake
from galley.worker.publisher import Publisher

log = logging.getLogger("galley.keeper")

HEALTH_EVERY = 1.0
ENVIRONMENT_EVERY = 2.0
RETENTION_EVERY = 600.0
"""Seconds between two turns."""


class Keeper:
    """The channel's clockwork."""

    def __init__(
        self,
        channel: Channel,
        publisher: Publisher,
        environments: Environments,
        intake: Intake,
        health: Health,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._channel = channel
        self._publisher = publisher
        self._environments = environments
        self._intake = intake
        self._health = health
        self._tasks = tasks
        self._files = channel.files.fingerprint()
        self._complaints = Complaints(channel)
        self._calendar = Calendar(channel, environments)

    def start(self) -> list[asyncio.Task[None]]:
        """Start every turn as a task of its own."""
        turns = {
            "health": (0.0, self._tell_health),
            "holds": (HEALTH_EVERY, self._expire_holds),
            "environment": (ENVIRONMENT_EVERY, self._look_at_files),
            "calendar": (ENVIRONMENT_EVERY, self._look_at_calendar),
            "schemas": (0.0, self._follow_schemas),
            "retention": (RETENTION_EVERY, self._retain),
            "companion": (HEALTH_EVERY, self._publisher.catch_up),
        }
        return [
            self._tasks.create_task(_every(seconds, turn), name=name)
            for name, (seconds, turn) in turns.items()
        ]

    async def look(self) -> None:
        """Take over what the environment's files say now."""
        self._files = await asyncio.to_thread(self._channel.files.fingerprint)
        await self._renew(self._environments.consider)

    async def _renew(self, take_over: Callable[[], Awaitable[bool]]) -> None:
        kinds = self._channel.environment.kinds
        if await take_over():
            self._publisher.touch()
            if set(kinds) != set(self._channel.environment.kinds):
                await self._intake.restart()

    async def _tell_health(self) -> None:
        """Tell it, and wait until it is time again or the channel is in another state."""
        channel, state = self._channel, self._health.state()
        await channel.announcer.health(self._health.report())
        self._complaints.look()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEALTH_EVERY):
                while self._health.state() == state:
                    channel.moved.clear()
                    await channel.moved.wait()

    async def _expire_holds(self) -> None:
        channel = self._channel
        due = [hold for hold in channel.holds.values() if 0 < hold.expires <= now()]
        if not due:
            return
        audits = tuple(
            Audit(now(), "galley", "local", "resume", "the hold expired", "done", {"id": hold.id})
            for hold in due
        )
        record = Record(lift_holds=tuple(hold.id for hold in due), audit=audits)
        await channel.store.run(lambda store: store.record(record))
        for hold in due:
            channel.holds.pop(hold.id, None)
            log.info("Hold %s has expired: %s", hold.id, hold.reason)
        self._publisher.touch()
        await self._renew(self._environments.reconsider)

    async def _look_at_files(self) -> None:
        files = await asyncio.to_thread(self._channel.files.fingerprint)
        due, waiting = self._channel.environment.due, self._channel.wanted is not None
        invalid = self._channel.environment_problem
        if files != self._files or invalid or (due and due <= now() and not waiting):
            await self.look()
        elif waiting:
            await self._renew(self._environments.reconsider)

    async def _look_at_calendar(self) -> None:
        await self._renew(self._calendar.look)

    async def _follow_schemas(self) -> None:
        await self._environments.schemas.changed()
        await self._renew(self._environments.consider)

    async def _retain(self) -> None:
        removed = 0
        while some := await self._channel.store.run(lambda store: store.retain(now())):
            removed += some
        self._health.store_bytes = await self._channel.store.run(lambda store: store.size())
        if removed:
            log.info("Removed %s old versions.", removed)


async def _every(seconds: float, turn: Callable[[], Awaitable[None]]) -> None:
    """Take a turn again and again; what the store refuses now is tried at the next one."""
    while True:
        try:
            await turn()
        except StoreError as error:
            log.warning("The store refuses: %s", error)
        await asyncio.sleep(seconds)
