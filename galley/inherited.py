"""The end of a socket pair that a child has from the service: taken over, and served on a loop."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable

import uvloop

from galley.protocol.framing import Link


def serve(descriptor: int, be: Callable[[Link], Awaitable[int]]) -> int:
    """Be something over this end of a socket pair; returns with its exit code.

    SIGINT is ignored: the service decides when its children stop.
    """
    end = socket.socket(fileno=descriptor)
    end.setblocking(False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(end, be))


async def _serve(end: socket.socket, be: Callable[[Link], Awaitable[int]]) -> int:
    link = await Link.over(end)
    try:
        return await be(link)
    finally:
        await link.close()
