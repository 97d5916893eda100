"""The observed companion channel: latest wins, no gate, no rollback, ten versions."""

from typing import Any

from pipeline.model import Key, Resource


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
