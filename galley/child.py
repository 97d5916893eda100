"""A process of our own that does one thing for the service: start it, ask it, start it again.

They speak over a socket pair (`protocol.control` says what). A child that ends unasked is started
again with a back-off; until then what needs it is refused with a clear word.
"""

import asyncio
import contextlib
import itertools
import logging
import socket
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from galley.protocol.control import Method
from galley.protocol.framing import Link, LinkClosedError
from galley.protocol.results import ProblemResult
from galley.server.backend import BackendError

log = logging.getLogger("galley.children")

AGAIN_FIRST, AGAIN_MOST = 0.2, 30.0
"""Seconds before a child that ended is started again."""

STEADY = 30.0
"""Seconds after which a child counts as steady and its next end starts the back-off anew."""


class UnusableError(Exception):
    """What a child says cannot be right."""


class UnavailableError(BackendError):
    """A request needs a process that is not there."""

    def __init__(self, detail: str) -> None:
        problem = ProblemResult(
            title="It cannot be done now",
            status=503,
            detail=detail,
            code="unavailable",
            remedy="Try again in a moment; `galley status` says how the channel is.",
        )
        super().__init__(problem)


class LateError(UnavailableError):
    """The process is there, and has not answered in time."""


class Child(ABC):
    """The process of one task, whichever it is at the moment."""

    def __init__(self, name: str, module: str) -> None:
        """`name` is how a sentence begins that people are told, `The worker of channel mesh`;
        `module` is run with one end of the socket pair, the number of a file descriptor."""
        self.name = name
        self._module = module
        self.heard = time.monotonic()
        """When it last said anything."""
        self.problem = f"{name} is starting."
        """Why requests cannot be answered; empty while they can."""
        self._link: Link | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._numbers = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._stopping = False

    # --- what a kind of child is ---

    @abstractmethod
    def greeting(self) -> list[Any]:
        """The first message to a new process: what it is to be."""

    @abstractmethod
    def told(self, event: str, payload: dict[str, Any]) -> None:
        """It says something unasked.

        Raises:
            UnusableError: it has to begin anew.
        """

    @abstractmethod
    def gone(self) -> None:
        """Its process has ended."""

    def hopeless(self) -> bool:
        """Whether starting it again is no use."""
        return False

    # --- what they have in common ---

    async def run(self) -> None:
        """Keep a process running until `stop`."""
        loop, wait = asyncio.get_running_loop(), AGAIN_FIRST
        while not self._stopping:
            begun = loop.time()
            try:
                await self._live_through_one()
            except Exception:  # of any kind: a task is never left without its process
                log.exception("%s was lost.", self.name)
            if self._stopping or self.hopeless():
                return
            wait = AGAIN_FIRST if loop.time() - begun > STEADY else min(wait * 2, AGAIN_MOST)
            log.warning("%s ended; again in %s s.", self.name, wait)
            await asyncio.sleep(wait)

    async def ask(self, method: Method, params: Mapping[str, Any], *, within: float) -> Any:
        """One request and its answer.

        Raises:
            BackendError: it is down, or it refused.
            LateError: it has not answered.
        """
        link = self._link
        if link is None or self.problem:
            raise UnavailableError(self.problem or f"{self.name} is starting.")
        number = next(self._numbers)
        answer = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            async with asyncio.timeout(within):
                await link.send([number, method.value, dict(params)])
                return await answer
        except TimeoutError:
            raise LateError(f"{self.name} has not answered within {within:g} s.") from None
        except LinkClosedError:
            raise UnavailableError(f"{self.name} has just ended.") from None
        finally:
            self._asked.pop(number, None)

    async def stop(self, within: float) -> None:
        """Ask the process to end and wait for it; after `within` seconds it is killed."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        try:
            async with asyncio.timeout(within):
                await self._say_stop()
                await process.wait()
        except TimeoutError:
            log.error("%s is stuck; killing it.", self.name)
            self.kill()
            await process.wait()

    def kill(self) -> None:
        """End the process at once; another one is started."""
        if self._process and self._process.returncode is None:
            self._process.kill()

    def silence(self) -> float:
        """Seconds for which it has said nothing."""
        return time.monotonic() - self.heard

    async def _say_stop(self) -> None:
        if self._link:
            with contextlib.suppress(LinkClosedError):  # it ends already
                await self._link.send([0, Method.STOP.value, {}])

    async def _live_through_one(self) -> None:
        """One process from its start to its end."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            link = await Link.over(ours)
            try:
                self._process = await _start(self._module, theirs.fileno())
                theirs.close()  # its end of it is the only one, so that ours ends with it
                await self._converse(link)
            finally:
                self._lost()
                await link.close()
                if self._process:
                    await self._process.wait()

    async def _converse(self, link: Link) -> None:
        try:
            await link.send(self.greeting())
            self._link = link
            while True:
                await self._take(await link.receive())
        except LinkClosedError:
            pass
        except UnusableError as error:
            log.critical("%s: %s; it begins anew.", self.name, error)
            self.kill()

    async def _take(self, message: list[Any]) -> None:
        self.heard = time.monotonic()
        number, kind, payload = message
        if number == 0:
            self.told(kind, payload)
            return
        answer = self._asked.get(number)
        if answer is None or answer.done():
            return
        if kind:
            answer.set_result(payload)
        else:
            answer.set_exception(BackendError(ProblemResult.model_validate(payload)))

    def _lost(self) -> None:
        self._link = None
        self.problem = self.problem or f"{self.name} has ended and is started again."
        self.gone()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(UnavailableError(f"{self.name} has just ended."))


async def _start(module: str, descriptor: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", module, str(descriptor)),
        pass_fds=(descriptor,),
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
