"""Deadlines for many short writes: one timer looks at all of them now and then.

A timer for each of them costs a sixth of what a small write to a stream costs.
"""

import asyncio
import time
from typing import Protocol

LOOK_SECONDS = 0.25
"""How late a deadline may be noticed."""


class Writer(Protocol):
    """Who has a deadline, for one write at a time."""

    def late(self) -> None:
        """The write takes too long."""


class Deadlines:
    """Shared by all streams of a server; confined to one loop."""

    def __init__(self) -> None:
        self._until: dict[Writer, float] = {}
        """On the monotonic clock."""
        self._looking = False

    def begin(self, writer: Writer, seconds: float) -> None:
        """It writes, which may take so long."""
        self._until[writer] = time.monotonic() + seconds
        if not self._looking:
            self._look_later()

    def end(self, writer: Writer) -> None:
        """It writes no more."""
        self._until.pop(writer, None)

    def _look_later(self) -> None:
        self._looking = True
        asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        now = time.monotonic()
        for writer in [writer for writer, until in self._until.items() if until < now]:
            del self._until[writer]
            writer.late()
        self._looking = False
        if self._until:
            self._look_later()
