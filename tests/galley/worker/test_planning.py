"""What a plan tells, and that what then happens is what it told."""

import base64
from typing import Any

import pytest

from pipeline.model import Key, Resource
from sources.memory import MemorySource

FIRST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {%s: '%s'}\n"
TWO = ({"type": "memory", "name": "memory"}, {"type": "memory", "name": "other"})


def text(name: str, field: str = "x", value: str = "1") -> str:
    return FIRST % (name, field, value)


def files(**texts: str) -> list[dict[str, Any]]:
    """Files `NAME.yaml` with these texts."""
    return [{"name": f"{name}.yaml", "text": text} for name, text in texts.items()]


@pytest.fixture
async def two(rig: Any, make: Any) -> Any:
    """A rig with `a` and `b` live, each in a file of its own."""
    rig.put("a.yaml", make("a", x="1"))
    rig.put("b.yaml", make("b", x="1"))
    await rig.until(lambda: {"a", "b"} <= rig.names().keys())
    return rig


async def test_the_planned_digest_is_the_one_that_ships(two: Any, make: Any) -> None:
    plan = await two.ask("plan", files=files(a=text("a", value="2"), b=text("b"), c=text("c")))
    before = two.version

    two.put("a.yaml", make("a", x="2"))
    two.put("c.yaml", make("c", x="1"))
    await two.until(lambda: "c" in two.names())

    assert (plan["outcome"], plan["publishable"], plan["base"]) == ("published", True, before)
    assert plan["digest"] == two.versions[-1][1].hex()
    shown = {each["resource"].rpartition("/")[2]: each for each in plan["diff"]["resources"]}
    assert {name: each["change"] for name, each in shown.items()} == {"a": "changed", "c": "added"}
    assert shown["a"]["fields"][0]["field"] == "data.x"
    assert (shown["c"]["file"], shown["c"]["line"]) == ("c.yaml", 1)


async def test_a_plan_of_what_is_there_is_what_is_live(two: Any) -> None:
    plan = await two.ask("plan", files=files(a=text("a"), b=text("b")))

    assert (plan["outcome"], plan["publishable"]) == ("unchanged", True)
    assert plan["digest"] == plan["live"] == two.versions[-1][1].hex()
    assert plan["diff"]["resources"] == plan["diagnostics"] == plan["kept"] == []


async def test_a_plan_changes_nothing(two: Any, make: Any) -> None:
    """Neither what is live, nor what is pending, nor what is published next."""
    digest, version = two.versions[-1][1], two.version
    two.put("b.yaml", make("b", bad="1"))

    async def refused() -> bool:
        return bool((await two.ask("history"))["candidates"])

    await two.eventually(refused)
    for value in ("2", "3"):
        await two.ask("plan", files=files(a=text("a", value=value), c=text("c")))
    assert (two.versions[-1][1], two.version) == (digest, version)
    assert (await two.ask("sources"))[0]["pending"] == 1

    two.put("b.yaml", make("b", x="1"))
    two.put("a.yaml", make("a", x="4"))
    await two.until(lambda: two.names()["a"] == {"x": "4"})
    assert set(two.names()) == {"a", "b"}


async def test_what_would_be_refused_is_told_with_its_place(two: Any) -> None:
    """In the text that was sent, where the source has another one."""
    bad = "# A comment.\n\n" + text("a", field="bad")
    plan = await two.ask("plan", files=files(a=bad, b=text("b", value="2")))
    (found,) = plan["diagnostics"]

    assert (plan["outcome"], plan["publishable"]) == ("refused", False)
    assert (found["file"], found["line"], found["state"]) == ("a.yaml", 3, "pending")
    assert plan["kept"] == [{"file": "a.yaml", "why": "refused", "before": False}]
    assert [each["change"] for each in plan["diff"]["resources"]] == ["changed"]


async def test_what_was_refused_before_is_not_held_against_a_plan(two: Any, make: Any) -> None:
    two.put("b.yaml", make("b", bad="1"))

    async def pending() -> bool:
        return bool((await two.ask("sources"))[0]["blocked"])

    await two.eventually(pending)
    changed, broken = text("a", value="2"), text("b", field="bad")
    plan = await two.ask("plan", files=files(a=changed, b=broken))
    (found,) = plan["diagnostics"]

    assert (plan["outcome"], plan["publishable"]) == ("published", True)
    assert found["state"] == "carried"
    assert plan["kept"] == [{"file": "b.yaml", "why": "refused", "before": True}]

    other = await two.ask("plan", files=files(a=changed, b=broken.replace("'1'", "'2'")))
    assert (other["outcome"], other["kept"][0]["before"]) == ("refused", False)


async def test_what_is_live_under_a_newer_rule_is_carried(new_rig: Any, make: Any) -> None:
    """A plan may leave it as it is, and not touch it."""
    rig = await new_rig(policies=())
    rig.put("a.yaml", make("a", bad="1"))
    await rig.until(lambda: "a" in rig.names())
    await rig.stop()
    rule = {"name": "no-bad", "rule": "!has(object.data.bad)", "message": "No."}
    rig.options["policies"] = (rule,)
    rig.source = MemorySource("memory")
    rig.put("a.yaml", make("a", bad="1"))
    await rig.start()

    async def carried() -> bool:
        return any(each["state"] == "carried" for each in await rig.ask("diagnostics"))

    await rig.eventually(carried)
    plan = await rig.ask("plan", files=files(a=text("a", field="bad"), b=text("b")))
    assert (plan["outcome"], [each["state"] for each in plan["diagnostics"]]) == (
        "published",
        ["carried"],
    )
    touched = await rig.ask("plan", files=files(a=text("a", field="bad", value="2")))
    assert [each["state"] for each in touched["diagnostics"]] == ["pending"]
    assert touched["outcome"] == "refused"


async def test_a_file_that_cannot_be_read_keeps_what_it_held(two: Any) -> None:
    """As the source would have it: text that is none, and what the sender could not read."""
    latin = base64.b64encode("ä".encode("latin-1")).decode()
    error = {"code": "GAL0903", "message": "It leads away.", "line": 0, "column": 0}
    sent = [
        {"name": "a.yaml", "data": base64.b64decode(latin)},
        {"name": "b.yaml", "errors": [error]},
    ]
    plan = await two.ask("plan", files=sent)

    assert plan["outcome"] == "refused"
    assert {each["file"]: each["code"][:5] for each in plan["diagnostics"]} == {
        "a.yaml": "GAL01",
        "b.yaml": "GAL09",
    }
    assert plan["digest"] == plan["live"]


async def test_a_folder_that_cannot_be_read_keeps_all_below_it(two: Any, make: Any) -> None:
    two.put("sub/c.yaml", make("c", x="1"))
    await two.until(lambda: "c" in two.names())
    error = {"code": "GAL0902", "message": "It cannot be listed.", "line": 0, "column": 0}
    sent = [*files(a=text("a"), b=text("b")), {"name": "sub/", "errors": [error]}]
    plan = await two.ask("plan", files=sent)

    assert (plan["outcome"], plan["digest"]) == ("refused", plan["live"])


async def test_too_many_deletions_would_be_parked(two: Any, make: Any) -> None:
    """Under the id that confirms them once they are there."""
    two.put("many.yaml", *(make(f"m{number}", x="1") for number in range(20)))
    await two.until(lambda: "m19" in two.names())
    plan = await two.ask("plan", files=files(a=text("a", value="2"), b=text("b")))

    assert (plan["outcome"], plan["kept"][0]["why"]) == ("parked", "parked")
    assert [each["code"] for each in plan["diagnostics"]] == ["GAL0702"]
    two.put("a.yaml", make("a", x="2"))
    two.remove("many.yaml")

    async def parked() -> bool:
        return bool((await two.ask("channel"))["parked"] == [plan["candidate"]])

    await two.eventually(parked)
    assert two.versions[-1][1].hex() == plan["digest"]


async def test_a_hold_is_told(two: Any) -> None:
    await two.ask("hold", reason="freeze")
    changed = await two.ask("plan", files=files(a=text("a", value="2"), b=text("b")))
    same = await two.ask("plan", files=files(a=text("a"), b=text("b")))

    assert (changed["outcome"], changed["publishable"]) == ("held", False)
    assert [hold["reason"] for hold in changed["holds"]] == ["freeze"]
    assert (same["outcome"], same["publishable"]) == ("unchanged", True)


async def test_a_quarantine_is_told(two: Any, make: Any) -> None:
    """Content that was taken back waits; the plan without it is what is live; a fix would ship."""
    two.put("a.yaml", make("a", x="2"))
    await two.until(lambda: two.names()["a"] == {"x": "2"})
    await two.ask("rollback", target="previous", reason="worse")
    again = files(a=text("a", value="2"), b=text("b"))
    plan = await two.ask("plan", files=again)

    assert plan["kept"] == [{"file": "a.yaml", "why": "quarantined", "before": True}]
    assert [each["reason"] for each in plan["quarantined"]] == ["worse"]
    assert (plan["outcome"], plan["digest"]) == ("unchanged", plan["live"])

    fixed = await two.ask("plan", files=files(a=text("a", value="3"), b=text("b")))
    assert (fixed["outcome"], fixed["quarantined"]) == ("published", [])


async def test_a_plan_that_brings_back_what_was_taken_back_waits(two: Any, make: Any) -> None:
    """The source says one of the versions that were taken back, the plan another of them."""
    version = two.version
    for value in ("2", "3"):
        two.put("a.yaml", make("a", x=value))
        await two.until(lambda value=value: two.names()["a"] == {"x": value})
    await two.ask("rollback", target=str(version), reason="worse")
    plan = await two.ask("plan", files=files(a=text("a", value="2"), b=text("b")))

    assert (plan["outcome"], plan["publishable"]) == ("quarantined", False)
    assert plan["kept"] == [{"file": "a.yaml", "why": "quarantined", "before": False}]


async def test_a_revision_waits_as_a_whole(new_rig: Any, make: Any) -> None:
    """A commit that leaves the bad content in place waits with it, and the plan says so."""
    unit = {"type": "memory", "name": "memory", "unit": "revision"}
    rig = await new_rig(sources=(unit,))
    rig.put("a.yaml", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())
    rig.put("a.yaml", make("a", x="2"))
    await rig.until(lambda: rig.names()["a"] == {"x": "2"})
    await rig.ask("rollback", target="previous", reason="worse")
    plan = await rig.ask("plan", files=files(a=text("a", value="2"), b=text("b")))

    assert (plan["outcome"], plan["digest"]) == ("quarantined", plan["live"])
    fixed = await rig.ask("plan", files=files(a=text("a"), b=text("b")))
    assert (fixed["outcome"], fixed["diff"]["counts"]["added"]) == ("published", 1)


async def test_all_or_nothing_holds_for_plans(new_rig: Any, make: Any) -> None:
    rig = await new_rig(publish={"quiet": 0.0, "on_error": "all-or-nothing"})
    rig.put("a.yaml", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())
    plan = await rig.ask("plan", files=files(a=text("a", value="2"), b=text("b", field="bad")))

    assert (plan["outcome"], plan["digest"]) == ("refused", plan["live"])
    assert {each["file"] for each in plan["kept"]} == {"a.yaml", "b.yaml"}


async def test_a_deletion_that_breaks_another_source_is_told_there(
    rig_type: Any, tmp_path: Any, make: Any
) -> None:
    """The finding is on what refers to it, in the other source; the deletion is what waits."""
    rig = rig_type(tmp_path, sources=TWO, policies=())
    rig.others.append(MemorySource("other"))
    gateway = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: public}\n"
    await rig.start()
    try:
        kind = "networking.istio.io/"
        held = Resource.build(Key(kind + "Gateway", "default", "public"), "networking.istio.io/v1")
        route = Resource.build(
            Key(kind + "VirtualService", "default", "shop"),
            "networking.istio.io/v1",
            body={"spec": {"hosts": ["a.example.com"], "gateways": ["public"]}},
        )
        rig.put("gateway.yaml", held, make("a", x="1"))
        rig.others[0].put(route, locator="route.yaml")
        await rig.until(lambda: {"public", "shop"} <= rig.names().keys())
        gone = await rig.ask("plan", source="memory", files=files(gateway=text("a")))
        same = await rig.ask(
            "plan", source="memory", files=files(gateway=gateway + "---\n" + text("a"))
        )
        with pytest.raises(Exception, match="Which source") as raised:
            await rig.ask("plan", files=[])
    finally:
        await rig.stop()

    assert gone["outcome"] == "refused"
    assert [each["source"] for each in gone["diagnostics"] if each["code"] == "GAL0601"] == [
        "other"
    ]
    assert same["outcome"] == "unchanged"
    assert raised.value.code == "usage"  # type: ignore[attr-defined]  # the rig's


async def test_a_plan_holds_for_one_base(two: Any, refused: Any) -> None:
    plan = await two.ask("plan", files=[], expect_version=two.version)
    assert plan["base"] == two.version

    with pytest.raises(refused, match="is live, not 99") as raised:
        await two.ask("plan", files=[], expect_version=99)
    assert raised.value.code == "conflict"


async def test_a_source_that_is_none_is_refused(two: Any, refused: Any) -> None:
    for method in ("plan", "plan_scope"):
        with pytest.raises(refused, match="no source 'nope'"):
            await two.ask(method, files=[], source="nope")


async def test_moved_lines_are_told_as_they_were_sent(new_rig: Any, make: Any) -> None:
    """Also of a resource that is the same, where something else about it is new."""
    rig = await new_rig(
        policies=(
            {
                "name": "alone",
                "rule": "!has(object.data.bad)",
                "message": "No.",
                "level": "warning",
                "path": "data",
            },
        )
    )
    rig.put("a.yaml", make("a", bad="1"))
    await rig.until(lambda: "a" in rig.names())
    moved = "# One.\n# Two.\n" + text("a", field="bad")
    plan = await rig.ask("plan", files=files(a=moved))
    (found,) = plan["diagnostics"]

    assert (found["state"], found["line"], plan["outcome"]) == ("carried", 6, "unchanged")


async def test_what_a_plan_has_to_be_sent_is_told(new_rig: Any, tmp_path: Any) -> None:
    source = {
        "type": "git",
        "name": "mesh",
        "url": str(tmp_path),
        "path": "mesh",
        "required": False,
    }
    rig = await new_rig(sources=({**source, "include": ["*.conf"], "exclude": ["old/"]},))
    scope = await rig.ask("plan_scope")

    assert scope == {
        "source": "mesh",
        "type": "git",
        "path": "mesh",
        "include": ["*.conf"],
        "exclude": ["old/"],
        "submodules": False,
    }


GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public}
spec:
  selector: {istio: ingress}
  servers: [{hosts: [a.example.com], port: {number: 80, name: http, protocol: HTTP}}]
"""
INGRESS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress}
spec: {template: {metadata: {labels: {istio: ingress}}}}
"""


async def test_a_plan_tells_what_the_change_affects(two: Any) -> None:
    """Of the mesh as it would be: the workload comes with the gateway that selects it."""
    both = files(a=text("a"), b=text("b"), gateway=GATEWAY, ingress=INGRESS)

    affects = (await two.ask("plan", files=both))["diff"]["affects"]

    assert affects["hosts"] == {"total": 1, "names": ["a.example.com"]}
    assert affects["gateways"]["names"] == ["networking.istio.io/Gateway/default/public"]
    assert affects["workloads"]["names"] == ["apps/Deployment/default/ingress"]
    assert affects["callers"] == {"total": 0, "names": []}
    assert affects["partial"] is False
    nothing = (await two.ask("plan", files=files(a=text("a"), b=text("b"))))["diff"]["affects"]
    assert [each["total"] for each in nothing.values() if each] == [0] * 5
