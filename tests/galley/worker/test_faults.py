"""When the store refuses, a source fails or somebody is cancelled half way: nothing is lost."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from galley.store.failpoints import VARIABLE
from galley.worker.channel import uninterrupted
from pipeline.model import Key, Resource
from sources.memory import MemorySource

LABEL = {"type": "labels", "set": {"team": "mesh"}}


def pod(name: str, address: str) -> Resource:
    return Resource.build(Key("core/Pod", "default", name), "v1", body={"spec": {"ip": address}})


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let a step of the store fail in every worker that starts from now on."""
    return lambda steps: monkeypatch.setenv(VARIABLE, steps)


async def test_a_refused_commit_is_tried_again(
    new_rig: Callable[..., Any], make: Any, fail: Callable[[str], None]
) -> None:
    fail("mesh:store.before-commit=fail@2")
    rig = await new_rig()
    await rig.until(lambda: rig.version == 1)

    rig.put("a", make("a", x="1"))

    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})
    assert rig.version == 2


async def test_what_is_observed_waits_while_its_store_refuses(
    new_rig: Callable[..., Any], make: Any, fail: Callable[[str], None]
) -> None:
    """Neither the source nor the channel notices."""
    fail("mesh.observed:store.before-commit=fail@1")
    rig = await new_rig()

    rig.put("p", pod("p", "10.0.0.1"))

    await rig.until(lambda: set(rig.live["mesh.observed"]) == {"core/Pod/default/p"})
    assert not rig.failed


async def test_a_checkpoint_that_could_not_be_written_is_written_later(
    new_rig: Callable[..., Any], make: Any, fail: Callable[[str], None]
) -> None:
    fail("mesh:store.before-commit=fail@1")
    rig = await new_rig()
    rig.source.put(make("a", x="1"), locator="a", revision="abc1234")

    async def known() -> bool:
        return bool((await rig.ask("checkpoint", revision="abc1234"))["done"])

    await rig.eventually(known)


async def test_an_environment_that_could_not_be_committed_comes_later(
    new_rig: Callable[..., Any], make: Any, fail: Callable[[str], None], refused: Any
) -> None:
    fail("mesh:store.before-commit=fail@2")
    rig = await new_rig()
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.version == 1)
    with pytest.raises(refused):
        await rig.ask("reconfigure", settings={**rig.options, "transforms": [LABEL]})

    await rig.until(lambda: rig.version == 2)

    assert (await rig.ask("history"))["versions"][0]["kind"] == "environment"


async def test_a_source_that_fails_is_shown_and_run_again(
    new_rig: Callable[..., Any], make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own defect does not end the channel."""
    monkeypatch.setattr("galley.worker.tending.AGAIN_FIRST", 0.2)
    fails = iter([True])
    run = MemorySource.run

    async def failing(self: MemorySource, emit: Any) -> None:
        if next(fails, False):
            raise ValueError("a defect")
        await run(self, emit)

    monkeypatch.setattr(MemorySource, "run", failing)  # fails once, then does what it does
    rig = await new_rig()

    async def shown() -> bool:
        problem = (await rig.ask("sources"))[0]["problem"]
        return bool(problem and "ValueError: a defect" in problem["message"])

    await rig.eventually(shown)
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})


async def test_work_that_is_cancelled_half_way_is_finished_first() -> None:
    begun, go, done = asyncio.Event(), asyncio.Event(), []

    async def work() -> None:
        begun.set()
        await go.wait()
        done.append("all")

    caller = asyncio.create_task(uninterrupted(work()))
    await begun.wait()
    caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()

    go.set()

    with pytest.raises(asyncio.CancelledError):
        await caller
    assert done == ["all"]


async def test_the_deletion_budget_remembers_across_a_restart(rig: Any, make: Any) -> None:
    for number in range(50):
        rig.put(f"f{number}", make(f"r{number}", x="1"))
    await rig.until(lambda: len(rig.names()) == 50)
    for number in range(10):
        rig.remove(f"f{number}")
    await rig.until(lambda: len(rig.names()) == 40)

    await rig.restart()
    rig.remove("f10")

    async def parked() -> bool:
        return bool((await rig.ask("channel"))["parked"])

    await rig.eventually(parked)
    assert len(rig.names()) == 40


async def test_a_rollback_in_the_window_uses_up_nothing_across_a_restart(
    rig: Any, make: Any
) -> None:
    for number in range(30):
        rig.put(f"f{number}", make(f"r{number}", x="1"))
    await rig.until(lambda: len(rig.names()) == 30)
    version = rig.version
    for number in range(30, 50):
        rig.put(f"f{number}", make(f"r{number}", x="1"))
    await rig.until(lambda: len(rig.names()) == 50)
    await rig.ask("rollback", target=str(version), reason="too many")

    await rig.restart()
    rig.remove("f0")

    await rig.until(lambda: "r0" not in rig.names())


async def test_a_revision_of_which_a_part_is_refused_is_not_the_accepted_one(
    rig: Any, make: Any
) -> None:
    rig.source.put(make("a", x="1"), locator="a", revision="rev-one")
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})
    rig.source.put(make("b", x="1"), locator="b", revision="rev-two")
    rig.source.put(make("c", bad="1"), locator="c", revision="rev-two")
    await rig.until(lambda: "b" in rig.names())

    rig._content = {}
    await rig.restart(replay=False)
    await rig.until(lambda: set(rig.names()) == {"a", "b"})

    source = (await rig.ask("sources"))[0]
    assert source["accepted_revision"] == "rev-one"


async def test_a_new_source_that_cannot_be_read_holds_nobody_up(
    new_rig: Callable[..., Any], make: Any
) -> None:
    """Required sources are waited for before the first version only."""
    rig = await new_rig()
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())
    nowhere = {"type": "files", "name": "nowhere", "path": str(rig.folder / "nowhere")}
    sources = [*rig.options["sources"], nowhere]
    await rig.ask("reconfigure", settings={**rig.options, "sources": sources})

    rig.put("b", make("b", x="1"))

    await rig.until(lambda: "b" in rig.names())


async def test_a_rollback_brings_back_a_source_that_was_removed(
    new_rig: Callable[..., Any], make: Any
) -> None:
    """And it stays, although the settings do not have that source any more."""
    rig = await new_rig()
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})
    version = rig.version
    rig.options["sources"] = ()
    await rig.ask("reconfigure", settings=rig.options)
    await rig.until(lambda: rig.names() == {})
    await rig.restart(replay=False)

    await rig.ask("rollback", target=str(version), reason="they are still needed")
    await rig.restart(replay=False)
    await rig.until(lambda: rig.kinds and rig.names() == {"a": {"x": "1"}})

    assert [item["resource"] for item in await rig.ask("quarantine")] != []
    await rig.ask("reconfigure", settings={**rig.options, "transforms": [LABEL]})
    assert rig.names() == {"a": {"x": "1"}}
