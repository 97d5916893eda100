"""Schemas that come from a source: an environment that follows it."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.model import Resource, Revision
from pipeline.model.messages.source import FILE_UNREADABLE
from pipeline.model.messages.trust import NOT_SIGNED
from sources.memory import MemorySource
from tests.galley.worker.schemas.conftest import (
    COLLECTION,
    CRDS,
    SMALL,
    codes,
    crd,
    differs,
    environment,
    has,
    kept,
    says,
    source,
    thing,
)


async def test_a_changed_definition_is_a_change_of_environment(
    followed: Any, crds: MemorySource
) -> None:
    """What is live breaks the new rule and is carried; what comes is judged by it."""
    before = await environment(followed)

    crds.put(crd("Thing", SMALL))

    await followed.eventually(lambda: differs(followed, before))
    assert await codes(followed) == {"GAL0308": "carried"}
    followed.put("b", thing("b", 30))
    followed.put("c", thing("c", 3))
    await followed.until(lambda: set(followed.names()) == {"a", "c"})
    assert followed.version == 2


async def test_nothing_of_a_source_of_schemas_is_published(followed: Any) -> None:
    assert set(followed.names()) == {"a"}
    found = await source(followed)
    assert (found["gives"], found["state"], found["resources"]) == ("schemas", "synced", 1)


async def test_what_is_no_definition_and_what_decides_nothing_changes_nothing(
    followed: Any, crds: MemorySource
) -> None:
    before = await environment(followed)
    crds.put(crd(labels={"release": "2"}, annotations={"seen": "now"}))
    crds.put(thing("not-a-definition", 1))
    crds.put(crd("Other"))
    await followed.eventually(lambda: differs(followed, before))

    crds.remove(f"{COLLECTION}//others.example.com")
    await followed.eventually(lambda: kept(followed, "Other"))
    found = await source(followed)
    assert (found["resources"], found["pending"]) == (1, 0)


async def test_a_definition_that_is_gone_keeps_its_last_schema(
    followed: Any, crds: MemorySource
) -> None:
    crds.remove(f"{COLLECTION}//things.example.com")

    await followed.eventually(lambda: kept(followed, "Thing"))
    followed.put("b", thing("b", "many"))
    await followed.eventually(lambda: has(followed, "GAL0303"))
    (found,) = await followed.ask("diagnostics", code="GAL0315")
    assert "crds: customresourcedefinitions/things.example.com" in found["message"]


async def test_a_definition_that_cannot_be_used_keeps_its_last_schema_and_no_other_waits(
    followed: Any, crds: MemorySource
) -> None:
    before = await environment(followed)
    damaged = Resource.build(crd().key, "apiextensions.k8s.io/v1", body={"spec": {}})
    crds.put(damaged)
    crds.put(crd("Other", SMALL))

    await followed.eventually(lambda: differs(followed, before))
    followed.put("b", thing("b", "many"), thing("c", 30, "Other"))
    await followed.eventually(lambda: has(followed, "GAL0308"))

    assert set(await codes(followed)) == {"GAL0311", "GAL0303", "GAL0308"}
    found = await source(followed)
    assert (found["state"], found["blocked"], found["resources"]) == ("failing", 1, 2)
    assert found["problem"]["file"] == f"{COLLECTION}//things.example.com"


async def test_a_place_that_cannot_be_read_keeps_what_it_held(
    followed: Any, crds: MemorySource
) -> None:
    crds.break_(f"{COLLECTION}/", FILE_UNREADABLE.report(problem="forbidden"))

    await followed.eventually(lambda: has(followed, "GAL0902"))
    followed.put("b", thing("b", "many"))
    await followed.eventually(lambda: has(followed, "GAL0303"))
    assert not await kept(followed, "Thing")


async def test_a_revision_of_which_something_is_broken_changes_nothing_where_that_is_the_unit(
    new_rig: Callable[..., Any], crds: MemorySource
) -> None:
    rig = await new_rig(crds, policies=(), schemas=[{**CRDS, "unit": "revision"}])
    rig.put("a", thing("a", 20))
    await rig.until(lambda: rig.version == 1)

    crds.put(Resource.build(crd("Bad").key, "apiextensions.k8s.io/v1", body={"spec": {}}))
    crds.put(crd("Thing", SMALL))
    await rig.eventually(lambda: has(rig, "GAL0311"))
    found = await source(rig)
    assert (found["pending"], found["resources"]) == (2, 1)

    crds.put(crd("Bad"))
    await rig.eventually(lambda: has(rig, "GAL0308"))
    assert (await source(rig))["resources"] == 2


async def test_a_revision_that_nobody_vouches_for_changes_nothing(
    followed: Any, crds: MemorySource
) -> None:
    crds.revise(Revision("c2"), errors=[NOT_SIGNED.report(kind="commit", name="c2")])
    crds.put(crd("Thing", SMALL))
    await followed.eventually(lambda: has(followed, NOT_SIGNED.code))
    found = await source(followed)
    assert (found["pending"], found["state"]) == (1, "failing")

    crds.revise(Revision("c3"))
    await followed.eventually(lambda: has(followed, "GAL0308"))
    assert NOT_SIGNED.code not in await codes(followed)


async def test_a_burst_is_one_environment(
    followed: Any, crds: MemorySource, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "galley.environment")
    caplog.clear()

    for number in range(20):
        crds.put(crd(f"Kind{number}", SMALL))
        await crds.flushed()

    await followed.until(lambda: "example.com/Kind19" in followed.kinds.values())
    followed.put("b", thing("b", 1))
    await followed.until(lambda: followed.version == 2)
    assert caplog.text.count("is in force") == 1


async def test_a_definition_that_is_rolled_back_stays_out_until_it_says_something_else(
    followed: Any, crds: MemorySource
) -> None:
    def unit(default: str) -> Resource:
        return crd(fields={"unit": {"type": "string", "default": default}})

    crds.put(unit("m"))
    await followed.until(lambda: followed.version == 2)
    assert specs(followed) == [{"number": 20, "unit": "m"}]

    await followed.ask("rollback", target="1", reason="no units")
    assert specs(followed) == [{"number": 20}]
    await followed.restart()
    followed.put("b", thing("b", 1))
    await followed.until(lambda: followed.version == 4)
    assert specs(followed) == [{"number": 1}, {"number": 20}]

    crds.put(unit("km"))
    await followed.until(lambda: followed.version == 5)
    assert specs(followed) == [{"number": 1, "unit": "km"}, {"number": 20, "unit": "km"}]


async def test_a_changed_definition_waits_while_the_channel_is_held(
    followed: Any, crds: MemorySource
) -> None:
    before = await environment(followed)
    await followed.ask("hold", reason="freeze")
    crds.put(crd("Thing", SMALL))
    await followed.eventually(lambda: says(followed, "are not in force"))
    assert await environment(followed) == before

    await followed.ask("resume", reason="go on")

    await followed.eventually(lambda: differs(followed, before))


def specs(rig: Any) -> list[dict[str, Any]]:
    """The specs of what is live, by number."""
    found = (Resource.decode(content) for content in rig.live["mesh"].values())
    held = [dict(each.document().body["spec"]) for each in found]
    return sorted(held, key=lambda spec: int(spec["number"]))
