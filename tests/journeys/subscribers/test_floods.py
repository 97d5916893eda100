"""Subscribers that ask and ask and never read: what waits for them has a bound."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from galley.protocol.messages import Heartbeat, Resend, Unsubscribe

MOST_GROWTH = 96 * 1024 * 1024
"""Bytes that a flood may cost; without a bound these would cost a gigabyte."""
TIMES = 20_000


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


@pytest.mark.parametrize("flood", [resends, rejoins, pings, wrong_channels])
async def test_what_waits_for_a_subscriber_that_asks_and_never_reads_has_a_bound(
    make_service: Callable[..., Any],
    connect: Callable[[str], Awaitable[Any]],
    resident: Callable[[Any], int],
    wait_until: Callable[..., Awaitable[Any]],
    text_of: Callable[..., str],
    flood: Callable[[Any], None],
) -> None:
    """The connection is ended or no longer read; others are served meanwhile."""
    service = make_service()
    service.write("a.yaml", text_of("a", x="y" * 50_000))
    await service.start()
    await service.live(1)
    raw = await connect(service.address)
    raw.subscribe("flood")
    await raw.update()
    before = most = resident(service)
    sent = 0

    async def flooded() -> bool:
        nonlocal sent, most
        while sent < TIMES and raw.writer.transport.get_write_buffer_size() < 100_000:
            if raw.writer.transport.is_closing():
                return True
            flood(raw)
            sent += 1
            if sent % 50 == 0:
                break
        most = max(most, resident(service))
        return bool(sent >= TIMES or stuck())

    quiet = 0

    def stuck() -> bool:
        """Nothing is taken any more: the server has stopped to read."""
        nonlocal quiet
        full = raw.writer.transport.get_write_buffer_size() >= 100_000
        quiet = quiet + 1 if full else 0
        return quiet > 100

    await wait_until(flooded)
    assert most - before < MOST_GROWTH
    async with service.follow(node="good") as follower:
        await follower.at(1)
