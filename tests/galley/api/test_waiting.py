"""Waiting for a version or a revision."""

import asyncio
from typing import Any

import pytest

from galley.protocol.control import Method
from galley.protocol.results import WaitResult

PATH = "/api/v1/channels/default/wait"


async def wait(service: Any, **query: Any) -> WaitResult:
    async with service.get(PATH, params=query) as answer:
        assert answer.status == 200, await answer.text()
        return WaitResult.model_validate(await answer.json())


async def test_a_live_version_is_there_at_once(service: Any, backend: Any, publish: Any) -> None:
    publish(backend.lines["default"], 3)
    found = await wait(service, version=3, timeout=5)

    assert (found.done, found.outcome, found.version) == (True, "live", 3)


async def test_a_version_to_come_is_waited_for(service: Any, backend: Any, publish: Any) -> None:
    line = backend.lines["default"]
    waiting = asyncio.create_task(wait(service, version=1, timeout=30))
    while not line._moved._waiters:  # noqa: ASYNC110  # until the request waits
        await asyncio.sleep(0.01)
    publish(line, 1)

    async with asyncio.timeout(5):
        assert (await waiting).outcome == "live"


async def test_what_does_not_come_times_out(service: Any, backend: Any, publish: Any) -> None:
    publish(backend.lines["default"], 3)
    found = await wait(service, version=4, timeout=0.05)

    assert (found.done, found.outcome, found.version) == (False, "timed-out", 3)


@pytest.mark.parametrize(("rolled_back_by", "outcome"), [(0, "superseded"), (4, "rolled-back")])
async def test_an_earlier_version_was_live_unless_it_was_taken_back(  # a table
    service: Any, backend: Any, publish: Any, version: Any, rolled_back_by: int, outcome: str
) -> None:
    publish(backend.lines["default"], 4)
    backend.answers[Method.HISTORY] = {"versions": [version(3, rolled_back_by=rolled_back_by)]}
    found = await wait(service, version=3, timeout=5)

    assert (found.done, found.outcome) == (not rolled_back_by, outcome)
    assert found.rolled_back_by == rolled_back_by


async def test_with_no_subscribers_a_live_version_counts_as_acked(
    service: Any, backend: Any, publish: Any
) -> None:
    """There is nobody to wait for, and the delivery says so."""
    publish(backend.lines["default"], 3)
    found = await wait(service, version=3, timeout=5, **{"for": "acked"})

    assert (found.done, found.outcome) == (True, "acked")
    assert found.delivery is not None
    assert found.delivery.outcome == "no-subscribers"


async def test_a_revision_is_asked_for_until_the_worker_knows_it(
    service: Any, backend: Any
) -> None:
    """A commit that changes nothing makes no version, so it is asked again."""
    answers = [
        {"done": False, "version": 2, "outcome": "timed-out"},
        {"done": True, "version": 2, "revision": "ab12cd3", "outcome": "live"},
    ]
    backend.answers[Method.CHECKPOINT] = lambda _: answers.pop(0)
    found = await wait(service, revision="ab12cd3", timeout=10)

    assert (found.done, found.outcome, found.version) == (True, "live", 2)
    assert answers == []


async def test_a_blocked_revision_is_told_at_once(service: Any, backend: Any) -> None:
    blocked = {"done": False, "version": 2, "outcome": "blocked", "diagnostics": []}
    backend.answers[Method.CHECKPOINT] = blocked

    async with asyncio.timeout(5):
        assert (await wait(service, revision="ab12cd3", timeout=60)).outcome == "blocked"
