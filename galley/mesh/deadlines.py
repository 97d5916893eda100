"""Deadlines for many short writes: one timer looks at all of them now and then.

A timer for each of them costs a sixth of what a small write to a stream costs.
"""

import asyncio
import time
from itertools import takewhile
from typing import Protocol

LOOK_SECONDS = 0.25
"""How late a deadline may be noticed."""


class Writer(Protocol):
    """Who has a deadline, for one write at a time."""

    def late(self) -> None:
        """The write takes too long."""


class Deadlines:
    """Shared by all streams of a server; confined to one loop."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        """How long a write may take; another value counts for those under way as well."""
        self._begun: dict[Writer, float] = {}
        """On the monotonic clock, the longest ago first."""
        self._looking = False

    def begin(self, writer: Writer) -> None:
        """It begins to write; it wrote nothing."""
        self._begun[writer] = time.monotonic()
        if not self._looking:
            self._look_later()

    def end(self, writer: Writer) -> None:
        """It writes no more."""
        self._begun.pop(writer, None)

    def _look_later(self) -> None:
        self._looking = True
        asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        """Only at those who are late, and at the first who is not."""
        past = time.monotonic() - self.seconds
        for writer in list(takewhile(lambda each: self._begun[each] < past, self._begun)):
            del self._begun[writer]
            writer.late()
        self._looking = False
        if self._begun:
            self._look_later()
