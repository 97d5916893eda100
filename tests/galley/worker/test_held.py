"""A channel that is held judges what comes, and shows it; nothing else follows until `resume`."""

from typing import Any

import pytest


async def codes(rig: Any) -> list[tuple[str, str]]:
    """Code and file of every finding that waits."""
    found = await rig.ask("diagnostics")
    return sorted((each["code"], each["file"]) for each in found if each["state"] == "pending")


@pytest.fixture
async def held(rig: Any, make: Any) -> Any:
    """With `a` live, and a hold."""
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())
    await rig.ask("hold", reason="freeze")
    return rig


async def test_what_comes_is_judged_and_not_published(held: Any, make: Any) -> None:
    version = held.version
    held.put("b", make("b", bad="1"))
    held.put("c", make("c", x="1"))

    async def judged() -> bool:
        return await codes(held) == [("GAL0501", "b")]

    await held.eventually(judged)
    assert (held.version, set(held.names())) == (version, {"a"})

    held.put("b", make("b", x="1"))

    async def mended() -> bool:
        return await codes(held) == []

    await held.eventually(mended)
    assert (held.version, set(held.names())) == (version, {"a"})


async def test_after_it_everything_is_as_without(held: Any, make: Any) -> None:
    """The next number, what is good, and what is refused for the same reason."""
    version = held.version
    held.put("b", make("b", bad="1"))
    held.put("c", make("c", x="1"))
    held.put("a", make("a", x="2"))

    async def judged() -> bool:
        return await codes(held) == [("GAL0501", "b")]

    await held.eventually(judged)
    await held.ask("resume", reason="done")
    await held.until(lambda: set(held.names()) == {"a", "c"})

    assert held.names()["a"] == {"x": "2"}
    assert held.version == version + 1
    assert await codes(held) == [("GAL0501", "b")]


async def test_many_judgements_leave_few_rows(held: Any, make: Any) -> None:
    """The same refusal again is the same candidate, and no version is spent."""
    version = held.version
    held.put("b", make("b", bad="1"))

    async def judged() -> bool:
        return await codes(held) == [("GAL0501", "b")]

    await held.eventually(judged)
    before = len((await held.ask("history"))["candidates"])
    for number in range(20):
        held.put("c", make("c", x=str(number)))
        await held.settled()

    async def taken_in() -> bool:
        (source,) = await held.ask("sources")
        return bool(source["pending"] == 2)

    await held.eventually(taken_in)
    history = await held.ask("history")
    assert len(history["candidates"]) == before == 1
    assert history["versions"][0]["version"] == held.version == version


async def test_a_restart_judges_again(held: Any, make: Any) -> None:
    held.put("b", make("b", bad="1"))

    async def judged() -> bool:
        return await codes(held) == [("GAL0501", "b")]

    await held.eventually(judged)
    await held.restart()
    await held.eventually(judged)

    assert set(held.names()) == {"a"}
