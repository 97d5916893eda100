"""NACKs, wrong digests and what follows from them."""

from typing import Any

import pytest

from galley.protocol.messages import Compare, Resend


@pytest.fixture
async def synced(line: Any, raw: Any, resource: Any, until: Any) -> Any:
    """A subscriber that has version 1."""
    line.publish(*(resource(f"r{n}") for n in range(600)))
    await raw.subscribe()
    await raw.take()
    await until(lambda: line.channel.members.connected() == (1, 1))
    return raw


def state(line: Any) -> tuple[str, str, int]:
    (found,) = line.channel.members.subscribers()
    return found.state, found.nack, found.version


async def refuse(line: Any, raw: Any, until: Any, kind: str = "invalid") -> None:
    """Refuse the next update; the content held stays what it was."""
    held = dict(raw.held)
    await raw.nack(await raw.update(), kind, "bad route")
    raw.held = held
    await until(lambda: state(line)[0] == "nacked")


async def test_a_refusal_is_shown_with_its_reason(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    await refuse(line, synced, until)
    assert state(line) == ("nacked", "bad route", 1)


async def test_a_refused_content_is_not_sent_again_but_the_next_one_is(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    await refuse(line, synced, until)
    line.publish(resource("r1", 2))
    await refuse(line, synced, until)
    line.publish(resource("r1", 1))
    line.publish(resource("r1", 3))
    assert (await synced.take()).note.number == 5
    await until(lambda: state(line) == ("synced", "", 5))


async def test_a_rollback_sends_a_refused_content_again(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    await refuse(line, synced, until)
    line.publish(resource("r1", 2))
    await synced.take()
    line.rollback(2)
    assert (await synced.take()).note.number == 4


async def test_a_large_rollback_sends_a_refused_content_again(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(*(resource(f"r{n}", 1) for n in range(600)))
    await refuse(line, synced, until)
    line.publish(*(resource(f"r{n}") for n in range(599)))
    await synced.take()
    line.rollback(2)
    assert (await synced.take()).note.kind == "rollback"
    assert synced.held == line.content


async def test_resend_offers_a_refused_content_again(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    await refuse(line, synced, until)
    assert line.channel.members.resend() == 1
    await synced.take()
    await until(lambda: state(line) == ("synced", "", 2))


async def test_resend_leaves_those_alone_who_are_well(line: Any, synced: Any) -> None:
    assert line.channel.members.resend() == 0


async def test_a_refusal_that_says_retry_is_offered_again_with_the_next_version(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    await refuse(line, synced, until, "retry")
    line.publish(resource("r2", 1))
    await synced.take()
    assert synced.held == line.content


async def test_a_refusal_that_says_retry_is_offered_again_after_a_pause(
    line: Any, synced: Any, resource: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.publish(resource("r1", 1))
    await refuse(line, synced, until, "retry")
    (subscription,) = line.channel.members
    assert subscription.retry_at > 0
    line.channel.distribution.retry(subscription)
    await synced.take()
    assert synced.held == line.content


async def test_a_different_digest_is_repaired_by_buckets(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    update = await synced.update()
    del synced.held[resource("r2").key]
    await synced.nack(update, "mismatch")
    await synced.answer_compare()
    repair = await synced.take()
    assert 1 <= len(repair.buckets) <= 2
    assert synced.held == line.content
    assert line.channel.counts.mismatches == 1
    await until(lambda: state(line)[0] == "synced")


async def test_an_acknowledgement_with_another_digest_is_a_mismatch(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    await synced.ack(await synced.update(), b"?" * 32)
    assert isinstance(await synced.hear(), Compare)
    assert state(line)[0] == "pending"


async def test_a_second_different_digest_is_divergence(
    line: Any, synced: Any, resource: Any, until: Any
) -> None:
    line.publish(resource("r1", 1))
    await synced.nack(await synced.update(), "mismatch")
    await synced.answer_compare()
    await synced.nack(await synced.update(), "mismatch")
    await until(lambda: state(line)[0] == "diverged")
    (subscription,) = line.channel.members
    line.channel.distribution.retry(subscription)
    update = await synced.take()
    assert update.base is None
    assert not update.buckets
    await until(lambda: state(line)[0] == "synced")


async def test_a_late_answer_means_nothing(line: Any, synced: Any, resource: Any) -> None:
    line.publish(resource("r1", 1))
    update = await synced.take()
    await synced.ack(update)
    await synced.nack(update)
    line.publish(resource("r1", 2))
    await synced.take()
    assert state(line)[1] == ""


async def test_a_subscriber_may_ask_for_everything_again(
    line: Any, synced: Any, resource: Any
) -> None:
    synced.held = {}
    await synced.say(Resend(synced.updates[0].view))
    assert (await synced.take()).base is None
    assert synced.held == line.content
