"""What subscribers refuse is stored with its origin, and shown where people look."""

from typing import Any

import pytest

from galley.protocol.results import (
    DiagnosticResult,
    HistoryResult,
    TraceResult,
)

KEY = "core/ConfigMap/default/a"


def refused(
    version: int, subscriber: str = "envoy-1", *keys: str, settled: float = 0.0, **given: Any
) -> list[Any]:
    said = {"wire": "envoy", "credential": "mesh", "kind": "invalid", "reason": "no", **given}
    told = (said["wire"], said["credential"], said["kind"], said["reason"], 100.0, settled)
    return [version, subscriber, *told, [[key, f"bad {key[-1]}"] for key in keys]]


async def tell(rig: Any, *refusals: Any, **given: Any) -> list[str]:
    numbers = {str(each[0]): 1 for each in refusals}
    params = {"received": {}, "refusals": refusals, "refusers": numbers, **given}
    return list((await rig.ask("received", **params))["standing"])


async def publish(rig: Any, make: Any, name: str, x: str) -> None:
    version = rig.version
    rig.put(f"f-{name}", make(name, x=x))
    await rig.until(lambda: rig.version == version + 1)


async def found(rig: Any) -> list[Any]:
    said = [DiagnosticResult.model_validate(each) for each in await rig.ask("diagnostics")]
    return [(each.code, each.state, each.resource, each.file, each.message) for each in said]


def warnings(rig: Any) -> Any:
    return rig.health.get("health", {}).get("warnings")


async def history(rig: Any, version: int) -> Any:
    params = {"before": version + 1, "limit": 1, "refusals": True}
    return HistoryResult.model_validate(await rig.ask("history", **params)).versions[0]


async def test_it_is_told_with_its_version_and_where_that_came_from(rig: Any, make: Any) -> None:
    await publish(rig, make, "a", "1")
    assert await tell(rig, refused(1, "envoy-1", KEY)) == ["envoy-1"]
    await publish(rig, make, "a", "2")
    rig.remove("f-a")

    shown = await history(rig, 1)
    assert shown.refusers == 1
    (said,) = shown.refusals
    assert (said.subscriber, said.wire, said.kind, said.reason) == (
        "envoy-1",
        "envoy",
        "invalid",
        "no",
    )
    (named,) = said.resources
    assert (named.resource, named.reason, named.source, named.file, named.since) == (
        KEY,
        "bad a",
        "memory",
        "f-a",
        1,
    )
    assert (await history(rig, 2)).refusals == []


async def test_what_has_changed_meanwhile_is_not_said_to_come_from_where_it_is_now(
    rig: Any, make: Any
) -> None:
    """The answer to version 1 comes when version 2 is live."""
    await publish(rig, make, "a", "1")
    await publish(rig, make, "a", "2")
    await tell(rig, refused(1, "envoy-1", KEY))
    (said,) = (await history(rig, 1)).refusals
    assert [(each.source, each.since) for each in said.resources] == [("", 1)]
    assert await found(rig) == []


async def test_a_finding_lasts_while_the_resource_is_as_it_was_refused(rig: Any, make: Any) -> None:
    await publish(rig, make, "a", "1")
    await tell(rig, refused(1, "envoy-1", KEY), refused(1, "envoy-2", KEY))
    text = "envoy-1 (envoy) and 1 more refused it as it is, in version 1: bad a"
    expected = [("GAL0715", "live", KEY, "f-a", text)]
    assert await found(rig) == expected
    await rig.until(lambda: warnings(rig) == 1)

    await publish(rig, make, "b", "1")
    assert await found(rig) == expected

    await rig.restart()
    await rig.settled()
    assert await found(rig) == expected

    await publish(rig, make, "a", "2")
    assert await found(rig) == []
    await rig.until(lambda: warnings(rig) == 0)


async def test_a_finding_ends_when_the_subscriber_has_what_is_live(rig: Any, make: Any) -> None:
    await publish(rig, make, "a", "1")
    await tell(rig, refused(1, "envoy-1", KEY))
    assert len(await found(rig)) == 1
    assert await tell(rig, settled={"envoy-1": 200.0}) == []
    assert await found(rig) == []
    assert [each.settled for each in (await history(rig, 1)).refusals] == [200.0]


async def test_a_refusal_that_names_nothing_is_about_the_live_version(rig: Any, make: Any) -> None:
    await publish(rig, make, "a", "1")
    await tell(rig, refused(1))
    text = "envoy-1 (envoy) refused the live version 1 and named no resource: no"
    assert await found(rig) == [("GAL0716", "live", "", "", text)]
    await publish(rig, make, "a", "2")
    assert await found(rig) == []


async def test_trouble_of_the_subscriber_itself_is_kept_and_no_finding(rig: Any, make: Any) -> None:
    await publish(rig, make, "a", "1")
    await tell(rig, refused(1, "envoy-1", KEY, kind="retry"))
    assert [each.kind for each in (await history(rig, 1)).refusals] == ["retry"]
    assert await found(rig) == []


async def test_a_trace_tells_who_refused_it_as_it_is(rig: Any, make: Any) -> None:
    await publish(rig, make, "a", "1")
    await tell(rig, refused(1, "envoy-1", KEY))
    await publish(rig, make, "a", "2")
    await tell(rig, refused(2, "envoy-2", KEY), refused(2, "envoy-3"))
    traced = TraceResult.model_validate(await rig.ask("trace", resource=KEY))
    assert [(each.version, each.subscriber) for each in traced.refusals] == [(2, "envoy-2")]
    rig.remove("f-a")
    await rig.until(lambda: rig.version == 3)
    traced = TraceResult.model_validate(await rig.ask("trace", resource=KEY))
    assert [each.version for each in traced.refusals] == [2, 1]


async def test_a_purge_takes_it_out_of_what_is_shown(rig: Any, make: Any) -> None:
    await publish(rig, make, "a", "1")
    await publish(rig, make, "b", "1")
    await tell(rig, refused(1, "envoy-1", KEY))
    rig.remove("f-a")
    await rig.until(lambda: rig.version == 3)
    await rig.ask("purge", resource=KEY, reason="leaked", actor="ann", origin="local")
    (said,) = (await history(rig, 1)).refusals
    assert (said.reason, said.resources) == ("", [])


@pytest.mark.parametrize("key", ["", "///", "x", "core/ConfigMap/default/nowhere"])
async def test_no_key_that_a_subscriber_invents_stops_it(rig: Any, make: Any, key: str) -> None:
    await publish(rig, make, "a", "1")
    told = refused(1, "envoy-1")
    told[-1] = [[key, "bad"], [KEY, "bad"]]
    await tell(rig, told)
    (said,) = (await history(rig, 1)).refusals
    assert [(each.resource, each.file) for each in said.resources] == [(key, ""), (KEY, "f-a")]
    assert [each[2] for each in await found(rig)] == [KEY]
    assert list(await rig.ask("origins", resources=[key, KEY])) == [KEY]
