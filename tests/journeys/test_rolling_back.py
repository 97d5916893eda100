"""Rollback as its users see it: on the stream, in the source folder, on the command line."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Wait = Callable[..., Awaitable[Any]]
Text = Callable[..., str]


def changes(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["resource"], item["change"]) for item in answer["diff"]["resources"]]


async def test_a_rollback_reaches_clients_and_stays_until_the_file_is_mended(
    service: Any, text_of: Text
) -> None:
    """G8, G9: N's digest comes back exactly; the source does not bring back what was taken."""
    good = (await service.get(""))["digest"]
    async with service.follow(node="one") as follower:
        await follower.at(1)
        service.write("a.yaml", text_of("a", x="wrong"))
        await follower.at(2)
        code, said = await service.cli("rollback", "--reason", "checkout is broken")
        assert code == 0, said
        await follower.at(3)
        assert follower.client.digest.hex() == good
        assert follower.updates[-1].kind == "rollback"
        assert follower.updates[-1].reason == "checkout is broken"

        # Saved again with the same content, and others change: the others flow.
        service.write("a.yaml", "# the same once more\n" + text_of("a", x="wrong"))
        service.write("b.yaml", text_of("b", x="2"))
        await follower.holds(lambda names: names["b"] == {"x": "2"})
        assert follower.names["a"] == {"x": "1"}
        quarantined = await service.get("/quarantine")
        assert [item["resource"] for item in quarantined] == ["core/ConfigMap/default/a"]

        service.write("a.yaml", text_of("a", x="mended"))
        await follower.holds(lambda names: names["a"] == {"x": "mended"})
        assert await service.get("/quarantine") == []
        assert follower.versions == sorted(set(follower.versions))


async def test_a_rollback_survives_a_restart_with_the_wrong_file_in_place(
    service: Any, text_of: Text
) -> None:
    """G9, G2: after the restart the file is read again and stays where the rollback put it."""
    service.write("a.yaml", text_of("a", x="wrong"))
    await service.live(2)
    done = await service.post("/rollback", target="1", reason="wrong")
    assert (done.status, done.body["version"]) == (200, 3)
    await service.stop()
    service.write("b.yaml", text_of("b", x="2"))
    await service.start()
    await service.live(4)
    found = await service.get("/resources", manifests="true")
    data = {item["name"]: item["manifest"]["data"]["x"] for item in found["resources"]}
    assert data == {"a": "1", "b": "2"}
    code, said = await service.cli(
        "publish", "--override-quarantine", "--reason", "it was right after all"
    )
    assert code == 0, said
    await service.live(5)
    assert await service.get("/quarantine") == []


async def test_a_lost_race_is_a_conflict_and_changes_nothing(service: Any, text_of: Text) -> None:
    """G2: `--expect-version` is a compare-and-set; the refusal is audited, one of many wins."""
    service.write("a.yaml", text_of("a", x="2"))
    await service.live(2)
    code, said = await service.cli("rollback", "1", "--reason", "late", "--expect-version", "1")
    assert code == 5, said
    assert "2 is live" in said
    assert await service.version() == 2
    audit = await service.get("/audit")
    assert [(entry["action"], entry["reason"]) for entry in audit] == [("rollback", "late")]
    assert audit[0]["outcome"] != "done"
    asked = {"target": "1", "reason": "all at once", "expect_version": 2}
    answers = await asyncio.gather(*(service.post("/rollback", **asked) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + 7 * [409]
    assert [item["version"] for item in await service.versions()] == [1, 2, 3]


async def test_an_environment_that_was_rolled_back_stays_back_after_a_restart(
    service: Any, text_of: Text, wait_until: Wait
) -> None:
    """G8, G9: the settings still ask for it; files flow under the earlier one."""
    good = await service.get("")
    label = {"type": "labels", "set": {"team": "mesh"}}
    service.channel["transforms"] = [label]
    service.save_settings()
    assert (await service.ask("POST", "/api/v1/reload", json={})).status == 200
    changed = await service.live(2)
    assert changed["environment"] != good["environment"]
    done = await service.post("/rollback", target="1", reason="no labels")
    assert (done.status, done.body["digest"]) == (200, good["digest"])
    await service.kill()
    await service.start()
    service.write("b.yaml", text_of("b", x="2"))
    live = await service.live(4)
    assert live["environment"] == good["environment"]
    found = (await service.get("/resources", manifests="true"))["resources"]
    assert not any(item["manifest"]["metadata"].get("labels") for item in found)
    service.channel["transforms"] = [{**label, "set": {"team": "other"}}]
    service.save_settings()
    assert (await service.ask("POST", "/api/v1/reload", json={})).status == 200
    await service.live(5)


async def test_a_dry_run_shows_what_a_rollback_then_does(service: Any, text_of: Text) -> None:
    """Difference, quarantine and affected subscribers are known before; nothing moves by it."""
    service.write("c.yaml", text_of("c", x="1"))
    await service.live(2)
    async with service.follow(node="one") as follower:
        await follower.at(2)
        plan = (await service.post("/rollback", target="1", reason="look", dry_run=True)).body
        assert await service.version() == 2
        done = (await service.post("/rollback", target="1", reason="do it")).body
        assert plan["digest"] == done["digest"]
        assert changes(plan) == changes(done) == [("core/ConfigMap/default/c", "deleted")]
        assert plan["affected"] == done["affected"] == ["one"]
        assert [item["resource"] for item in plan["quarantined"]] == ["core/ConfigMap/default/c"]
        assert done["delivery"]["outcome"] == "acked"
        assert follower.names == {"a": {"x": "1"}, "b": {"x": "1"}}
