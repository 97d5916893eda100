"""Thousands of streams that come, answer or are woken at once: the loop turns all the while."""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf
from time import perf_counter
from typing import Any

import grpc.aio
import pytest

from galley.memory import Crowd
from galley.mesh.deadlines import Deadlines
from galley.mesh.gate import Gate
from galley.mesh.line import Line
from galley.mesh.stream import Stream
from galley.protocol.view import View
from galley.server.turns import turns
from tests.mesh.served import MeshLine, virtual_services

STREAMS = 1000
WORK = 100e-6
"""Seconds that each request takes here."""


class Busy:
    """A session that takes its time for every request."""

    due = inf

    def take(self, data: bytes) -> None:
        until = perf_counter() + WORK
        while perf_counter() < until:
            pass

    def next(self) -> None:
        return None

    def leave(self) -> None:
        return None


async def longest_turn(done: asyncio.Event) -> float:
    """Of the turns of the loop until then, in seconds."""
    longest, before = 0.0, perf_counter()
    while not done.is_set():
        await asyncio.sleep(0)
        now = perf_counter()
        longest, before = max(longest, now - before), now
    return longest


async def answering() -> tuple[float, float]:
    """Longest turn and all the time that requests took which are there at the same moment."""
    go, done = asyncio.Event(), asyncio.Event()

    def requests() -> Callable[[], Awaitable[Any]]:
        said = iter((b"", grpc.aio.EOF))

        async def read() -> Any:
            await go.wait()
            return next(said)

        return read

    async def write(data: bytes) -> None:
        raise AssertionError(data)

    gate, deadlines, crowd = Gate(), Deadlines(1.0), Crowd()
    streams = [
        Stream(requests(), write, gate=gate, deadlines=deadlines, crowd=crowd)
        for _ in range(STREAMS)
    ]
    async with asyncio.TaskGroup() as group:
        serving: list[Any] = [
            group.create_task(each.serve(Busy()), name="stream") for each in streams
        ]
        await asyncio.sleep(0.1)  # all of them wait for their request
        measuring = group.create_task(longest_turn(done), name="longest turn")
        await asyncio.sleep(0)
        begun = perf_counter()
        go.set()
        await asyncio.wait(serving)
        took = perf_counter() - begun
        done.set()
    assert sum(each.received for each in streams) == STREAMS
    return measuring.result(), took


async def test_requests_that_come_at_once_are_taken_over_many_turns() -> None:
    """A share of the whole, so that it holds on a slow machine as well."""
    longest, took = min([await answering() for _ in range(3)], key=lambda each: each[0] / each[1])
    assert longest < took / 4


async def test_without_turns_they_would_be_taken_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above is able to fail."""
    monkeypatch.setattr("galley.server.turns.SHARE", 60.0)
    longest, took = await answering()
    assert longest > took / 2


async def test_those_who_watch_the_same_are_woken_over_many_turns() -> None:
    line, woken = MeshLine(), 0

    class Watch:
        def wake(self) -> None:
            nonlocal woken
            woken += 1

    line.publish(*virtual_services("a"))
    follower = Line(line.channel)
    served = follower.served("istio", "networking.istio.io/VirtualService", View())
    served.watches.update({Watch(): None for _ in range(STREAMS)})  # type: ignore[misc]
    follower.wake(served)
    assert woken < STREAMS / 4
    async with asyncio.timeout(10):
        while woken < STREAMS:  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0)
    assert not turns()._waiting
    await line.channel.close()


async def test_a_view_that_is_built_wakes_each_who_waits_for_it_once() -> None:
    """However often they have asked meanwhile."""
    line, woken = MeshLine(), 0

    class Watch:
        def wake(self) -> None:
            nonlocal woken
            woken += 1

    line.publish(*virtual_services(f"n{number}" for number in range(3000)))
    assert await line.channel.live_at_least(1, timeout=10)
    follower = Line(line.channel)
    view = View.of(labels={"a": "b"})
    served = follower.served("istio", "networking.istio.io/VirtualService", view)
    served.watches.update({Watch(): None for _ in range(10)})  # type: ignore[misc]
    for _ in range(10):
        follower.prepare(served)
    await line.channel.ready(served.live)
    async with asyncio.timeout(10):
        while woken < 10:  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0)
    for _ in range(10):
        await asyncio.sleep(0)
    assert woken == 10
    await line.channel.close()
