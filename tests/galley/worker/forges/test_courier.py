"""What a forge is told, whatever it and the network do."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from galley.forges.request import Target
from galley.forges.status import Status
from galley.worker.courier import Courier
from galley.worker.posts import Post

pytestmark = pytest.mark.usefixtures("impatient")

MakeStatus = Callable[..., Status]


async def exact(status: Status) -> Status:
    return status


def post(forge: Any, kind: Any = "github", token: str = "tok-en-of-a-robot") -> Post:
    target = Target(kind, forge.url, "team/mesh", "mesh", "repo", "galley/mesh", "")
    return Post(target, token)


@asynccontextmanager
async def running(courier: Courier, post: Post) -> AsyncIterator[Courier]:
    task = asyncio.create_task(courier.run(post))
    try:
        yield courier
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()


async def test_commits_are_told_in_order_each_with_its_newest_status(
    forge: Any, status: MakeStatus
) -> None:
    courier = Courier("repo", exact)
    for each in (status("c1"), status("c2"), status("c1", "Live"), status("c3")):
        courier.put(each)
    async with running(courier, post(forge)):
        await forge.until(lambda: len(forge.told) == 3)

    told = [(each.path, each.said["description"]) for each in forge.told]
    assert told == [
        ("/repos/team/mesh/statuses/c1", "Live"),
        ("/repos/team/mesh/statuses/c2", "Waiting"),
        ("/repos/team/mesh/statuses/c3", "Waiting"),
    ]
    assert forge.told[0].headers["Authorization"] == "Bearer tok-en-of-a-robot"


async def test_what_is_shown_already_is_not_told_again(forge: Any, status: MakeStatus) -> None:
    async with running(Courier("repo", exact), post(forge)) as courier:
        courier.put(status("c1"))
        await forge.until(lambda: forge.shown)
        courier.put(status("c1"))
        courier.put(status("c2"))
        await forge.until(lambda: "c2" in forge.shown)

    assert len(forge.told) == 2


async def test_a_path_of_gitlab_arrives_as_one_segment(forge: Any, status: MakeStatus) -> None:
    async with running(Courier("repo", exact), post(forge, "gitlab")) as courier:
        courier.put(status("c1"))
        await forge.until(lambda: forge.told)

    assert forge.told[0].path == "/projects/team%2Fmesh/statuses/c1"


async def test_during_an_outage_everything_waits_and_is_told_afterwards(
    forge: Any, status: MakeStatus, caplog: pytest.LogCaptureFixture
) -> None:
    await forge.down()
    async with running(Courier("repo", exact), post(forge)) as courier:
        for number in range(5):
            courier.put(status(f"c{number}"))
        await forge.until(lambda: courier.report()["failed"] > 3)
        assert courier.report()["waiting"] == 5
        assert "Cannot connect" in courier.problem
        await forge.up()
        await forge.until(lambda: len(forge.shown) == 5)
        await forge.until(lambda: courier.report()["told"] == 5)
        assert courier.problem == ""

    assert [each.levelno for each in caplog.records].count(logging.WARNING) == 1


@pytest.mark.parametrize("code", [500, 502, 429, 408])
async def test_what_may_pass_is_tried_again(forge: Any, status: MakeStatus, code: int) -> None:
    for _ in range(3):
        forge.answer(code, "not now")
    async with running(Courier("repo", exact), post(forge)) as courier:
        courier.put(status("c1"))
        await forge.until(lambda: forge.shown)

    assert len(forge.told) == 4


async def test_a_forge_that_asks_to_wait_is_left_alone_so_long(
    forge: Any, status: MakeStatus
) -> None:
    forge.answer(429, retry_after="1")
    loop = asyncio.get_running_loop()
    async with running(Courier("repo", exact), post(forge)) as courier:
        courier.put(status("c1"))
        await forge.until(lambda: forge.told)
        begun = loop.time()
        await forge.until(lambda: forge.shown)

    assert loop.time() - begun >= 0.9
    assert len(forge.told) == 2


@pytest.mark.parametrize("code", [401, 403, 404, 422])
async def test_what_will_not_change_is_given_up_and_said_once(
    forge: Any, status: MakeStatus, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    forge.answer(code, '{"message": "tok-en-of-a-robot is bad"}')
    async with running(Courier("repo", exact), post(forge)) as courier:
        courier.put(status("c1"))
        await forge.until(lambda: courier.report()["given_up"] == 1)
        problem = courier.problem
        courier.put(status("c2"))
        await forge.until(lambda: "c2" in forge.shown)

    assert problem == f'The forge answered {code}: {{"message": "[token] is bad"}}.'
    assert len(forge.told) == 2
    given_up = [each.message for each in caplog.records if each.levelno == logging.ERROR]
    assert given_up == [
        f"Source repo: the status pending of c1 is given up: {problem[:1].lower()}{problem[1:]}"
    ]
    assert "tok-en" not in caplog.text


async def test_a_redirect_does_not_take_the_token_elsewhere(forge: Any, status: MakeStatus) -> None:
    forge.answer(307, location=f"{forge.url}/elsewhere")
    async with running(Courier("repo", exact), post(forge)) as courier:
        courier.put(status("c1"))
        await forge.until(lambda: courier.report()["given_up"] == 1)

    assert [each.path for each in forge.told] == ["/repos/team/mesh/statuses/c1"]


async def test_what_was_given_up_is_told_when_the_token_is_another(
    forge: Any, status: MakeStatus
) -> None:
    courier = Courier("repo", exact)
    forge.answer(401)
    async with running(courier, post(forge)):
        courier.put(status("c1"))
        await forge.until(lambda: courier.report()["given_up"] == 1)
    async with running(courier, post(forge, token="another")):
        await forge.until(lambda: forge.shown)

    assert forge.told[-1].headers["Authorization"] == "Bearer another"


async def test_a_forge_that_does_not_answer_is_given_a_deadline(
    forge: Any, status: MakeStatus
) -> None:
    forge.slow.clear()
    async with running(Courier("repo", exact), post(forge)) as courier:
        courier.put(status("c1"))
        await forge.until(lambda: courier.report()["failed"] == 1)
        assert courier.problem == "There was no answer within 0.5 s."
        courier.put(status("c1", "Live"))
        forge.slow.set()
        await forge.until(lambda: forge.shown.get("c1", {}).get("description") == "Live")


async def test_a_newer_status_follows_one_that_is_under_way(forge: Any, status: MakeStatus) -> None:
    """Also when it is what the forge had shown before."""
    async with running(Courier("repo", exact), post(forge)) as courier:
        courier.put(status("c1", "A"))
        await forge.until(lambda: forge.shown)
        forge.slow.clear()
        courier.put(status("c1", "B"))
        await forge.until(lambda: len(forge.told) == 2)
        courier.put(status("c1", "A"))
        forge.slow.set()
        await forge.until(lambda: forge.history["c1"] == ["A", "B", "A"])


async def test_it_can_be_stopped_in_the_middle_of_a_request(forge: Any, status: MakeStatus) -> None:
    forge.slow.clear()
    begun = asyncio.get_running_loop().time()
    async with running(Courier("repo", exact), post(forge)) as courier:
        courier.put(status("c1"))
        await forge.until(lambda: forge.told)
    assert asyncio.get_running_loop().time() - begun < 0.4
    forge.slow.set()


async def test_an_answer_that_never_ends_costs_little(forge: Any, status: MakeStatus) -> None:
    forge.answer(502, "x" * 5_000_000)
    async with running(Courier("repo", exact), post(forge)) as courier:
        courier.put(status("c1"))
        await forge.until(lambda: courier.report()["failed"] == 1)
        assert len(courier.problem) < 300
        await forge.until(lambda: forge.shown)
