"""Work that is done once for everybody who waits for it, and they are woken over several turns.

A thousand subscribers that need the same step would otherwise all go on in the turn that builds it.
"""

import asyncio
from functools import partial
from typing import Generic, TypeVar

from galley.server.turns import WAKE_SECONDS, turns, wake

T = TypeVar("T")


class Shared(Generic[T]):
    """One piece of work; who waits for it may give up, and it goes on."""

    __slots__ = ("_waiting", "work")

    def __init__(self, work: "asyncio.Future[T]") -> None:
        self.work = work
        self._waiting: list[asyncio.Future[None]] = []
        work.add_done_callback(self._wake_all)

    async def result(self) -> T:
        """What came of it, or what it raised."""
        if not self.work.done():
            woken = asyncio.get_running_loop().create_future()
            self._waiting.append(woken)
            await woken
        return self.work.result()

    def _wake_all(self, _: object) -> None:
        waiting, self._waiting = self._waiting, []
        for woken in waiting:
            turns().take(partial(wake, woken), leaves=WAKE_SECONDS)
