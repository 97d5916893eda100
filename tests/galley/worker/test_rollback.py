"""Rolling back, point by point."""

from collections.abc import Callable
from typing import Any

import pytest

from galley.protocol.control import VersionNote
from galley.protocol.results import WaitResult
from pipeline.model import Key, Resource

ROLLBACK = VersionNote._fields.index("rollback")


async def publish(rig: Any, make: Any, *values: str, name: str = "a") -> None:
    """One version for each value of `x` in file f-NAME."""
    for value in values:
        version = rig.version
        rig.put(f"f-{name}", make(name, x=value))
        await rig.until(lambda: rig.version == version + 1)  # noqa: B023  # awaited in the loop


async def roll(rig: Any, target: str = "previous", **params: Any) -> Any:
    return await rig.ask("rollback", target=target, reason="it was bad", actor="ann", **params)


async def test_it_appends_a_version_with_the_targets_content_and_digest(
    rig: Any, make: Any
) -> None:
    await publish(rig, make, "1", "2", "3")
    digest = rig.versions[0][1]

    result = await roll(rig, "1")

    assert (result["version"], result["restores"]) == (4, 1)
    assert result["digest"] == digest.hex()
    await rig.until(lambda: rig.version == 4)
    assert rig.names() == {"a": {"x": "1"}}


async def test_the_source_does_not_bring_it_back_while_others_flow(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2")
    await roll(rig)
    rig.put("f-b", make("b", x="1"))
    await rig.until(lambda: rig.version == 4)

    assert rig.names() == {"a": {"x": "1"}, "b": {"x": "1"}}
    assert [item["resource"] for item in await rig.ask("quarantine")] == [
        "core/ConfigMap/default/a"
    ]


async def test_other_content_lifts_the_quarantine(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2")
    await roll(rig)

    rig.put("f-a", make("a", x="3"))
    await rig.until(lambda: rig.version == 4)

    assert rig.names() == {"a": {"x": "3"}}
    assert await rig.ask("quarantine") == []


async def test_going_back_to_what_is_live_lifts_it_without_a_version(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2")
    await roll(rig)

    rig.put("f-a", make("a", x="1"))

    async def lifted() -> bool:
        return not await rig.ask("quarantine")

    await rig.eventually(lifted)
    assert rig.version == 3


async def test_versions_in_between_are_quarantined_as_well(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2", "3")
    await roll(rig, "1")

    rig.put("f-a", make("a", x="2"))
    rig.put("f-b", make("b", x="1"))
    await rig.until(lambda: rig.version == 5)

    assert rig.names()["a"] == {"x": "1"}


async def test_a_deletion_that_was_taken_back_is_not_repeated(rig: Any, make: Any) -> None:
    await publish(rig, make, "1")
    await publish(rig, make, "1", name="b")
    rig.remove("f-a")
    await rig.until(lambda: rig.version == 3)

    await roll(rig)
    rig.put("f-b", make("b", x="2"))
    await rig.until(lambda: rig.version == 5)

    assert rig.names() == {"a": {"x": "1"}, "b": {"x": "2"}}


async def test_it_survives_a_restart(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2")
    await roll(rig)

    await rig.restart()
    rig.put("f-b", make("b", x="1"))
    await rig.until(lambda: "b" in rig.names())

    assert rig.names()["a"] == {"x": "1"}
    assert len(await rig.ask("quarantine")) == 1


async def test_it_works_while_the_source_is_down(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2")
    await rig.restart(replay=False)
    await rig.until(lambda: rig.version == 2)

    result = await roll(rig)

    assert result["version"] == 3
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})


async def test_overriding_the_quarantine_publishes_it_again(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2")
    await roll(rig)

    await rig.ask("publish", override_quarantine=True, reason="it was right after all")

    await rig.until(lambda: rig.names() == {"a": {"x": "2"}})
    assert await rig.ask("quarantine") == []


async def test_a_hold_stops_everything_until_resume(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2")
    await roll(rig, hold=True)
    rig.put("f-b", make("b", x="1"))
    await rig.settled()
    assert rig.version == 3

    await rig.ask("resume", reason="go on")

    await rig.until(lambda: rig.version == 4)
    assert rig.names() == {"a": {"x": "1"}, "b": {"x": "1"}}


async def test_a_dry_run_shows_everything_and_changes_nothing(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2")

    result = await roll(rig, dry_run=True)

    assert result["dry_run"]
    assert result["diff"]["resources"][0]["fields"][0]["new"] == "1"
    assert result["quarantined"][0]["lifts"]
    assert rig.version == 2
    assert await rig.ask("quarantine") == []


async def test_a_dry_run_tells_what_is_affected_once_it_is_done(rig: Any, make: Any) -> None:
    """And where it is: what comes back is in the file that had it."""
    ingress = {"app": "ingress"}
    gateway = Resource.build(
        Key("networking.istio.io/Gateway", "shop", "public"),
        "networking.istio.io/v1",
        body={"spec": {"selector": ingress, "servers": []}},
    )
    workload = Resource.build(
        Key("apps/Deployment", "shop", "ingress"),
        "apps/v1",
        body={"spec": {"template": {"metadata": {"labels": ingress}}}},
    )
    rig.put("f", gateway, workload)
    await rig.until(lambda: rig.version == 1)
    rig.put("f", make("a", x="1"))
    await rig.until(lambda: rig.version == 2)

    planned = (await roll(rig, dry_run=True))["diff"]
    done = (await roll(rig))["diff"]

    assert planned["affects"]["workloads"]["names"] == ["apps/Deployment/shop/ingress"]
    assert planned["affects"] == done["affects"]
    assert [each["file"] for each in planned["resources"]] == ["f"] * 3


async def test_a_lost_race_is_a_conflict(rig: Any, make: Any, refused: Any) -> None:
    await publish(rig, make, "1", "2")

    with pytest.raises(refused) as caught:
        await roll(rig, expect_version=1)

    assert caught.value.code == "conflict"


async def test_previous_skips_what_was_rolled_back(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2", "3")
    await roll(rig)
    assert rig.names() == {"a": {"x": "2"}}

    result = await roll(rig)

    assert result["restores"] == 1


@pytest.mark.parametrize(("target", "restores"), [("1", 1), ("sha:{0}", 1), ("previous", 2)])
async def test_targets(rig: Any, make: Any, target: str, restores: int) -> None:
    await publish(rig, make, "1", "2", "3")

    result = await roll(rig, target.format(rig.versions[0][1].hex()[:10]))

    assert result["restores"] == restores


@pytest.mark.parametrize(
    ("target", "code"),
    [("99", "not-found"), ("yesterday", "usage"), ("sha:ffffffff", "not-found"), ("3", "conflict")],
)
async def test_targets_that_are_none(
    rig: Any, make: Any, refused: Any, target: str, code: str
) -> None:
    await publish(rig, make, "1", "2", "3")

    with pytest.raises(refused) as caught:
        await roll(rig, target)

    assert caught.value.code == code


async def test_last_good_without_subscribers_is_refused(rig: Any, make: Any, refused: Any) -> None:
    await publish(rig, make, "1", "2")

    with pytest.raises(refused, match="No subscriber"):
        await roll(rig, "last-good")


async def test_one_resource_alone(rig: Any, make: Any) -> None:
    await publish(rig, make, "1", "2")
    await publish(rig, make, "1", "2", name="b")

    result = await roll(
        rig, "1", resource="ConfigMap/v1/x" if False else "core/ConfigMap/default/a"
    )

    await rig.until(lambda: rig.version == 5)
    assert result["restores"] in (0, 1)
    assert rig.names() == {"a": {"x": "1"}, "b": {"x": "2"}}
    assert len(await rig.ask("quarantine")) == 1


async def test_a_reason_is_required(rig: Any, make: Any, refused: Any) -> None:
    await publish(rig, make, "1", "2")

    with pytest.raises(refused) as caught:
        await rig.ask("rollback", target="1")

    assert caught.value.code == "usage"


async def test_every_action_leaves_an_audit_record(rig: Any, make: Any, refused: Any) -> None:
    await publish(rig, make, "1", "2")
    await roll(rig)
    with pytest.raises(refused):
        await roll(rig, "99")
    await rig.ask("hold", reason="wait", actor="bob", origin="10.0.0.1")
    await rig.ask("resume", reason="go")

    entries = await rig.ask("audit")

    assert [entry["action"] for entry in entries] == ["resume", "hold", "rollback", "rollback"]
    assert entries[1]["actor"] == "bob"
    assert entries[1]["origin"] == "10.0.0.1"
    assert entries[2]["outcome"] != "done"


async def test_the_target_is_judged_by_todays_checks_and_restored_all_the_same(
    new_rig: Callable[..., Any], make: Any
) -> None:
    """Only structural damage blocks, unless strict."""
    rig = await new_rig(policies=())
    await publish(rig, make, "1")
    rig.put("f-a", make("a", bad="1"))
    await rig.until(lambda: rig.version == 2)
    await publish(rig, make, "3")
    await rig.ask("reconfigure", settings={**rig.options, "policies": [_policy()]})

    strict = await roll(rig, "2", dry_run=True)
    assert any(item["level"] == "error" for item in strict["diagnostics"])
    await roll(rig, "2")

    await rig.until(lambda: rig.names() == {"a": {"bad": "1"}})


async def test_strict_refuses_what_todays_checks_refuse(
    new_rig: Callable[..., Any], make: Any, refused: Any
) -> None:
    rig = await new_rig(policies=())
    rig.put("f-a", make("a", bad="1"))
    await rig.until(lambda: rig.version == 1)
    await publish(rig, make, "2")
    await rig.ask("reconfigure", settings={**rig.options, "policies": [_policy()]})

    with pytest.raises(refused) as caught:
        await roll(rig, "1", strict=True)

    assert caught.value.code == "refused"
    assert rig.version == 2


def _policy() -> dict[str, Any]:
    return {
        "name": "no-bad",
        "match": {"kinds": ["ConfigMap"]},
        "rule": "!has(object.data.bad)",
        "message": "bad is not allowed",
        "level": "error",
    }


async def test_a_revision_that_was_rolled_back_says_so_until_it_is_published_again(
    rig: Any, make: Any
) -> None:
    rig.source.put(make("a", x="1"), locator="a", revision="rev-one")
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})
    rig.source.put(make("a", x="2"), locator="a", revision="rev-two")
    await rig.until(lambda: rig.names() == {"a": {"x": "2"}})

    async def outcome(revision: str) -> tuple[str, int, int]:
        answer = WaitResult.model_validate(await rig.ask("checkpoint", revision=revision))
        return answer.outcome, answer.version, answer.rolled_back_by

    back = rig.version + 1
    await rig.ask("rollback", target="previous", reason="no")
    assert await outcome("rev-one") == ("live", back, 0)
    assert await outcome("rev-two") == ("rolled-back", back - 1, back)
    assert await outcome("rev-three") == ("timed-out", back, 0)

    await rig.ask("publish", override_quarantine=True, reason="yes, after all")

    assert await outcome("rev-two") == ("live", back + 1, 0)


@pytest.mark.parametrize("scope", [{}, {"resource": "core/ConfigMap/default/a"}])
async def test_all_versions_from_then_on_name_it_also_after_a_restart(
    rig: Any, make: Any, scope: dict[str, str]
) -> None:
    """Clients of meshes tell its content from the same content before it by that number."""
    await publish(rig, make, "1", "2")
    assert rig.versions[-1][ROLLBACK] == 0

    await roll(rig, "1", **scope)
    await rig.until(lambda: rig.version == 3)
    assert rig.versions[-1][ROLLBACK] == 3

    await rig.restart()
    await rig.until(lambda: len(rig.versions) > 3)
    assert rig.versions[-1][ROLLBACK] == 3
    await publish(rig, make, "3", name="b")
    assert rig.versions[-1][ROLLBACK] == 3
