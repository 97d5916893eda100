"""A channel's life: first publication, restarts, holds that expire, what people can ask."""

import time
from contextlib import closing
from typing import Any

import pytest

from galley.store.builtin import open_store
from galley.store.retention import Retention
from galley.store.values import Record, SourceState
from sources.memory import MemorySource


async def test_an_empty_source_makes_an_empty_first_version(rig: Any) -> None:
    await rig.until(lambda: rig.version == 1)

    assert rig.names() == {}


async def test_a_restart_makes_no_version(rig: Any, make: Any) -> None:
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())
    version = rig.version

    await rig.restart()
    await rig.settled()

    assert rig.version == version


async def test_a_stale_source_keeps_what_it_had(rig: Any, make: Any) -> None:
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())

    await rig.restart(replay=False)
    await rig.until(lambda: bool(rig.names()))

    assert rig.names() == {"a": {"x": "1"}}


async def test_a_hold_expires_by_itself(rig: Any, make: Any) -> None:
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())
    await rig.ask("hold", reason="a minute", **{"for": 0.3})
    rig.put("b", make("b", x="1"))
    begun = time.monotonic()

    await rig.until(lambda: "b" in rig.names())

    assert time.monotonic() - begun < 15
    assert (await rig.ask("audit"))[0]["reason"] == "the hold expired"


async def test_another_state_is_told_at_once(
    new_rig: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for the status after the first version is not told that it is waited for."""
    monkeypatch.setattr("galley.worker.keeper.HEALTH_EVERY", 3600.0)
    rig = await new_rig()
    rig.put("a", make("a"))

    async def told(state: str) -> None:
        await rig.until(lambda: rig.health and rig.health["health"]["state"] == state)

    await told("live")
    assert (rig.health["health"]["version"], rig.health["health"]["resources"]) == (1, 1)
    await rig.ask("hold", reason="freeze")
    await told("held")
    await rig.ask("resume", reason="go on")
    await told("live")


async def test_a_hold_survives_a_restart(rig: Any, make: Any) -> None:
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())
    await rig.ask("hold", reason="freeze")
    rig.put("b", make("b", x="1"))

    await rig.restart()
    await rig.settled()

    assert set(rig.names()) == {"a"}
    assert [hold["reason"] for hold in await rig.ask("holds")] == ["freeze"]


async def test_refused_candidates_are_kept_with_their_diagnostics(rig: Any, make: Any) -> None:
    rig.put("b", make("b"))
    rig.put("a", make("a", bad="1"))

    async def kept() -> bool:
        return bool((await rig.ask("history"))["candidates"])

    await rig.eventually(kept)
    candidate = (await rig.ask("history"))["candidates"][0]
    assert candidate["state"] == "refused"
    assert "bad is not allowed" in candidate["diagnostics"][0]["message"]


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, ["a", "b"]),
        ({"name": "b"}, ["b"]),
        ({"collection": "configmaps"}, ["a", "b"]),
        ({"namespace": "other"}, []),
        ({"version": 1, "name": "a"}, ["a"]),
        ({"limit": 1}, ["a"]),
        ({"limit": 1, "next": "core/ConfigMap/default/a"}, ["b"]),
        ({"stage": "schema"}, ["a", "b"]),
    ],
)
async def test_listing(rig: Any, make: Any, params: dict[str, Any], names: list[str]) -> None:
    rig.put("f", make("a", x="1"), make("b", x="1"))
    await rig.until(lambda: len(rig.names()) == 2)

    answer = await rig.ask(
        "resources", **{**params, "version": rig.version if "version" in params else 0}
    )

    assert [item["name"] for item in answer["resources"]] == names


async def test_diff_of_two_versions_by_field(rig: Any, make: Any) -> None:
    rig.put("f", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())
    rig.put("f", make("a", x="2"), make("b", x="1"))
    await rig.until(lambda: "b" in rig.names())

    answer = await rig.ask("diff")

    assert answer["counts"] == {"added": 1, "changed": 1, "deleted": 0, "resources": 2}
    changes = {item["resource"].rsplit("/", 1)[1]: item for item in answer["resources"]}
    assert changes["a"]["fields"] == [{"op": "replace", "field": "data.x", "old": "1", "new": "2"}]
    assert changes["b"]["change"] == "added"


@pytest.mark.parametrize("named", ["core/ConfigMap/default/a", "ConfigMap/default/a"])
async def test_trace_goes_from_origin_to_versions(rig: Any, make: Any, named: str) -> None:
    rig.put("f", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())

    answer = await rig.ask("trace", resource=named)

    assert (answer["source"], answer["file"], answer["state"]) == ("memory", "f", "live")
    assert answer["versions"] == [rig.version]
    assert answer["stages"][0]["stage"] == "schema"


async def test_a_source_that_was_taken_out_is_forgotten_once_its_keys_are_gone(
    new_rig: Any, make: Any
) -> None:
    """In the list, and in the store: a restart does not bring it back."""
    other = {"type": "memory", "name": "other"}
    rig = await new_rig(sources=({"type": "memory", "name": "memory"}, other))
    source = MemorySource("other")
    rig.others.append(source)
    await rig.stop()
    await rig.start()
    rig.put("a", make("a", x="1"))
    source.put(make("b", x="1"), locator="b")
    await rig.until(lambda: set(rig.names()) == {"a", "b"})

    async def names() -> set[str]:
        return {item["name"] for item in await rig.ask("sources")}

    async def forgotten() -> bool:
        return await names() == {"memory"}

    rig.options["sources"] = rig.options["sources"][:1]
    rig.others.clear()
    await rig.ask("reconfigure", settings=rig.options)
    await rig.until(lambda: set(rig.names()) == {"a"})
    await rig.eventually(forgotten)
    await rig.stop()
    with closing(open_store(str(rig.folder / "data"), "mesh", retention=Retention())) as store:
        assert [state.source for state in store.sources()] == ["memory"]
        store.record(Record(sources=[SourceState("ended-before", "", 1.0)]))
    await rig.start()
    rig.put("c", make("c", x="1"))
    await rig.until(lambda: "c" in rig.names())
    assert await forgotten()
    await rig.stop()
    with closing(open_store(str(rig.folder / "data"), "mesh", retention=Retention())) as store:
        assert [state.source for state in store.sources()] == ["memory"]
    await rig.start()


async def test_unknown_things_are_not_found(rig: Any, refused: Any) -> None:
    await rig.until(lambda: rig.version == 1)

    for method, params in (
        ("trace", {"resource": "core/ConfigMap/default/none"}),
        ("resources", {"version": 99}),
        ("resources", {"collection": "Nonsense"}),
        ("resume", {"id": "none", "reason": "x"}),
    ):
        with pytest.raises(refused) as caught:
            await rig.ask(method, **params)
        assert caught.value.code == "not-found"


async def test_a_whole_store_checks_out(rig: Any) -> None:
    await rig.until(lambda: rig.version == 1)

    checks = await rig.ask("check")

    assert checks["ok"]


async def test_a_backup_can_be_made_while_running(rig: Any, make: Any) -> None:
    rig.put("f", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())

    answer = await rig.ask("backup", path=str(rig.folder / "b.galley"), reason="nightly")

    assert answer["bytes"] > 0


async def test_a_purged_resource_is_gone_from_every_version(
    rig: Any, make: Any, refused: Any
) -> None:
    rig.put("f", make("a", x="secret"))
    rig.put("g", make("b", x="1"))
    await rig.until(lambda: len(rig.names()) == 2)
    version = rig.version
    rig.remove("f")
    await rig.until(lambda: "a" not in rig.names())

    await rig.ask("purge", resource="core/ConfigMap/default/a", reason="a password")

    with pytest.raises(refused) as caught:
        await rig.ask("rollback", target=str(version), reason="back")
    assert caught.value.code == "refused"
