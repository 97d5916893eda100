"""Writes that concern one channel: judged alone by its judge, beside the others by its worker.

The judge decides. What other resources have to do with an object is waited for a moment only, as
the worker may be busy with something that takes long: then nobody asks it until it has answered.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeAlias

from galley.admission.answer import answer, refusing
from galley.admission.judges import JudgeProcess
from galley.admission.unjudged import UnjudgedError
from galley.child import LateError
from galley.protocol.control import FindingNote, Method, Opinion
from galley.server.backend import BackendError
from galley.settings import ChannelSettings, LogSettings
from sources.settings import AdmissionSettings

log = logging.getLogger("galley.admission")

AT_ONCE = 64
"""Writes that are being judged; more are not."""
BYTES_AT_ONCE = 32 * 1024 * 1024
"""What their reviews may take together; each is held several times on its way."""
READY_WITHIN = 60.0
"""Seconds in which a judge has to know its environment to take the place of another."""
FORESEEN_WITHIN = 30.0
"""Seconds after which a worker that was asked counts as one that does not answer."""


Reading: TypeAlias = Callable[[], Awaitable[bytes]]
"""Gives a request's body, once all of it is there."""


class Worker(Protocol):
    """What is needed of a channel's worker."""

    @property
    def settings(self) -> ChannelSettings:
        """The channel's settings in force."""

    @property
    def environment(self) -> bytes:
        """Content of the environment in force; empty while it is not known."""

    @property
    def expired(self) -> list[str]:
        """Exemptions and suppressions of it that do not hold any more."""

    async def ask(self, method: Method, params: Any, *, within: float) -> Any:
        """Ask it; raises BackendError."""


class AdmittingChannel:
    """Judges the writes to the clusters of one channel."""

    def __init__(self, worker: Worker, logs: LogSettings) -> None:
        self._worker = worker
        self._logs = logs
        self._judge: JudgeProcess | None = None
        self._running: dict[JudgeProcess, asyncio.Task[None]] = {}
        self._at_once: list[int] = []
        """Sizes of the reviews that are being judged."""
        self._asking: dict[asyncio.Task[Any], float] = {}
        """Questions to the worker, each with the time since which it is due."""

    def sources(self) -> dict[str, AdmissionSettings]:
        """The sources whose clusters ask."""
        return self._worker.settings.admitting

    @property
    def judging(self) -> bool:
        """Whether there is somebody who judges."""
        return self._judge is not None and not self._judge.problem

    async def renew(self) -> bool:
        """Judge by the environment that is in force now, as soon as it can be judged by; whether
        trying again is no use: it is judged by it, or never will be."""
        settings, content = self._worker.settings, self._worker.environment
        fresh = JudgeProcess(settings, content, self._logs)
        self._running[fresh] = asyncio.create_task(fresh.run(), name=f"judge of {settings.name}")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN):
                await fresh.ready.wait()
        former, self._judge = self._judge, fresh
        if former is not None and fresh.problem:
            log.error("%s The former one goes on.", fresh.problem)
            former, self._judge = fresh, former
        if former is not None:
            await self._dismiss(former)
        return self._judge is fresh or fresh.hopeless()

    async def stop(self) -> None:
        """Judge nothing any more."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        self._judge = None
        await asyncio.gather(*map(self._dismiss, tuple(self._running)))

    async def judge(self, source: str, size: int, read: Reading) -> tuple[Any, Opinion]:
        """The answer to a review, and the opinion that it rests on.

        Args:
            source: whose cluster asks.
            size: bytes of the review, at most.
            read: the review; it may be slow to come.

        Raises:
            UnjudgedError: there is none in time.
        """
        settings = self.sources()[source]
        sizes = self._at_once
        if len(sizes) >= AT_ONCE or sum(sizes) + size > BYTES_AT_ONCE:
            raise UnjudgedError("busy", "Too many writes are being judged.")
        sizes.append(size)
        try:
            return await self._answer(settings, source, read)
        finally:
            sizes.remove(size)

    async def _answer(
        self, settings: AdmissionSettings, source: str, read: Reading
    ) -> tuple[Any, Opinion]:
        until = time.monotonic() + settings.timeout
        try:
            async with asyncio.timeout(settings.timeout):
                review = await read()
        except TimeoutError:
            raise UnjudgedError("late", "The request has not come whole in time.") from None
        opinion = await self._opinion(source, review, round(until - time.monotonic(), 3))
        notes = [FindingNote(*each) for each in opinion.findings]
        refused = refusing(notes, ())
        if not refused and opinion.content:
            patience = max(0.0, min(settings.patience, until - time.monotonic()))
            others = await self._foreseen(settings, source, opinion, patience)
            notes += others
            refused = [each for each in others if each.new and each.code in settings.refuse]
        apart = frozenset(refused)  # there may be thousands
        return answer(opinion.uid, refused, [one for one in notes if one not in apart]), opinion

    async def _opinion(self, source: str, review: bytes, within: float) -> Opinion:
        if self._judge is None:
            raise UnjudgedError("starting", "It is starting.")
        try:
            return await self._judge.opinion(source, review, within=within)
        except BackendError as error:
            why = "late" if isinstance(error, LateError) else "down"
            raise UnjudgedError(why, str(error)) from error

    async def _foreseen(
        self, settings: AdmissionSettings, source: str, opinion: Opinion, patience: float
    ) -> Sequence[FindingNote]:
        """What the worker says within its time.

        Raises:
            UnjudgedError: it says nothing, and a write may be refused because of what it says.
        """
        found = await self._ask(source, opinion, patience) if patience else None
        if found is None and settings.refuse and settings.on_failure == "refuse":
            raise UnjudgedError("busy", "What other resources have to do with it is not known.")
        return found or ()

    async def _ask(
        self, source: str, opinion: Opinion, patience: float
    ) -> Sequence[FindingNote] | None:
        now = time.monotonic()
        if any(due < now for due in self._asking.values()):
            return None
        params = {
            "source": source,
            "locator": opinion.locator,
            "content": opinion.content,
            "until": now + patience,
        }
        asking = self._worker.ask(Method.FORESEE, params, within=FORESEEN_WITHIN)
        task = asyncio.create_task(asking, name="what becomes of an object")
        self._asking[task] = now + patience
        task.add_done_callback(self._answered)
        await asyncio.wait({task}, timeout=patience)
        if not task.done() or task.cancelled() or task.exception():
            return None
        return [FindingNote(*each) for each in task.result()]

    def _answered(self, task: asyncio.Task[Any]) -> None:
        del self._asking[task]
        error = None if task.cancelled() else task.exception()
        if isinstance(error, BackendError):
            log.debug("A worker did not say what becomes of an object: %s", error)
        elif error is not None:
            log.error("What becomes of an object was not found out.", exc_info=error)

    async def _dismiss(self, judge: JudgeProcess) -> None:
        await judge.stop(within=5)
        if task := self._running.pop(judge, None):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
