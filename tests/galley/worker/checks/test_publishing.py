"""What checks outside of the pipeline do to publication."""

from collections.abc import Callable
from typing import Any

from galley.protocol.checking import CandidateDocument


async def said(rig: Any, code: str) -> list[dict[str, Any]]:
    return [each for each in await rig.ask("diagnostics") if each["code"] == code]


async def test_what_passes_is_published(new_rig: Any, make: Any, script: Any) -> None:
    check = script()
    rig = await new_rig(checks=(check.settings(),))
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})
    await rig.ask("plan", files=[])

    question = CandidateDocument.model_validate(check.asked[0])
    assert (question.channel, question.check) == ("mesh", "guard")
    (change,) = question.changes
    assert (change.resource, change.change, change.before) == (
        "core/ConfigMap/default/a",
        "added",
        None,
    )
    assert change.after is not None
    assert change.after["data"] == {"x": "1"}
    assert (change.source, change.file) == ("memory", "a")
    assert question.candidate.digest == rig.versions[0][1].hex()
    assert question.resources is None


async def test_what_is_refused_waits_until_it_is_mended(
    new_rig: Any, make: Any, script: Any
) -> None:
    check = script()
    rig = await new_rig(checks=(check.settings(),))
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())
    version = rig.version
    rig.put("a", make("a", x="x-bad"))

    async def refused() -> bool:
        return bool(await said(rig, "GAL0711"))

    await rig.eventually(refused)
    (found,) = await said(rig, "GAL0711")
    assert (found["state"], found["level"]) == ("pending", "error")
    assert (found["resource"], found["file"]) == ("core/ConfigMap/default/a", "a")
    assert found["message"] == "Check guard: x-bad is bad."
    assert (rig.version, rig.names()) == (version, {"a": {"x": "1"}})

    rig.put("a", make("a", x="2"))
    await rig.until(lambda: rig.names() == {"a": {"x": "2"}})
    assert await said(rig, "GAL0711") == []


async def test_one_of_two_units_is_refused(new_rig: Any, make: Any, script: Any) -> None:
    """The other is asked about without it, and published."""
    check = script()
    rig = await new_rig(checks=(check.settings(),), publish={"quiet": 0.1})
    rig.put("a", make("a", x="x-bad"))
    rig.put("b", make("b", x="1"))

    await rig.until(lambda: rig.names() == {"b": {"x": "1"}})
    (found,) = await said(rig, "GAL0711")
    assert found["resource"] == "core/ConfigMap/default/a"
    assert check.about[-1] == ["b"]


async def test_all_or_nothing_refuses_both(new_rig: Any, make: Any, script: Any) -> None:
    check = script()
    publish = {"quiet": 0.1, "on_error": "all-or-nothing"}
    rig = await new_rig(checks=(check.settings(),), publish=publish)
    await rig.until(lambda: rig.version == 1)
    rig.put("a", make("a", x="x-bad"))
    rig.put("b", make("b", x="1"))

    async def refused() -> bool:
        return bool(await said(rig, "GAL0711"))

    await rig.eventually(refused)
    assert rig.names() == {}

    rig.put("a", make("a", x="1"))
    await rig.until(lambda: set(rig.names()) == {"a", "b"})


async def test_the_same_candidate_is_not_asked_about_twice(
    new_rig: Any, make: Any, script: Any
) -> None:
    check = script()
    rig = await new_rig(checks=(check.settings(),))
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})
    rig.put("a", make("a", x="2"))
    await rig.until(lambda: rig.names() == {"a": {"x": "2"}})
    before = len(check.asked)

    rig.put("a", make("a", x="1"))
    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})
    rig.put("a", make("a", x="2"))
    await rig.until(lambda: rig.names() == {"a": {"x": "2"}})

    assert len(check.asked) == before


async def test_sources_go_on_while_a_check_thinks(new_rig: Any, make: Any, script: Any) -> None:
    """And so does everybody who asks; what was checked is published, then what came since."""
    check = script("")
    rig = await new_rig(checks=(check.settings(),))
    await rig.eventually(lambda: _is(len(check.asked) == 1))  # about the empty first version
    check.waits()
    rig.put("a", make("a", x="1"))
    await rig.eventually(lambda: _is(len(check.about) == 1))
    rig.put("b", make("b", x="1"))

    assert rig.names() == {}
    assert (await rig.ask("diagnostics")) == []
    check.go()
    await rig.until(lambda: set(rig.names()) == {"a", "b"})
    assert check.about == [["a"], ["b"]]
    assert [version[0] for version in rig.versions][-2:] == [2, 3]


async def test_a_rollback_waits_for_no_check(new_rig: Any, make: Any, script: Any) -> None:
    check = script("")
    rig = await new_rig(checks=(check.settings(),))
    await rig.until(lambda: rig.version == 1)
    for value in "12":
        rig.put("a", make("a", x=value))
        await rig.until(lambda value=value: rig.names() == {"a": {"x": value}})
    check.waits()
    rig.put("b", make("b", x="1"))
    await rig.eventually(lambda: _is(check.about[-1:] == [["b"]]))

    await rig.ask("rollback", target="2", reason="x-bad")

    await rig.until(lambda: rig.names() == {"a": {"x": "1"}})
    check.go()
    await rig.until(lambda: set(rig.names()) == {"a", "b"})
    assert rig.names()["a"] == {"x": "1"}


async def test_what_was_refused_stays_refused_after_a_restart(
    new_rig: Any, make: Any, script: Any
) -> None:
    check = script()
    rig = await new_rig(checks=(check.settings(),))
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())
    rig.put("a", make("a", x="x-bad"))

    async def refused() -> bool:
        return bool(await said(rig, "GAL0711"))

    await rig.eventually(refused)
    version = rig.version
    await rig.restart()
    await rig.eventually(refused)

    assert (rig.version, rig.names()) == (version, {"a": {"x": "1"}})


async def test_checks_come_and_go_with_the_settings(new_rig: Any, make: Any, script: Any) -> None:
    check = script()
    rig = await new_rig()
    rig.put("a", make("a", x="x-bad"))
    await rig.until(lambda: "a" in rig.names())
    await rig.ask("reconfigure", settings={**rig.options, "checks": [check.settings()]})
    rig.put("b", make("b", x="x-bad"))

    async def refused() -> bool:
        found = await said(rig, "GAL0711")
        return [each["resource"] for each in found] == ["core/ConfigMap/default/b"]

    await rig.eventually(refused)
    await rig.ask("reconfigure", settings=rig.options)

    await rig.until(lambda: set(rig.names()) == {"a", "b"})


async def test_what_was_said_of_what_is_live_is_carried(
    new_rig: Any, make: Any, script: Any
) -> None:
    """A check that looks at everything does not freeze the channel when it is new."""
    check = script(
        "bad = [each['metadata']['name'] for each in asked['resources'] if 'x-bad' in str(each)]\n"
        "found = [{'message': 'bad', 'resource': f'core/ConfigMap/default/{n}'} for n in bad]\n"
        "print(json.dumps(found))"
    )
    rig = await new_rig()
    rig.put("a", make("a", x="x-bad"))
    await rig.until(lambda: "a" in rig.names())
    settings = [check.settings(give="all")]
    await rig.ask("reconfigure", settings={**rig.options, "checks": settings})
    rig.put("b", make("b", x="1"))

    await rig.until(lambda: set(rig.names()) == {"a", "b"})

    async def carried() -> bool:
        found = await said(rig, "GAL0711")
        states = [(each["state"], each["resource"]) for each in found]
        return states == [("carried", "core/ConfigMap/default/a")]

    await rig.eventually(carried)


async def test_a_plan_asks_the_checks(new_rig: Any, script: Any) -> None:
    check = script()
    rig = await new_rig(checks=(check.settings(),))
    await rig.until(lambda: rig.version == 1)
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {x: %s}\n"

    good = await rig.ask("plan", files=[{"name": "a.yaml", "text": text % ("a", "good")}])
    bad = await rig.ask("plan", files=[{"name": "a.yaml", "text": text % ("a", "x-bad")}])

    assert (good["outcome"], good["diagnostics"]) == ("published", [])
    assert bad["outcome"] == "refused"
    assert [each["code"] for each in bad["diagnostics"]] == ["GAL0711"]
    assert (rig.version, rig.names()) == (1, {})


async def test_publish_on_order_asks_again(
    new_rig: Any, make: Any, script: Any, refused: Callable[..., type]
) -> None:
    """Whoever has mended the world around the check need not wait until it is asked by itself."""
    check = script()
    rig = await new_rig(checks=(check.settings(),))
    await rig.until(lambda: rig.version == 1)
    rig.put("a", make("a", x="x-bad"))

    async def is_refused() -> bool:
        return bool(await said(rig, "GAL0711"))

    await rig.eventually(is_refused)
    check.says("")

    await rig.ask("publish", reason="mended")

    await rig.until(lambda: "a" in rig.names())


async def test_warnings_are_shown_and_do_not_block(new_rig: Any, make: Any, script: Any) -> None:
    check = script(
        "names = [each['resource'] for each in asked['changes']]\n"
        "found = [{'message': 'hm', 'level': 'warning', 'resource': n, 'code': 'C1',"
        " 'path': ['data', 'x']} for n in names]\n"
        "print(json.dumps(found))"
    )
    rig = await new_rig(checks=(check.settings(),))
    rig.put("a", make("a", x="1"))
    await rig.until(lambda: "a" in rig.names())

    (found,) = await said(rig, "GAL0711")

    assert (found["level"], found["state"], found["message"]) == (
        "warning",
        "live",
        "Check guard (C1): hm.",
    )
    assert (found["resource"], found["field"]) == ("core/ConfigMap/default/a", "data.x")


async def _is(answer: bool) -> bool:  # what `eventually` takes
    return answer
