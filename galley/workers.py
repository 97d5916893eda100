"""The service's end of each worker: start it, pass on what it tells, ask it, start it again.

A worker that ends unasked is started again with a back-off; until then subscribers are served what
is live from the serving process, and requests that need the worker are refused with a clear word.
"""

import asyncio
import contextlib
import itertools
import logging
import socket
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from galley.protocol.control import Change, Entry, Event, Method, PastChange, VersionNote
from galley.protocol.framing import Link, LinkClosedError
from galley.protocol.results import ProblemResult
from galley.server.backend import BackendError
from galley.server.channel import Channel, DamagedContentError
from galley.settings import ChannelSettings, ServiceSettings

log = logging.getLogger("galley.workers")

AGAIN_FIRST, AGAIN_MOST = 0.2, 30.0
"""Seconds before a worker that ended is started again."""

STEADY = 30.0
"""Seconds after which a worker counts as steady and its next end starts the back-off anew."""


class FatalWorkerError(Exception):
    """A worker cannot start, and trying again is no use."""


class WorkerProcess:
    """One channel's worker, whichever process it is at the moment."""

    def __init__(
        self, settings: ChannelSettings, service: ServiceSettings, lines: Mapping[str, Channel]
    ) -> None:
        self.settings = settings
        self.health: dict[str, Any] = {}
        """The last health report; empty before the first."""
        self.heard = time.monotonic()
        """When the worker last said anything."""
        self.problem = "The channel's worker is starting."
        """Why requests cannot be answered; empty while they can."""
        self.untold: dict[int, tuple[int, int, int]] = {}
        """Who has what, as far as the worker could not be told yet."""
        self.started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the first load is whole or the first process has ended; fails with
        FatalWorkerError."""
        self._service = service
        self._lines = lines
        self._link: Link | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._stopping = False
        self._told: dict[Event, Callable[[Channel, dict[str, Any]], None]] = {
            Event.OPENED: lambda line, told: line.opened(told["lineage"]),
            Event.KINDS: lambda line, told: line.kinds(told["names"]),
            Event.CONTENT: lambda line, told: line.content([Entry(*e) for e in told["entries"]]),
            Event.LIVE: self._live,
            Event.CHANGES: lambda line, told: line.changes([Change(*c) for c in told["changes"]]),
            Event.PUBLISHED: lambda line, told: line.published(VersionNote(*told["version"])),
            Event.HEALTH: self._healthy,
            Event.FAILED: self._failed,
        }

    async def run(self) -> None:
        """Keep a worker running until `stop`."""
        loop, wait = asyncio.get_running_loop(), AGAIN_FIRST
        while not self._stopping:
            begun = loop.time()
            try:
                await self._live_through_one()
            except Exception:  # of any kind: a channel is never left without a worker
                log.exception("The worker of channel %s was lost.", self.settings.name)
            if self._stopping:
                return
            if self.started.done() and self.started.exception():
                return
            wait = AGAIN_FIRST if loop.time() - begun > STEADY else min(wait * 2, AGAIN_MOST)
            log.warning("The worker of channel %s ended; again in %s s.", self.settings.name, wait)
            await asyncio.sleep(wait)

    async def ask(self, method: Method, params: Mapping[str, Any], *, within: float) -> Any:
        """One request and its answer.

        Raises:
            BackendError: the worker is down or late, or it refused.
        """
        link = self._link
        if link is None or self.problem:
            raise unavailable(self.problem or "The channel's worker is starting.")
        number = next(self._numbers)
        answer = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            async with asyncio.timeout(within):
                await link.send([number, method.value, dict(params)])
                return await answer
        except TimeoutError:
            raise unavailable(f"The channel has not answered within {within:g} s.") from None
        except LinkClosedError:
            raise unavailable("The channel's worker has just ended.") from None
        finally:
            self._asked.pop(number, None)

    async def stop(self, within: float) -> None:
        """Ask the worker to end and wait for it; after `within` seconds it is killed."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        try:
            async with asyncio.timeout(within):
                await self._say_stop()
                await process.wait()
        except TimeoutError:
            log.error("The worker of channel %s is stuck; killing it.", self.settings.name)
            process.kill()
            await process.wait()

    async def _say_stop(self) -> None:
        if self._link:
            with contextlib.suppress(LinkClosedError):  # it ends already
                await self._link.send([0, Method.STOP.value, {}])

    async def changes_since(self, version: int) -> tuple[int, list[PastChange]]:
        """How an old version differs from the live one, for `Channel`."""
        try:
            answer = await self.ask(Method.CHANGES_SINCE, {"version": version}, within=30)
        except BackendError as error:
            raise LookupError(f"version {version} cannot be compared; {error}") from error
        return answer["head"], [PastChange(*item) for item in answer["changes"]]

    async def _live_through_one(self) -> None:
        """One process from its start to its end."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        link = await Link.over(ours)
        try:
            with theirs:
                self._process = await _start(theirs.fileno())
            await self._converse(link, self._process)
        finally:
            self._lost()
            await link.close()
            if self._process:
                await self._process.wait()

    async def _converse(self, link: Link, process: asyncio.subprocess.Process) -> None:
        try:
            await link.send([0, "assignment", self._assignment()])
            self._link = link
            while True:
                await self._take(await link.receive())
        except LinkClosedError:
            pass
        except DamagedContentError as error:
            log.critical("Channel %s: %s; its worker begins anew.", self.settings.name, error)
            process.kill()

    def _assignment(self) -> dict[str, Any]:
        service = self._service
        return {
            "settings": self.settings.model_dump(mode="json"),
            "store": service.store or str(service.data_dir),
            "folder": "/",
            "fetched": str(service.data_dir.absolute() / "fetched" / self.settings.name),
            "log": service.log.model_dump(mode="json"),
        }

    def silence(self) -> float:
        """Seconds for which the worker has said nothing, though it reports every second."""
        return time.monotonic() - self.heard

    async def _take(self, message: list[Any]) -> None:
        self.heard = time.monotonic()
        number, kind, payload = message
        if number == 0:
            line = self._lines[payload["channel"]]
            self._told[Event(kind)](line, payload)
            if line.damage:
                raise DamagedContentError(line.damage)
            return
        answer = self._asked.get(number)
        if answer is None or answer.done():
            return
        if kind:
            answer.set_result(payload)
        else:
            answer.set_exception(BackendError(ProblemResult.model_validate(payload)))

    def _live(self, line: Channel, told: dict[str, Any]) -> None:
        line.live(VersionNote(*told["version"]) if told["version"] else None)
        self.problem = ""
        if not self.started.done():
            self.started.set_result(None)

    def _healthy(self, _line: Channel, told: dict[str, Any]) -> None:
        self.health = told["health"]

    def _failed(self, _line: Channel, told: dict[str, Any]) -> None:
        self.problem = f"The channel's worker cannot run: {told['reason']}."
        log.error("Channel %s: %s.", self.settings.name, told["reason"])
        if told["fatal"] and not self.started.done():
            name = self.settings.name
            self.started.set_exception(FatalWorkerError(f"channel {name}: {told['reason']}"))

    def _lost(self) -> None:
        self._link = None
        self.problem = self.problem or "The channel's worker has ended and is started again."
        if not self.started.done():
            self.started.set_result(None)  # others must not wait for what is tried again
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(unavailable("The channel's worker has just ended."))


async def _start(descriptor: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "galley.worker", str(descriptor)),
        pass_fds=(descriptor,),
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )


def unavailable(detail: str) -> BackendError:
    """The refusal of a request that needs a worker which is not there."""
    problem = ProblemResult(
        title="It cannot be done now",
        status=503,
        detail=detail,
        code="unavailable",
        remedy="Try again in a moment; `galley status` says how the channel is.",
    )
    return BackendError(problem)
