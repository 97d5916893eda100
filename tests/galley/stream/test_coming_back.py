"""G6: what somebody has who comes back decides what is sent."""

from typing import Any

import pytest

from galley.protocol.messages import Have, View


async def test_with_what_is_live_nothing_is_sent_again(
    line: Any, raw: Any, resource: Any, have: Any
) -> None:
    line.publish(resource("a"))
    raw.held = dict(line.content)
    await raw.subscribe(have=have(1))
    update = await raw.take()
    assert (update.upserts, update.removals, update.base) == ([], [], update.target)


async def test_with_a_remembered_content_the_difference_is_sent(
    line: Any, raw: Any, resource: Any, have: Any
) -> None:
    """A known digest is enough, whatever lineage and version are claimed for it."""
    line.publish(resource("a"), resource("b"))
    line.publish(resource("b", 2))
    await line.channel.live_at_least(2, 10)
    raw.held = dict(line.versions[1])
    await raw.subscribe(have=have(1)._replace(lineage="another", version=77))
    update = await raw.take()
    assert len(update.upserts) == 1
    assert line.asked == []


@pytest.mark.parametrize(
    "view", [View(), View.of(namespaces=["prod"]), View.of(labels={"app": "web"})]
)
async def test_after_a_restart_the_worker_is_asked_for_the_difference(
    line: Any,
    resource: Any,
    have: Any,
    view: View,
    digest_of: Any,
    new_server: Any,
    connect_to: Any,
) -> None:
    line.publish(*(resource(f"r{n}", namespace="prod", app="web") for n in range(20)))
    line.publish(resource("r1", 5, namespace="prod", app="db"), resource("other"))
    line.publish(resource("r2", 5, namespace="prod", app="web"), gone=(resource("other").key,))
    number, line.number = line.number, 1
    old = line.seen(view)
    line.number = number
    line.restart()
    server = new_server(line)
    await server.start()
    async with connect_to(server) as raw:
        raw.held = dict(old)
        await raw.subscribe(view, have=Have(line.lineage, 1, digest_of(old)))
        update = await raw.take()
        assert update.base == digest_of(old)
        assert raw.held == line.seen(view)
    assert line.asked == [1]
    await server.stop()


async def test_an_unknown_content_is_repaired_by_buckets(
    line: Any, raw: Any, resource: Any, have: Any, digest_of: Any
) -> None:
    line.publish(*(resource(f"r{n}") for n in range(600)))
    raw.held = {**line.content, resource("mine").key: resource("mine")}
    del raw.held[resource("r5").key]
    raw.held[resource("r6").key] = resource("r6", 66)
    await raw.subscribe(have=Have("unknown", 9, digest_of(raw.held)))
    await raw.answer_compare()
    update = await raw.take()
    assert 1 <= len(update.buckets) <= 3
    assert raw.held == line.content


async def test_an_unknown_content_of_a_small_view_is_replaced(
    line: Any, raw: Any, resource: Any, have: Any
) -> None:
    line.publish(resource("a"))
    raw.held = {resource("x").key: resource("x")}
    await raw.subscribe(have=Have(line.lineage, 1, b"?" * 32))
    assert (await raw.take()).base is None
    assert raw.held == line.content


async def test_a_newer_version_than_the_live_one_is_waited_for(
    line: Any, raw: Any, resource: Any, have: Any
) -> None:
    """G3: nothing older is sent to somebody who has seen newer ones of the lineage."""
    line.publish(resource("a"))
    await raw.subscribe(have=have(1)._replace(version=3, digest=b"?" * 32))
    line.publish(resource("a", 2))
    line.publish(resource("a", 3))
    assert (await raw.take()).note.number == 3


async def test_a_reload_with_another_content_is_sent_as_a_difference(
    line: Any, raw: Any, resource: Any
) -> None:
    """The worker died and comes back with more; so does a restored backup, in a new lineage."""
    line.publish(resource("a"), resource("b"), resource("c"))
    await raw.subscribe()
    await raw.take()
    line.lineage, line.number = "restored", 1_000_001
    line.versions[line.number] = {
        r.key: r for r in (resource("a"), resource("b", 2), resource("d"))
    }
    line.load()
    update = await raw.take()
    assert (update.note.lineage, update.note.number) == ("restored", 1_000_001)
    assert (len(update.upserts), update.removals) == (2, [resource("c").key])


async def test_a_reload_of_the_same_content_says_nothing(
    line: Any, raw: Any, resource: Any
) -> None:
    line.publish(resource("a"))
    await raw.subscribe()
    await raw.take()
    line.load()
    line.publish(resource("a", 1))
    assert (await raw.take()).note.number == 2
