"""Subscribers that ask and ask and never read: what waits for them has a bound."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from galley.protocol.messages import Heartbeat, Resend, Unsubscribe

MOST_GROWTH = 48 * 1024 * 1024
"""Bytes that a flood may cost; without a bound these would cost more."""
TIMES = 2_000


def resends(raw: Any) -> None:
    raw.send(Resend(raw.view))


def rejoins(raw: Any) -> None:
    raw.send(Unsubscribe(1))
    raw.subscribe("flood")


def pings(raw: Any) -> None:
    raw.send_frame(b"x" * 125, opcode=0x9)
    raw.send(Heartbeat())


def wrong_channels(raw: Any) -> None:
    raw.subscribe("flood", channel="x" * 250, number=2)


async def test_what_waits_for_a_subscriber_that_asks_and_never_reads_has_a_bound(
    make_service: Callable[..., Any],
    connect: Callable[[str], Awaitable[Any]],
    resident: Callable[[Any], int],
    text_of: Callable[..., str],
) -> None:
    """The connection is ended or no longer read; others are served meanwhile."""
    service = make_service()
    service.write("a.yaml", text_of("a", x="y" * 50_000))
    await service.start()
    await service.live(1)
    for flood in (resends, rejoins, pings, wrong_channels):
        raw = await connect(service.address)
        raw.subscribe("flood")
        await raw.update()
        before = resident(service)
        most = await drown(raw, flood, lambda: resident(service))
        assert most - before < MOST_GROWTH, flood.__name__
    async with service.follow(node="good") as follower:
        await follower.at(1)


async def drown(raw: Any, flood: Callable[[Any], None], size: Callable[[], int]) -> int:
    """Ask until it was enough, or the server reads no more or ends it; its most bytes."""
    most, transport = size(), raw.writer.transport
    for number in range(TIMES):
        flood(raw)
        try:
            async with asyncio.timeout(1):
                await raw.writer.drain()
                await asyncio.sleep(0.0005)  # one at a time, so that each is answered
        except (TimeoutError, ConnectionError):
            break
        if number % 100 == 0:
            most = max(most, size())
            if transport.is_closing():
                break
    return max(most, size())
