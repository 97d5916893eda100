"""Long work in the serving loop, in slices of a few milliseconds.

A job is a generator that yields wherever it may pause. It starts at once and, when it is short,
is over when `run` returns; only a longer one goes on in a task, a slice per turn of the loop, as
one that comes when much was done in this turn. Jobs of one lane never overlap: urgent ones
(versions) go before and in between the pauses of the others (a view that is built, a state that is
cut into chunks). Lanes that work at the same time share the slice.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Generator, Iterable
from time import perf_counter
from typing import Any, Generic, TypeAlias, TypeVar

from galley.server.turns import turns

T = TypeVar("T")

Job: TypeAlias = Generator[float, None, T]
"""Yields the seconds of work that it left to the loop since the last yield: writes to sockets."""

SLICE = 0.004
"""Seconds between two turns of the loop; two of them stay far below the promised 20 ms."""


async def unhurried(items: Iterable[T], at_once: int) -> AsyncIterator[T]:
    """The items, with a breath for everybody else after each `at_once` of them."""
    for number, item in enumerate(items, 1):
        yield item
        if number % at_once == 0:
            await asyncio.sleep(0)


class _Queued(Generic[T]):
    __slots__ = ("done", "job")

    def __init__(self, job: Job[T], done: "asyncio.Future[T]") -> None:
        self.job = job
        self.done = done


class Slices:
    """One lane of jobs; confined to one event loop."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._urgent: deque[_Queued[Any]] = deque()
        self._patient: deque[_Queued[Any]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._running = False
        self._until = 0.0
        """When the slice ends."""

    def run(self, job: Job[T], *, urgent: bool = False) -> "asyncio.Future[T]":
        """Start a job, or queue it behind others; its result, or what it raised."""
        queued = _Queued(job, asyncio.get_running_loop().create_future())
        if self._running or self._urgent or self._patient or turns().spent:
            over = False
        else:
            self._until = perf_counter() + SLICE
            over = self._advance(queued)
        if not over:
            (self._urgent if urgent else self._patient).append(queued)
            self._start()
        return queued.done

    async def close(self) -> None:
        """Drop what is queued; those who wait are cancelled."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for queued in (*self._urgent, *self._patient):
            queued.job.close()
            queued.done.cancel()
        self._urgent.clear()
        self._patient.clear()

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name=f"slices of {self._name}")

    async def _work(self) -> None:
        shared = turns()
        shared.lanes += 1
        try:
            while self._urgent or self._patient:
                await asyncio.sleep(0)
                self._until = perf_counter() + SLICE / shared.lanes
                self._slice()
        finally:
            shared.lanes -= 1

    def _slice(self) -> None:
        while (lane := self._urgent or self._patient) and self._advance(lane[0]):
            lane.popleft()

    def _advance(self, queued: _Queued[Any]) -> bool:
        """Go on with a job until it is over or the slice is; whether it is over."""
        if queued.done.cancelled():
            queued.job.close()
            return True
        self._running = True
        until = self._until
        try:
            while perf_counter() < until:
                until -= next(queued.job)
        except StopIteration as stop:
            _settle(queued.done, stop.value)
            return True
        except Exception as error:  # noqa: BLE001  # handed on to whoever awaits the job
            if not queued.done.done():
                queued.done.set_exception(error)
            return True
        finally:
            self._running = False
            self._until = until
        return False


def _settle(done: "asyncio.Future[Any]", value: Any) -> None:
    if not done.done():
        done.set_result(value)
