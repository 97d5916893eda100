"""`kill -9` of the service and of its workers, in the middle of publishing and rolling back.

`GALLEY_SOAK` is the number of rounds; the default keeps an ordinary run short.
"""

import asyncio
import contextlib
import itertools
import os
import random
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]

ROUNDS = int(os.environ.get("GALLEY_SOAK", "2"))


class Operator:
    """Changes files and rolls back without a pause, and notes every answer that it got."""

    def __init__(self, service: Any, text_of: Text) -> None:
        self.service = service
        self.promised: dict[int, str] = {}
        self.last: dict[str, str] = {}
        self._text_of = text_of
        self._numbers = itertools.count()

    def change(self) -> None:
        for name in ("a", "b"):
            self.last[name] = str(next(self._numbers))
            self.service.write(f"{name}.yaml", self._text_of(name, x=self.last[name]))

    async def work(self) -> None:
        while True:
            self.change()
            with contextlib.suppress(aiohttp.ClientError):
                head = await self._note()
                if head.get("kind") == "publish":
                    await self._roll_back(head["version"])
            await asyncio.sleep(0)

    async def _roll_back(self, head: int) -> None:
        """Take back the newest change, and never more: two in a row would reach further back."""
        asked = {"reason": "loop", "wait": False, "expect_version": head}
        answer = await self.service.post("/rollback", **asked)
        if answer.status == 200:
            self.promised[answer.body["version"]] = answer.body["digest"]

    async def _note(self) -> dict[str, Any]:
        """Remember what is answered of the history; the live version of it."""
        answer = await self.service.ask("GET", "/api/v1/channels/mesh/history")
        versions = answer.body["versions"] if answer.status == 200 else []
        self.promised |= {item["version"]: item["digest"] for item in versions}
        return dict(versions[0]) if versions else {}


async def strike(service: Any, victim: str) -> None:
    if victim == "service":
        await service.kill()
        await service.start()
    else:
        (worker,) = service.workers()
        os.kill(worker, signal.SIGKILL)


async def answers(service: Any) -> bool:
    answer = await service.ask("GET", "/api/v1/channels/mesh")
    return bool(answer.status == 200)


def check_history(versions: list[dict[str, Any]], promised: dict[int, str]) -> None:
    """G1, G2, G8: all that was answered is there, in order, and rollbacks restore exactly."""
    digests = {item["version"]: item["digest"] for item in versions}
    numbers = [item["version"] for item in versions]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [item["parent"] for item in versions] == [0, *numbers[:-1]]
    assert {number: digests.get(number) for number in promised} == promised
    for item in versions:
        if item["restores"]:
            assert item["digest"] == digests[item["restores"]]
    published = [item for item in versions if item["kind"] == "publish"]
    assert all(item["digest"] != digests.get(item["parent"]) for item in published)


@pytest.mark.slow
@pytest.mark.timeout(120 + 30 * ROUNDS)
@pytest.mark.parametrize("victim", ["service", "worker"])
async def test_nothing_is_lost_or_doubled_when_a_process_is_killed_again_and_again(
    service: Any, text_of: Text, wait_until: Wait, victim: str
) -> None:
    """G1, G2, G3, G6, G8, G9: history, quarantine and what a client saw stand every kill."""
    service.write("q.yaml", text_of("q", x="right"))
    await service.live(2)
    service.write("q.yaml", text_of("q", x="wrong"))
    await service.live(3)
    key = "core/ConfigMap/default/q"
    assert (await service.post("/rollback", resource=key, reason="wrong")).status == 200
    operator = Operator(service, text_of)
    moments = random.Random(ROUNDS)
    async with service.follow(node="one", state=service.folder / "last-good") as follower:
        await follower.at(4)
        for _ in range(ROUNDS):
            working = asyncio.create_task(operator.work(), name="operator")
            await asyncio.sleep(moments.uniform(0.05, 0.6))  # when the blow comes is the point
            await strike(service, victim)
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await wait_until(lambda: answers(service), within=90)  # the pause grows
            check_history(await service.versions(), operator.promised)
            assert key in {item["resource"] for item in await service.get("/quarantine")}
        operator.change()
        wanted = {name: {"x": value} for name, value in operator.last.items()}
        await follower.holds(lambda names: {name: names[name] for name in wanted} == wanted)
        assert follower.names["q"] == {"x": "right"}
        versions = await service.versions()
        check_history(versions, operator.promised)
        check_client(follower, versions)
    assert (await service.get("/check"))["ok"] is True


def check_client(follower: Any, versions: list[dict[str, Any]]) -> None:
    """G3, G6: never back, each step what the history says, and only the first from nothing."""
    digests = {item["version"]: item["digest"] for item in versions}
    assert follower.versions == sorted(set(follower.versions))
    assert all(each.draft.target.hex() == digests[each.version] for each in follower.updates)
    assert [each.version for each in follower.updates[1:] if each.draft.whole] == []


@pytest.mark.parametrize("step", ["store.before-commit", "store.after-commit"])
async def test_a_crash_at_a_step_of_a_commit_loses_and_doubles_nothing(
    make_service: Callable[..., Any], text_of: Text, step: str
) -> None:
    """G1: every worker dies at its second commit; all changes still become a version each."""
    service = make_service()
    service.environment["GALLEY_FAILPOINTS"] = f"mesh:{step}=exit@2"
    service.write("a.yaml", text_of("a", x="0"))
    await service.start()
    async with service.follow(node="one") as follower:
        await follower.at(1)
        for number in range(1, 3):
            service.write("a.yaml", text_of("a", x=str(number)))
            wanted = {"a": {"x": str(number)}}
            await follower.holds(lambda names, wanted=wanted: names == wanted)
        versions = await service.versions()
        check_history(versions, {})
        check_client(follower, versions)
    assert len(versions) == 3


@pytest.mark.parametrize("step", ["store.before-commit", "store.after-commit"])
async def test_a_crash_in_a_rollback_leaves_all_of_it_or_nothing(
    service: Any, text_of: Text, wait_until: Wait, step: str
) -> None:
    """G9: version, quarantine and audit are one transaction; the caller is told to look."""
    service.write("a.yaml", text_of("a", x="wrong"))
    await service.live(2)
    await service.stop()
    service.environment["GALLEY_FAILPOINTS"] = f"mesh:{step}=exit@1"
    await service.start()
    await wait_until(lambda: answers(service))
    answer = await service.post("/rollback", target="1", reason="wrong")
    assert (answer.status, answer.body["code"]) == (503, "unavailable")
    await wait_until(lambda: answers(service))
    done = step == "store.after-commit"
    versions = await service.versions()
    check_history(versions, {})
    assert [item["restores"] for item in versions] == ([0, 0, 1] if done else [0, 0])
    assert len(await service.get("/quarantine")) == done
    assert len(await service.get("/audit")) == done


async def test_a_client_outlives_the_server_and_itself_and_misses_only_the_difference(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """G6, G11: last good through an outage and the client's own restart, then a delta."""
    state = service.folder / "last-good"
    async with service.follow(node="one", state=state) as follower:
        await follower.at(1)
        await service.kill()
        assert set(follower.names) == {"a", "b"}
    assert state.stat().st_mode & 0o777 == 0o600
    async with service.follow(node="one", state=state) as follower:
        await wait_until(lambda: follower.updates)
        assert follower.updates[0].stale is True
        assert set(follower.updates[0].resources) == set(follower.client.resources)
        assert set(follower.names) == {"a", "b"}
        service.write("a.yaml", text_of("a", x="2"))
        await service.start()
        await follower.at(2)
        steps = follower.updates[1:]
        assert [each.draft.whole for each in steps] == [False] * len(steps)
        assert [key.name for each in steps for key in each.upserts] == ["a"]


async def test_a_crash_between_two_staged_batches_shows_nothing_and_is_made_good(
    make_service: Callable[..., Any], texts_of: Any, wait_until: Wait
) -> None:
    """G1, G4: half of a version is no version; the next worker writes it whole."""
    service = make_service()
    service.environment["GALLEY_FAILPOINTS"] = "mesh:store.staged=exit@2"
    service.write("many.yaml", texts_of(f"m{n}" for n in range(2500)))
    await service.start()
    async with service.follow(node="one") as follower:
        await wait_until(lambda: service.log.count("The worker of channel mesh ended") >= 2)
        assert follower.updates == []
        del service.environment["GALLEY_FAILPOINTS"]
        await service.kill()
        await service.start()
        await follower.at(1)
        assert len(follower.names) == 2500
        assert [update.version for update in follower.updates] == [1]
    assert (await service.get("/check"))["ok"] is True
