"""Who has got a version: what rollback waits for, and what history keeps."""

import asyncio
from typing import Any

import pytest

from galley.protocol.messages import View


@pytest.fixture
async def pair(line: Any, connect: Any, resource: Any, until: Any) -> Any:
    """Two subscribers that have version 1."""
    line.publish(resource("a"))
    async with connect() as one, connect() as other:
        for name, raw in (("one", one), ("other", other)):
            await raw.subscribe(node=name)
            await raw.take()
        await until(lambda: line.channel.members.connected() == (2, 2))
        yield one, other


def waiting(line: Any, version: int, seconds: float = 5.0, quorum: float = 1.0) -> Any:
    return asyncio.create_task(
        line.channel.delivered(version, timeout=seconds, quorum=quorum), name="delivery"
    )


async def test_everybody_has_it(line: Any, pair: Any, resource: Any) -> None:
    delivery = waiting(line, line.publish(resource("a", 1)))
    for raw in pair:
        await raw.take()
    found = await delivery
    assert (found.connected, found.had, found.outcome) == (2, 2, "acked")
    assert line.channel.members.deliveries()[2] == (2, 2, 0)


async def test_somebody_has_not_got_it_in_time(line: Any, pair: Any, resource: Any) -> None:
    delivery = waiting(line, line.publish(resource("a", 1)), 0.3)
    await pair[0].take()
    found = await delivery
    assert (found.had, found.outcome) == (1, "timed-out")
    assert [(each.subscriber, each.state) for each in found.missing] == [("other", "pending")]


async def test_a_quorum_is_enough(line: Any, pair: Any, resource: Any) -> None:
    delivery = waiting(line, line.publish(resource("a", 1)), quorum=0.5)
    await pair[0].take()
    assert (await delivery).outcome == "acked"


async def test_a_refusal_ends_the_waiting(line: Any, pair: Any, resource: Any) -> None:
    delivery = waiting(line, line.publish(resource("a", 1)))
    await pair[0].take()
    await pair[1].nack(await pair[1].update(), reason="bad route")
    found = await delivery
    assert (found.had, found.outcome) == (1, "refused")
    assert (found.missing[0].state, found.missing[0].reason) == ("nacked", "bad route")
    assert line.channel.members.deliveries()[2] == (2, 1, 1)


async def test_who_leaves_is_not_waited_for(line: Any, pair: Any, resource: Any) -> None:
    delivery = waiting(line, line.publish(resource("a", 1)))
    await pair[0].take()
    await pair[1].websocket.close()
    found = await delivery
    assert (found.connected, found.had, found.outcome) == (1, 1, "acked")
    assert [(each.subscriber, each.state) for each in found.missing] == [("other", "gone")]
    assert line.channel.members.deliveries()[2] == (1, 1, 0)


async def test_a_newer_version_counts_as_well(line: Any, pair: Any, resource: Any) -> None:
    first = line.publish(resource("a", 1))
    delivery = waiting(line, first)
    updates = [await raw.update() for raw in pair]
    line.publish(resource("a", 2))
    for raw, update in zip(pair, updates, strict=True):
        await raw.ack(update)
        await raw.take()
    assert (await delivery).outcome == "acked"
    assert (await waiting(line, first)).outcome == "acked"


async def test_who_comes_later_is_not_counted(
    line: Any, pair: Any, connect: Any, resource: Any, until: Any
) -> None:
    version = line.publish(resource("a", 1))
    for raw in pair:
        await raw.take()
    async with connect() as late:
        await late.subscribe(node="late")
        await late.take()
        await until(lambda: line.channel.members.connected() == (3, 3))
        assert line.channel.members.deliveries()[version] == (2, 2, 0)


async def test_without_subscribers_there_is_nothing_to_wait_for(line: Any, resource: Any) -> None:
    found = await waiting(line, line.publish(resource("a")))
    assert (found.connected, found.outcome) == (0, "no-subscribers")


async def test_counts_are_told_once(line: Any, pair: Any, resource: Any, until: Any) -> None:
    line.channel.members.deliveries()
    line.publish(resource("a", 1))
    assert await line.channel.live_at_least(2, 5)
    assert line.channel.members.deliveries() == {2: (2, 0, 0)}
    assert line.channel.members.deliveries() == {}
    await pair[0].take()
    await until(lambda: line.channel.members.connected() == (2, 1))
    line.publish(resource("a", 2))
    assert await line.channel.live_at_least(3, 5)
    assert line.channel.members.deliveries() == {2: (2, 1, 0), 3: (2, 0, 0)}


async def test_affected_names_those_whose_view_the_keys_touch(
    line: Any, connect: Any, resource: Any
) -> None:
    line.publish(resource("a", namespace="prod"), resource("a", namespace="test"))
    async with connect() as one, connect() as other:
        await one.subscribe(View.of(namespaces=["prod"]), node="one")
        await other.subscribe(node="other")
        assert await line.channel.affected([resource("a", namespace="prod").key]) == [
            "one",
            "other",
        ]
        assert await line.channel.affected([resource("a", namespace="test").key]) == ["other"]


async def test_who_left_stays_listed_until_it_is_back(
    line: Any, connect: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("a"))
    async with connect() as raw:
        await raw.subscribe(node="one")
        await raw.take()
        await until(lambda: line.channel.members.connected() == (1, 1))
    await until(lambda: [each.state for each in line.channel.members.subscribers()] == ["gone"])
    assert next(line.channel.members.subscribers()).version == 1
    async with connect() as raw:
        await raw.subscribe(node="one")
        assert [each.state for each in line.channel.members.subscribers()] == ["pending"]
