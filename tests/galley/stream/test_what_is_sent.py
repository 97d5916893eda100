"""What a subscriber gets: exactly what it misses, of one version, and nothing twice."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from galley.protocol.control import Change
from galley.protocol.messages import View
from galley.server import steps
from galley.server.distribution import CATCH_UP_SECONDS, LOOK_SECONDS
from galley.settings import StreamSettings
from pipeline.model import Resource


async def test_a_newcomer_gets_the_full_state(line: Any, raw: Any, resource: Any) -> None:
    line.publish(resource("a"), resource("b"))
    await raw.subscribe()
    update = await raw.take()
    assert update.base is None
    assert raw.held == line.content


async def test_a_subscriber_may_come_before_the_first_version(
    line: Any, raw: Any, resource: Any
) -> None:
    subscribed = await raw.subscribe()
    assert subscribed.version == 0
    line.publish(resource("a"))
    await raw.take()
    assert raw.held == line.content


async def test_a_change_is_sent_as_the_difference(line: Any, raw: Any, resource: Any) -> None:
    line.publish(resource("a"), resource("b"), resource("c"))
    await raw.subscribe()
    await raw.take()
    line.publish(resource("b", 2), gone=(resource("c").key,))
    update = await raw.take()
    assert (len(update.upserts), update.removals) == (1, [resource("c").key])
    assert raw.held == line.content


async def test_versions_that_come_meanwhile_are_skipped(
    line: Any, raw: Any, resource: Any, until: Any
) -> None:
    """G5: at most one response is out, and the next one leads to the newest version."""
    line.publish(resource("a"))
    await raw.subscribe()
    first = await raw.update()
    for value in range(1, 5):
        line.publish(resource("a", value), resource("new", value))
    await line.channel.live_at_least(5, 10)
    await raw.ack(first)
    update = await raw.take()
    assert update.note.number == 5
    assert raw.held == line.content


async def test_a_key_that_changed_and_changed_back_is_not_sent(
    line: Any, raw: Any, resource: Any
) -> None:
    """A delta is a set difference, not a replay."""
    line.publish(resource("a"), resource("b"))
    await raw.subscribe()
    first = await raw.update()
    line.publish(resource("a", 1))
    line.publish(resource("a"), resource("b", 1))
    await raw.ack(first)
    update = await raw.take()
    assert len(update.upserts) == 1


@pytest.mark.parametrize(
    "view",
    [
        View.of(["core/Service"]),
        View.of(namespaces=["prod"]),
        View.of(["v1/Service", "core/Secret"], ["prod", "test"]),
        View.of(labels={"app": "web"}),
        View.of(["core/Service"], ["prod"], {"app": "web"}),
    ],
)
async def test_a_view_holds_what_it_selects(line: Any, raw: Any, resource: Any, view: View) -> None:
    kinds, namespaces, apps = ("Service", "Secret"), ("prod", "test", "dev"), ("web", "db")
    every = [
        resource(f"{kind}-{app}".lower(), namespace=namespace, kind=kind, app=app)
        for kind in kinds
        for namespace in namespaces
        for app in apps
    ]
    line.publish(*every)
    await raw.subscribe(view)
    await raw.take()
    assert raw.held == line.seen(view)
    line.publish(
        *(resource(e.key.name, 9, namespace="prod", kind="Service", app="web") for e in every)
    )
    await raw.take()
    assert raw.held == line.seen(view)


async def test_leaving_a_view_by_a_label_is_a_removal(line: Any, raw: Any, resource: Any) -> None:
    line.publish(resource("a", app="web"), resource("b", app="web"))
    await raw.subscribe(View.of(labels={"app": "web"}))
    await raw.take()
    line.publish(resource("a", app="db"))
    update = await raw.take()
    assert update.removals == [resource("a").key]


async def test_a_version_that_leaves_a_view_alone_is_not_sent_and_had(
    line: Any, raw: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("a", namespace="prod"))
    await raw.subscribe(View.of(namespaces=["prod"]))
    await raw.take()
    await until(lambda: line.channel.members.connected() == (1, 1))
    sent = sum(line.channel.counts.steps.values())
    line.publish(resource("a", 2, namespace="test"))
    assert await line.channel.live_at_least(2, 10)
    assert sum(line.channel.counts.steps.values()) == sent
    assert next(line.channel.members.subscribers()).version == 2
    assert line.channel.members.deliveries()[2] == (1, 1, 0)


async def test_a_rollback_is_announced_even_if_nothing_changes(
    line: Any, raw: Any, resource: Any
) -> None:
    """Also to a view that it leaves alone; then without body."""
    line.publish(resource("a", namespace="prod"))
    line.publish(resource("b", namespace="test"))
    await raw.subscribe(View.of(namespaces=["prod"]))
    await raw.take()
    line.rollback(1)
    update = await raw.take()
    assert (update.note.kind, update.note.restores) == ("rollback", 1)
    assert (update.upserts, update.removals, update.base) == ([], [], update.target)


async def test_a_rollback_brings_the_old_content_back(line: Any, raw: Any, resource: Any) -> None:
    line.publish(resource("a"), resource("b"))
    line.publish(resource("a", 2), resource("c"), gone=(resource("b").key,))
    await raw.subscribe()
    await raw.take()
    line.rollback(1)
    update = await raw.take()
    assert update.target == line.channel.head.digest
    assert raw.held == line.versions[1]


@pytest.mark.parametrize("zstd", [False, True])
async def test_a_large_state_comes_in_chunks(
    line: Any, raw: Any, resource: Any, zstd: bool
) -> None:
    line.publish(*(resource(f"r{n}", pad="x" * 900) for n in range(1500)))
    await raw.subscribe(zstd=zstd)
    update = await raw.take()
    assert update.chunks > 1
    assert raw.held == line.content
    assert (line.channel.counts.bytes < 500_000) is zstd


async def test_a_large_change_comes_in_chunks(line: Any, raw: Any, resource: Any) -> None:
    line.publish(*(resource(f"r{n}", pad="x" * 900) for n in range(1500)))
    await raw.subscribe()
    await raw.take()
    line.publish(*(resource(f"r{n}", 2, pad="y" * 900) for n in range(1000)))
    update = await raw.take()
    assert update.base is not None
    assert update.chunks > 1
    assert raw.held == line.content


async def test_a_view_that_is_built_while_versions_are_published_is_right(
    line: Any, connect: Any, resource: Any
) -> None:
    """Changes that come between two slices of the building are not lost."""
    line.publish(*(resource(f"r{n}", app="web") for n in range(5000)))
    view = View.of(labels={"app": "web"})
    async with connect() as raw:
        await raw.subscribe(view)
        for value in range(20):
            line.publish(resource(f"r{value * 7}", value + 1, app="db" if value % 2 else "web"))
        while not raw.updates or raw.updates[-1].note.number < line.number:
            await raw.take()
        assert raw.held == line.seen(view)


async def test_an_acknowledgement_between_two_versions_is_not_forgotten(
    line: Any, raw: Any, resource: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes while a long version of other views is taken over; the next step follows it."""
    monkeypatch.setattr("galley.server.slices.SLICE", 1e-6)
    line.publish(resource("a", namespace="n1"))
    await raw.subscribe(View.of(namespaces=["n1"]))
    first = await raw.update()
    line.publish(resource("a", 1, namespace="n1"))
    await line.channel.live_at_least(2, 10)
    line.publish(*(resource(f"r{n}", namespace="n2") for n in range(8000)))
    await until(lambda: not line.channel.settled)
    await raw.ack(first)
    (subscription,) = line.channel.members
    await until(lambda: subscription.version == 1)
    await until(lambda: not line.channel.settled)
    assert (await raw.take()).note.number == 3
    assert raw.held == line.seen(View.of(namespaces=["n1"]))


async def test_what_is_sent_is_built_once_for_everybody(
    line: Any, connect: Any, resource: Any
) -> None:
    line.publish(resource("a"))
    async with connect() as one, connect() as other:
        for raw in (one, other):
            await raw.subscribe()
            await raw.take()
        line.publish(resource("a", 1))
        assert (await one.take()).nonce == (await other.take()).nonce


async def test_a_large_step_is_of_one_moment_whatever_is_published_meanwhile(
    line: Any, resource: Any, digest_of: Any
) -> None:
    for value in (0, 1):
        line.publish(*(resource(f"r{n}", value) for n in range(600)))
        assert await line.channel.live_at_least(line.number, 10)
    everything, base = line.channel._live.views.all, digest_of(line.versions[1])
    job = steps.delta(everything, line.channel.resources, line.channel.note, base, zstd=False)
    next(job)
    line.publish(resource("r599", 2))
    assert await line.channel.live_at_least(3, 10)
    built: list[Any] = []
    for _ in _outcome(job, built):
        pass
    sent = {content for part in built[0]._parts for content in part.upserts}
    assert sent == {each.content for each in line.versions[2].values()}


def _outcome(job: Any, built: list[Any]) -> Any:
    built.append((yield from job))


async def test_starting_many_to_catch_up_is_long_work(
    line: Any, connect: Any, resource: Any, until: Any
) -> None:
    """Each is a task that begins in the next turn, and a turn has room for some of them."""
    line.publish(resource("a"))
    async with AsyncExitStack() as stack:
        for _ in range(20):
            raw = await stack.enter_async_context(connect())
            await raw.subscribe()
            await raw.take()
        everything = line.channel._live.views.all
        await until(lambda: everything.synced == 20)
        for each in everything.subscriptions:
            line.channel.members.lost(each.unsync())
            each.digest = bytes(32)
        left = sum(line.channel.distribution.fan_out(everything))
        assert all(each.busy for each in everything.subscriptions)
    assert left >= 20 * CATCH_UP_SECONDS - LOOK_SECONDS


class TestLimits:
    @pytest.fixture
    def settings(self) -> StreamSettings:
        return StreamSettings(subscriptions=2)

    async def test_as_many_subscriptions_as_allowed(
        self, line: Any, raw: Any, resource: Any
    ) -> None:
        line.publish(resource("a", namespace="x"), resource("a", namespace="y"))
        for number, namespace in enumerate("xy", 1):
            await raw.subscribe(View.of(namespaces=[namespace]), id=number)
            raw.held = {}
            await raw.take()
        with pytest.raises(AssertionError, match="limit"):
            await raw.subscribe(View.of(namespaces=["z"]), id=3)


async def test_a_worker_that_dies_while_it_tells_the_first_version_leaves_nothing_behind(
    line: Any, raw: Any, resource: Any
) -> None:
    """What makes up the first version is not staged; so it must be forgotten when a load begins."""
    lost: Resource = resource("lost")
    line.channel.changes([Change(*lost.key, None, lost.digest, lost.content)])
    line.load()

    line.publish(resource("a"))

    await raw.subscribe()
    await raw.take()
    assert raw.held == line.content
    assert line.channel.resources.get(lost.key) is None


async def test_the_first_version_is_no_change_to_be_remembered(line: Any, resource: Any) -> None:
    """The way to it from nothing is the full state, which is there already."""
    line.publish(*(resource(f"r{number}") for number in range(100)))
    await line.channel.live_at_least(1, 10)
    everything = line.channel._live.views.all
    assert len(everything.buckets) == 100
    assert everything.history.position == 0

    line.publish(resource("r1", 2))
    await line.channel.live_at_least(2, 10)
    assert everything.history.position == 1
