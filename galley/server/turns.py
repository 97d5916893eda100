"""What comes in crowds, spread over turns of the loop: handshakes, messages, partings.

Thousands of subscribers come at once after a restart, answer at once, and go at once when a proxy
does. Each turn takes in what fits into its share; the rest waits in order for the turns after it,
so that nothing else waits for all of them.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from time import perf_counter
from weakref import WeakKeyDictionary

SHARE = 0.004
"""Seconds of a turn for what comes in crowds; as much again is left to slices of long work."""
WAKE_SECONDS = 15e-6
"""What the loop needs later for a task that is woken."""


class Turns:
    """The turns of one event loop, and what waits for one; confined to that loop."""

    __slots__ = ("_clock", "_end", "_waiting", "lanes")

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._end = 0.0
        """When this turn's share is spent; 0 as long as nothing was taken in."""
        self.lanes = 0
        """How many lanes of long work go on in slices."""
        self._waiting: deque[tuple[Callable[[], object], float]] = deque()

    @property
    def spent(self) -> bool:
        """Whether this turn's share is used up."""
        if not self._end:
            self._begin()
        return self._clock() > self._end

    @property
    def crowded(self) -> bool:
        """Whether something new has to wait: for the next turn, or behind others."""
        return bool(self._waiting) or self.spent

    def take(self, work: Callable[[], object], *, leaves: float = 0.0) -> None:
        """Do it now, or in order in one of the next turns.

        Args:
            leaves: seconds of work that it leaves to the loop.
        """
        if self.admits(leaves=leaves):
            work()
        else:
            self._waiting.append((work, leaves))

    def admits(self, *, leaves: float) -> bool:
        """Whether this turn has room for so many seconds of work, which it has less then."""
        if self._waiting:
            return False
        if not self._end:
            self._begin()
        if self._clock() > self._end:
            return False
        self._end -= leaves
        return True

    async def room(self, *, leaves: float) -> None:
        """Go on in this turn if it has room, or in order in one of the next.

        Args:
            leaves: seconds of work that follow.
        """
        if not self.admits(leaves=leaves):
            woken = asyncio.get_running_loop().create_future()
            self.take(partial(wake, woken), leaves=leaves)
            await woken

    def _begin(self) -> None:
        self._end = self._clock() + SHARE
        asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        """A new turn: whoever waits is first."""
        self._end = 0.0
        if not self._waiting:
            return
        self._begin()
        while self._waiting:
            work, leaves = self._waiting.popleft()
            self._end -= leaves
            work()
            if self._clock() > self._end:
                break


def wake(woken: "asyncio.Future[None]") -> None:
    """Let somebody go on who still waits."""
    if not woken.done():
        woken.set_result(None)


_of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def turns() -> Turns:
    """Those of the running loop: all that it does shares them."""
    loop = asyncio.get_running_loop()
    found = _of_loops.get(loop)
    if found is None:
        found = _of_loops[loop] = Turns()
    return found
