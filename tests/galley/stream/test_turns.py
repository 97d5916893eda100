"""What comes at once is taken in over several turns of the loop, in order, and nobody is lost."""

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from galley.server import turns as module
from galley.server.shared import Shared
from galley.server.slices import SLICE, Job, Slices
from galley.server.turns import SHARE, Turns, turns


class Clock:
    """Goes on by itself whenever something is done."""

    def __init__(self) -> None:
        self.now = 1.0

    def __call__(self) -> float:
        return self.now

    def works(self, seconds: float, note: Callable[[], object]) -> Callable[[], None]:
        def work() -> None:
            self.now += seconds
            note()

        return work


@pytest.fixture
async def turn() -> Any:
    """Counts the turns of the loop."""
    loop, count = asyncio.get_running_loop(), [0]

    def tick() -> None:
        count[0] += 1
        handle[0] = loop.call_soon(tick)

    handle = [loop.call_soon(tick)]
    yield lambda: count[0]
    handle[0].cancel()


async def test_a_turn_takes_in_what_fits_and_the_rest_follows_in_order(
    turn: Any, until: Any
) -> None:
    clock, done = Clock(), list[tuple[int, int]]()
    spread = Turns(clock)

    def note(number: int) -> None:
        done.append((turn(), number))

    for number in range(20):
        spread.take(clock.works(0.3 * SHARE, partial(note, number)))
    assert len(done) == 4  # the last of them began within the share
    await until(lambda: len(done) == 20)
    assert [number for _, number in done] == list(range(20))
    assert len({at for at, _ in done}) == 5


async def test_work_that_is_left_to_the_loop_counts(turn: Any, until: Any) -> None:
    done: list[int] = []
    spread = Turns(Clock())
    for _ in range(20):
        spread.take(lambda: done.append(turn()), leaves=0.3 * SHARE)
    await until(lambda: len(done) == 20)
    assert max(map(done.count, done)) == 4


async def test_work_longer_than_a_turn_gets_one(turn: Any, until: Any) -> None:
    clock, done = Clock(), []
    spread = Turns(clock)
    for _ in range(5):
        spread.take(clock.works(10 * SHARE, lambda: done.append(turn())))
    await until(lambda: len(done) == 5)
    assert len(set(done)) == 5


async def test_work_that_fails_keeps_nobody_else_from_their_turn(
    until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "call_exception_handler", lambda _: None)
    spread, done = Turns(Clock()), []
    spread.take(lambda: None, leaves=2 * SHARE)
    spread.take(lambda: 1 / 0)
    spread.take(lambda: done.append(1))
    await until(lambda: done)


async def test_a_loop_that_has_nothing_to_do_is_left_alone() -> None:
    spread = Turns()
    spread.take(lambda: None)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not spread._end


async def test_those_who_wait_for_the_same_go_on_in_different_turns(
    turn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("galley.server.shared.WAKE_SECONDS", 0.3 * SHARE)
    work = asyncio.get_running_loop().create_future()
    shared, woken = Shared(work), []

    async def wait() -> None:
        assert await shared.result() == "done"
        woken.append(turn())

    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(wait()) for _ in range(40)]
        await asyncio.sleep(0)
        waiting.pop().cancel()
        work.set_result("done")
    assert len(woken) == 39
    assert max(map(woken.count, woken)) <= 8


async def test_what_shared_work_raises_everybody_gets() -> None:
    work = asyncio.get_running_loop().create_future()
    shared = Shared(work)
    waiting = asyncio.gather(shared.result(), shared.result(), return_exceptions=True)
    await asyncio.sleep(0)
    work.set_exception(LookupError("gone"))
    assert [type(each) for each in await waiting] == [LookupError, LookupError]


async def test_many_short_jobs_in_one_turn_are_long_work_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thousand views that come at once are built one after the other, over several turns."""
    monkeypatch.setattr(module, "SHARE", -1.0)
    lane = Slices("test")
    done = [lane.run(_short(number)) for number in range(10)]
    assert not any(each.done() for each in done)
    assert await asyncio.gather(*done) == list(range(10))
    assert not turns().lanes


async def test_lanes_that_work_at_the_same_time_share_the_slice(turn: Any) -> None:
    lanes = [Slices(name) for name in ("one", "other")]
    steps: Counter[tuple[int, str]] = Counter()

    def job(name: str) -> Job[None]:
        for _ in range(40):
            steps[turn(), name] += 1
            yield 0.3 * SLICE

    began = turn()
    await asyncio.gather(*(lane.run(job(lane._name)) for lane in lanes))
    assert steps.total() == 80
    assert max(count for (at, _), count in steps.items() if at > began) <= 2


def _short(number: int) -> Job[int]:
    yield 0.0
    return number
