"""A change of environment is a candidate like any other, and never freezes a channel."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sources.memory import MemorySource

LABEL = {"type": "labels", "set": {"team": "mesh"}}


async def reconfigure(rig: Any, **settings: Any) -> Any:
    rig.options.update(settings)
    return await rig.ask("reconfigure", settings=rig.options)


async def test_a_new_policy_carries_what_is_live_and_blocks_what_is_new(
    new_rig: Callable[..., Any], make: Any
) -> None:
    rig = await new_rig(policies=())
    rig.put("a", make("a", bad="1"))
    await rig.until(lambda: rig.version == 1)

    answer = await reconfigure(rig, policies=(NO_BAD,))
    rig.put("b", make("b", bad="1"))
    rig.put("c", make("c", x="1"))
    await rig.until(lambda: "c" in rig.names())

    assert answer["refused"][0]["resource"] == "core/ConfigMap/default/a"
    assert set(rig.names()) == {"a", "c"}
    states = {
        item["resource"]: item["state"] for item in await rig.ask("diagnostics", level="error")
    }
    assert states == {"core/ConfigMap/default/a": "carried", "core/ConfigMap/default/b": "pending"}


async def test_touching_what_is_carried_makes_it_block(
    new_rig: Callable[..., Any], make: Any
) -> None:
    rig = await new_rig(policies=())
    rig.put("a", make("a", bad="1"))
    await rig.until(lambda: rig.version == 1)
    await reconfigure(rig, policies=(NO_BAD,))

    rig.put("a", make("a", bad="2"))
    rig.put("c", make("c", x="1"))
    await rig.until(lambda: "c" in rig.names())

    assert rig.names()["a"] == {"bad": "1"}


async def test_a_transform_makes_a_version_of_kind_environment(rig: Any, make: Any) -> None:
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.version == 1)

    await reconfigure(rig, transforms=(LABEL,))

    await rig.until(lambda: rig.version == 2)
    history = await rig.ask("history")
    assert history["versions"][0]["kind"] == "environment"
    listed = await rig.ask("resources", manifests=True)
    assert listed["resources"][0]["manifest"]["metadata"]["labels"] == {"team": "mesh"}


async def test_rolling_an_environment_back_keeps_it_back(rig: Any, make: Any) -> None:
    """The settings still ask for it; it stays out, also after a restart."""
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.version == 1)
    await reconfigure(rig, transforms=(LABEL,))
    await rig.until(lambda: rig.version == 2)

    await rig.ask("rollback", target="1", reason="no labels")
    await rig.restart()
    rig.put("b", make("b", x="1"))
    await rig.until(lambda: "b" in rig.names())

    listed = await rig.ask("resources", manifests=True)
    assert all("labels" not in item["manifest"]["metadata"] for item in listed["resources"])
    other = {"type": "labels", "set": {"team": "other"}}
    await reconfigure(rig, transforms=(other,))
    await rig.eventually(lambda: labelled(rig, "other"))


async def test_overriding_the_quarantine_lets_the_environment_come_back(
    rig: Any, make: Any
) -> None:
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.version == 1)
    await reconfigure(rig, transforms=(LABEL,))
    await rig.until(lambda: rig.version == 2)
    await rig.ask("rollback", target="1", reason="no labels")

    await rig.ask("publish", override_quarantine=True, reason="labels after all")

    await rig.until(lambda: rig.version == 4)
    assert await labelled(rig, "mesh")
    assert await rig.ask("quarantine") == []


async def test_a_dry_run_of_settings_changes_nothing(rig: Any, make: Any) -> None:
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.version == 1)
    environment = (await rig.ask("channel"))["environment"]

    answer = await rig.ask(
        "reconfigure", settings={**rig.options, "transforms": [LABEL]}, dry_run=True
    )

    assert answer["changed"] == 1
    assert (await rig.ask("channel"))["environment"] == environment


async def test_a_changed_rank_takes_effect_at_once(new_rig: Callable[..., Any], make: Any) -> None:
    low, high = {"name": "memory", "rank": 1}, {"name": "other", "rank": 2}
    rig = await new_rig(sources=tuple({"type": "memory", **each} for each in (low, high)))
    other = MemorySource("other")
    rig.put("a", make("a", x="low"))
    await rig.stop()
    other.put(make("a", x="high"), locator="a")
    rig.others = [other]
    await rig.start()
    await rig.until(lambda: rig.names() == {"a": {"x": "high"}})

    await reconfigure(
        rig, sources=tuple({"type": "memory", **e} for e in (low, {**high, "rank": 0}))
    )

    await rig.until(lambda: rig.names() == {"a": {"x": "low"}})


async def test_settings_that_start_the_sources_anew_lose_nothing(rig: Any, make: Any) -> None:
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())

    await reconfigure(rig, limits={"depth": 50})
    rig.put("b", make("b", x="1"))

    await rig.until(lambda: "b" in rig.names())
    assert set(rig.names()) == {"a", "b"}


async def labelled(rig: Any, team: str) -> bool:
    listed = await rig.ask("resources", manifests=True)
    labels = [item["manifest"]["metadata"].get("labels") for item in listed["resources"]]
    return labels == [{"team": team}] * len(labels)


async def test_an_invalid_environment_leaves_the_old_one_in_force(
    rig: Any, make: Any, refused: Any
) -> None:
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.version == 1)

    broken = {**NO_BAD, "rule": "object.data. =="}
    try:
        await rig.ask("reconfigure", settings={**rig.options, "policies": (broken,)})
    except refused as error:
        problem = error.problem
    rig.put("b", make("b", bad="1"))
    rig.put("c", make("c", x="1"))
    await rig.until(lambda: "c" in rig.names())

    assert "no-bad" in problem["diagnostics"][0]["message"]
    assert "b" not in rig.names()


async def test_a_policy_file_that_changes_is_noticed(
    new_rig: Callable[..., Any], make: Any, tmp_path: Path
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("name: p\nmatch: {kinds: [ConfigMap]}\nrule: 'true'\nmessage: refused\n")
    rig = await new_rig(policies=(str(file),))
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.version == 1)
    before = (await rig.ask("channel"))["environment"]

    file.write_text("name: p\nmatch: {kinds: [ConfigMap]}\nrule: 'false'\nmessage: refused\n")

    async def noticed() -> bool:
        return bool((await rig.ask("channel"))["environment"] != before)

    await rig.eventually(noticed)


@pytest.mark.parametrize("excuse", ["exemption", "suppression"])
async def test_what_is_excused_for_a_while_is_reported_when_that_is_over(
    new_rig: Callable[..., Any], make: Any, excuse: str
) -> None:
    """The settings do not change then; what was published meanwhile stays, as it is carried."""
    end = datetime.fromtimestamp(time.time() + 1, UTC).isoformat()
    entry = {"match": {"names": ["a"]}, "reason": "The move.", "expires": end}
    if excuse == "exemption":
        settings: dict[str, Any] = {"policies": ({**NO_BAD, "exemptions": [entry]},)}
    else:
        suppression = {**entry, "code": "GAL0501/no-bad"}
        settings = {"policies": (NO_BAD,), "suppressions": (suppression,)}
    rig = await new_rig(**settings)
    rig.put("a", make("a", bad="1"))
    await rig.until(lambda: "a" in rig.names())

    async def states() -> dict[str, str]:
        found = await rig.ask("diagnostics", level="warning")
        return {item["code"]: item["state"] for item in found}

    async def reported() -> bool:
        return {"GAL0501", "GAL0532"} <= (await states()).keys()

    await rig.eventually(reported)
    assert (await states())["GAL0501"] == "carried"
    assert rig.version == 1
    rig.put("a", make("a", bad="2"))
    rig.put("c", make("c", x="1"))
    await rig.until(lambda: "c" in rig.names())
    assert rig.names()["a"] == {"bad": "1"}


async def test_a_removed_source_is_a_deletion_within_the_budget(
    new_rig: Callable[..., Any], make: Any
) -> None:
    rig = await new_rig()
    for number in range(20):
        rig.put(f"f{number}", make(f"r{number}", x="1"))
    await rig.until(lambda: len(rig.names()) == 20)

    await reconfigure(rig, sources=())

    async def parked() -> bool:
        return bool((await rig.ask("channel"))["parked"])

    await rig.eventually(parked)
    assert len(rig.names()) == 20
    candidate = (await rig.ask("channel"))["parked"][0]
    await rig.ask("publish", candidate=candidate, reason="the team has left")
    await rig.until(lambda: rig.names() == {})
    kept = {item["id"]: item["state"] for item in (await rig.ask("history"))["candidates"]}
    assert kept[candidate] == "confirmed"


NO_BAD = {
    "name": "no-bad",
    "match": {"kinds": ["ConfigMap"]},
    "rule": "!has(object.data.bad)",
    "message": "bad is not allowed",
    "level": "error",
}
