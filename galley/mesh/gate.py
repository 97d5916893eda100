"""Large messages go out a few at a time: the transport copies each for as long as it takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

LARGE = 1024 * 1024
"""Bytes from which a message is large."""
AT_ONCE = 4
"""Large messages that are under way at the same time."""
TURN_SECONDS = 1.0
"""How long a turn is at most: a few clients that do not read must not keep all others waiting."""


class Gate:
    """Shared by all streams of a server."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Wait for a turn; what passes may go on when its turn is over."""
        await self._turns.acquire()
        turn = ExitStack()
        turn.callback(self._turns.release)
        ending = asyncio.get_running_loop().call_later(TURN_SECONDS, turn.close)
        try:
            yield
        finally:
            ending.cancel()
            turn.close()
