"""What follows a source, whichever it is, and keeps what its batches add up to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import pytest

from pipeline.model import Batch, Broken, Diagnostic, Read, Removed
from sources.source import Source

DEADLINE = 10.0
"""Seconds for which a condition is waited for."""


def thing(name: str, value: object = 0, kind: str = "Thing") -> str:
    """One resource as text."""
    return (
        f"apiVersion: example.com/v1\nkind: {kind}\nmetadata:\n  name: {name}\n"
        f"spec:\n  value: {value}\n"
    )


class Follower:
    """Takes batches as a channel would, and keeps what they add up to."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.batches: list[Batch] = []
        self.held: dict[str, dict[str, bytes]] = {}
        """Names to digests by locator."""
        self.errors: dict[str, tuple[Diagnostic, ...]] = {}
        self._news = asyncio.Condition()

    @property
    def names(self) -> set[str]:
        return {name for held in self.held.values() for name in held}

    def codes(self, locator: str) -> list[str]:
        return [one.code for one in self.errors.get(locator, ())]

    async def take(self, batch: Batch) -> None:
        self.batches.append(batch)
        if batch.complete:
            scope = batch.scope
            self.held = {at: each for at, each in self.held.items() if not at.startswith(scope)}
            self.errors = {at: each for at, each in self.errors.items() if not at.startswith(scope)}
        for change in batch.changes:
            self._apply(change)
        async with self._news:
            self._news.notify_all()

    def _apply(self, change: Read | Broken | Removed) -> None:
        self.errors.pop(change.locator, None)
        if isinstance(change, Broken):
            self.errors[change.locator] = change.errors
        elif isinstance(change, Removed):
            self.held.pop(change.locator, None)
        else:
            self.held[change.locator] = {
                one.resource.key.name: one.resource.digest for one in change.resources
            }

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until batches have made a condition true."""
        async with asyncio.timeout(DEADLINE), self._news:
            await self._news.wait_for(holds)

    async def troubled(self, code: str = "") -> None:
        """Wait until the source says that it has this problem; none: that it has no more."""
        async with asyncio.timeout(DEADLINE):
            while self._problem() != code:  # noqa: ASYNC110  # health is asked, it does not tell
                await asyncio.sleep(0.01)

    def _problem(self) -> str:
        problem = self.source.health().problem
        return problem.code if problem else ""


Attend: TypeAlias = Callable[..., AbstractAsyncContextManager[Follower]]


@pytest.fixture
def manifest() -> Callable[..., str]:
    """`manifest("a", 1)`: the text of one resource."""
    return thing


@pytest.fixture
def attend() -> Attend:
    """`async with attend(source) as follower`: the source runs, and its first batch was taken."""

    @asynccontextmanager
    async def run(source: Source, *, wait: bool = True) -> AsyncIterator[Follower]:
        follower = Follower(source)
        task = asyncio.create_task(source.run(follower.take), name="source under test")
        try:
            if wait:
                await follower.until(lambda: bool(follower.batches))
            yield follower
        finally:
            alive = not task.done()
            task.cancel()
            (ended,) = await asyncio.gather(task, return_exceptions=True)
            assert alive, ended

    return run
