"""Writes that take too long are told so, and no others."""

import asyncio
from types import SimpleNamespace

import pytest

from galley.mesh import deadlines
from galley.mesh.deadlines import Deadlines

LONG, NO_TIME = 3600.0, -1.0
"""Seconds that no write takes, and that every write does."""


class Writer:
    def __init__(self) -> None:
        self.told = asyncio.Event()

    def late(self) -> None:
        self.told.set()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "LOOK_SECONDS", 0.01)


async def told(*writers: Writer) -> None:
    async with asyncio.timeout(10):
        for each in writers:
            await each.told.wait()


async def test_who_is_late_is_told_once_and_who_has_ended_is_not() -> None:
    watched, writers = Deadlines(NO_TIME), [Writer() for _ in range(3)]
    for each in writers:
        watched.begin(each)
    watched.end(writers[1])
    await told(writers[0], writers[2])
    assert not writers[1].told.is_set()
    assert not watched._begun


async def test_another_limit_counts_for_writes_that_are_under_way() -> None:
    watched, writer = Deadlines(LONG), Writer()
    watched.begin(writer)
    watched._look()
    assert not writer.told.is_set()
    watched.seconds = NO_TIME
    await told(writer)


async def test_those_who_began_in_time_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    watched, early, later = Deadlines(10.0), Writer(), Writer()
    clock = SimpleNamespace(monotonic=iter((0.0, 5.0, 11.0)).__next__)
    monkeypatch.setattr(deadlines, "time", clock)
    watched.begin(early)
    watched.begin(later)
    watched._look()
    assert early.told.is_set()
    assert not later.told.is_set()
