"""The worker's ear: requests of the service, each answered by a task of its own."""

import asyncio
import logging
from typing import Any

from galley.protocol.control import Method
from galley.protocol.framing import Link, LinkClosedError
from galley.store.errors import HeadConflictError, StoreError, WriterLostError
from galley.worker.channel import BehindError
from galley.worker.operations import Operations
from galley.worker.problems import RefusedError, of_store

log = logging.getLogger("galley.requests")

LOST = (HeadConflictError, WriterLostError)
"""Memory and store have come apart: the worker has to begin anew."""

AT_ONCE = 64
"""Requests that are answered at the same time; more wait in the socket."""


class ServiceLink:
    """Answers what the service asks, in whatever order the answers are ready."""

    def __init__(self, link: Link, operations: Operations) -> None:
        self._link = link
        self._operations = operations
        self._free = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    async def listen(self, tasks: asyncio.TaskGroup) -> None:
        """Take requests until the service says stop or goes."""
        while True:
            try:
                number, method, params = await self._link.receive()
            except LinkClosedError:
                log.info("The service has gone.")
                return
            if method == Method.STOP:
                return
            await self._free.acquire()
            task = tasks.create_task(self._answer(number, method, params), name=f"answer {method}")
            self._running.add(task)
            task.add_done_callback(self._finished)

    async def settle(self) -> None:
        """Wait for the answers under way."""
        await asyncio.gather(*self._running, return_exceptions=True)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free.release()

    async def _answer(self, number: int, method: str, params: dict[str, Any]) -> None:
        """Raises what the worker cannot go on after, once it is answered."""
        lost: Exception | None = None
        try:
            result = await self._operations.answer(method, params)
            message: list[Any] = [number, True, result]
        except RefusedError as error:
            lost = error.__cause__ if isinstance(error.__cause__, LOST) else None
            message = [number, False, error.problem()]
        except StoreError as error:
            lost = error if isinstance(error, LOST) else None
            message = [number, False, of_store(error).problem()]
        except BehindError as error:
            lost = error
            message = [number, False, RefusedError("internal", str(error)).problem()]
        except Exception as error:  # a defect in one answer must not end the channel
            log.exception("The request %s failed.", method)
            detail = f"{type(error).__name__}: {error}"
            message = [number, False, RefusedError("internal", detail).problem()]
        try:
            await self._link.send(message)
        except LinkClosedError:
            log.debug("Nobody waits for the answer to %s any more.", method)
        if lost is not None:
            raise lost
