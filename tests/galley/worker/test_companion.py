"""The observed companion channel: latest wins, no gate, no rollback, ten versions."""

from typing import Any

import pytest

from pipeline.model import Diagnostic, Key, Level, Resource
from sources.memory import MemorySource

TOO_LARGE = Diagnostic("GAL0108", Level.ERROR, "It is too large.")


def pod(name: str, address: str) -> Resource:
    return Resource.build(Key("core/Pod", "default", name), "v1", body={"spec": {"ip": address}})


def observed(rig: Any) -> dict[str, str]:
    held = (Resource.decode(content) for content in rig.live["mesh.observed"].values())
    return {item.key.name: item.document().body["spec"]["ip"] for item in held}


async def test_observed_resources_go_to_the_companion_only(rig: Any, make: Any) -> None:
    rig.put("a", make("a", x="1"))
    rig.put("p", pod("p", "10.0.0.1"))

    await rig.until(lambda: observed(rig) == {"p": "10.0.0.1"})
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})


async def test_the_latest_wins_while_the_channel_is_held(rig: Any, make: Any) -> None:
    rig.put("p", pod("p", "10.0.0.1"))
    await rig.until(lambda: observed(rig) == {"p": "10.0.0.1"})
    await rig.ask("hold", reason="freeze")

    rig.put("p", pod("p", "10.0.0.2"))

    await rig.until(lambda: observed(rig) == {"p": "10.0.0.2"})


async def test_emptying_it_is_not_parked(rig: Any, make: Any) -> None:
    rig.put("a", make("a", x="1"))
    for number in range(15):
        rig.put(f"p{number}", pod(f"p{number}", "10.0.0.1"))
    await rig.until(lambda: len(observed(rig)) == 15)

    for number in range(15):
        rig.remove(f"p{number}")

    await rig.until(lambda: observed(rig) == {})
    assert not (await rig.ask("channel"))["parked"]


async def test_it_is_served_after_a_restart_until_read_again(rig: Any, make: Any) -> None:
    rig.put("p", pod("p", "10.0.0.1"))
    rig.put("q", pod("q", "10.0.0.1"))
    await rig.until(lambda: len(observed(rig)) == 2)

    await rig.restart(replay=False)
    assert len(observed(rig)) == 2 or await rig.until(lambda: len(observed(rig)) == 2) is None


async def test_what_is_no_longer_there_after_a_restart_goes(rig: Any, make: Any) -> None:
    rig.put("p", pod("p", "10.0.0.1"))
    rig.put("q", pod("q", "10.0.0.1"))
    await rig.until(lambda: len(observed(rig)) == 2)
    del rig.source_content["q"]

    await rig.restart()

    await rig.until(lambda: set(observed(rig)) == {"p"})


async def test_what_cannot_be_read_after_a_restart_stays(rig: Any, make: Any) -> None:
    """G10, also where a process has not read it itself."""
    for name in ("p", "q", "r"):
        rig.put(name, pod(name, "10.0.0.1"))
    await rig.until(lambda: len(observed(rig)) == 3)
    await rig.stop()
    rig.source = MemorySource("memory")
    rig.source.break_("q", TOO_LARGE)
    rig.source.put(pod("p", "10.0.0.2"), locator="p")

    await rig.start()

    await rig.until(lambda: observed(rig) == {"p": "10.0.0.2", "q": "10.0.0.1"})
    rig.source.remove("q")
    await rig.until(lambda: set(observed(rig)) == {"p"})


@pytest.mark.parametrize("while_stopped", [True, False])
async def test_what_a_source_has_observed_goes_with_it(
    rig: Any, make: Any, while_stopped: bool
) -> None:
    both = [{"type": "memory", "name": name} for name in ("memory", "other")]
    other = MemorySource("other")
    rig.options["sources"] = both
    rig.others.append(other)
    rig.put("p", pod("p", "10.0.0.1"))
    await rig.restart()
    other.put(pod("q", "10.0.0.1"))
    await rig.until(lambda: set(observed(rig)) == {"p", "q"})

    rig.options["sources"] = both[:1]
    rig.others.clear()
    if while_stopped:
        await rig.restart()
    else:
        await rig.ask("reconfigure", settings=rig.options)

    await rig.until(lambda: set(observed(rig)) == {"p"})


@pytest.mark.parametrize(("wires", "versions"), [((), 0), (("mcp",), 1)])
async def test_where_there_is_a_mesh_nothing_is_a_version_too(
    new_rig: Any, make: Any, wires: tuple[str, ...], versions: int
) -> None:
    """Or the collection of synthetic entries would never be answered, as the original did not."""
    rig = await new_rig(wires=wires)
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})
    rig.put("a", make("a", x="2"))
    await rig.until(lambda: rig.names() == {"a": {"x": "2"}})
    assert len(rig.notes["mesh.observed"]) == versions
