"""What subscribers refuse is told to the worker: once, within bounds, and whether it stands."""

from typing import Any

import pytest

from galley.protocol.messages import View
from galley.server import refusals
from galley.server.refusals import News, Refusals


def told(line: Any) -> News:
    return line.channel.members.refusals.take() or News({}, {}, {})


def said(news: News) -> list[tuple[Any, ...]]:
    return [(one.version, one.subscriber, one.kind, one.reason) for one in news.refusals.values()]


async def nacked(line: Any, raw: Any, until: Any, **given: Any) -> None:
    """Refuse the next update; the content held stays what it was."""
    held = dict(raw.held)
    before = line.channel.counts.nacks.total()
    await raw.nack(await raw.update(), **given)
    raw.held = held
    await until(lambda: line.channel.counts.nacks.total() == before + 1)


@pytest.fixture
async def synced(line: Any, connect: Any, resource: Any, until: Any) -> Any:
    line.publish(*(resource(f"r{n}") for n in range(600)))
    async with connect() as raw:
        await raw.subscribe(node="one")
        await raw.take()
        await until(lambda: line.channel.members.connected() == (1, 1))
        yield raw


async def test_a_refusal_is_told_once_and_then_that_it_is_over(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    await nacked(line, synced, until, reason="bad route")
    news = told(line)
    assert said(news) == [(2, "one", "invalid", "bad route")]
    assert (news.refusers, news.settled) == ({2: 1}, {})
    assert line.channel.members.refusals.take() is None

    line.publish(resource("r1", 2))
    await synced.take()
    await until(lambda: line.channel.members.connected() == (1, 1))
    news = told(line)
    assert (said(news), list(news.settled)) == ([], ["one"])


async def test_the_same_from_one_who_comes_back_is_no_news(
    line: Any, synced: Any, connect: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    await nacked(line, synced, until)
    assert said(told(line))
    for reason, news in (("no", []), ("worse", [(2, "one", "invalid", "worse")])):
        async with connect() as again:
            await again.subscribe(node="one")
            await nacked(line, again, until, reason=reason)
            assert said(told(line)) == news


async def test_what_is_over_before_it_is_told_is_told_as_over(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    """And so it is if it could not be told the first time."""
    line.publish(resource("r1", 1))
    await nacked(line, synced, until)
    queue = line.channel.members.refusals
    kept = queue.take()
    line.publish(resource("r1", 2))
    await synced.take()
    await until(lambda: line.channel.members.connected() == (1, 1))
    queue.give_back(kept)
    news = told(line)
    assert said(news) == [(2, "one", "invalid", "no")]
    assert [one.settled > 0 for one in news.refusals.values()] == [True]


async def test_trouble_of_the_subscriber_is_told_as_such(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    await nacked(line, synced, until, kind="retry")
    assert said(told(line)) == [(2, "one", "retry", "no")]


async def test_what_the_store_knows_is_over_once_its_subscriber_is_there(
    line: Any, synced: Any, resource: Any
) -> None:
    """As after a restart: who refused something has what is live by now; another one is away."""
    members = line.channel.members
    members.refusals.learn(["one", "two"], members)
    assert list(told(line).settled) == ["one"]


async def test_one_without_a_name_is_known_by_where_it_comes_from(
    line: Any, connect: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("a"))
    for _ in range(2):
        async with connect() as raw:
            await raw.subscribe(node="")
            await nacked(line, raw, until)
    news = told(line)
    (one,) = news.refusals.values()
    assert one.subscriber.endswith("@127.0.0.1")
    assert news.refusers == {1: 1}


async def test_of_a_version_so_many_are_told_and_the_others_counted(
    line: Any, connect: Any, resource: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "TOLD", 2)
    line.publish(resource("a"))
    for name in ("one", "two", "three", "three"):
        async with connect() as raw:
            await raw.subscribe(node=name)
            await nacked(line, raw, until)
    news = told(line)
    assert [one.subscriber for one in news.refusals.values()] == ["one", "two"]
    assert news.refusers == {1: 3}


async def test_old_versions_are_forgotten_here(
    line: Any, synced: Any, resource: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "VERSIONS", 2)
    for number in (1, 2, 3):
        line.publish(resource("r1", number))
        await nacked(line, synced, until)
    queue: Refusals = line.channel.members.refusals
    assert list(queue._versions) == [3, 4]
    assert [each[0] for each in said(told(line))] == [2, 3, 4]


async def test_what_was_refused_and_stays_as_it_is_counts_against_later_versions_too(
    line: Any, connect: Any, resource: Any, until: Any
) -> None:
    """It is not sent again, so nobody would refuse it again; `last-good` must know."""
    line.publish(resource("a"), resource("b", kind="Pod"))
    async with connect() as raw:
        await raw.subscribe(View(("core/Service",)), node="one")
        await raw.take()
        await until(lambda: line.channel.members.connected() == (1, 1))
        line.publish(resource("a", 1))
        await nacked(line, raw, until)
        assert line.channel.members.deliveries()[2] == (1, 0, 1)
        line.publish(resource("b", 1, kind="Pod"))
        assert line.channel.members.deliveries()[3] == (1, 0, 1)
        line.publish(resource("a", 2))
        assert line.channel.members.deliveries()[4] == (1, 0, 0)
        await raw.take()
        await until(lambda: line.channel.members.deliveries().get(4) == (1, 1, 0))
