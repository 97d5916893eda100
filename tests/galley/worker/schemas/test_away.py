"""Schemas whose source is away: what is known of them holds, and what is not is waited for."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sources.memory import MemorySource
from tests.galley.worker.schemas.conftest import (
    CRDS,
    LABEL,
    SMALL,
    AwaySource,
    codes,
    crd,
    differs,
    environment,
    has,
    in_state,
    reconfigure,
    says,
    source,
    thing,
)


async def test_schemas_outlast_a_source_that_is_away_after_a_restart(
    followed: Any, crds: MemorySource
) -> None:
    """Also those that no version was made under."""
    before = await environment(followed)
    crds.put(crd("Thing", SMALL))
    await followed.eventually(lambda: differs(followed, before))
    tightened = await environment(followed)

    followed.others = [AwaySource("crds")]
    await followed.restart()
    await followed.eventually(lambda: in_state(followed, "live"))

    assert await environment(followed) == tightened
    assert await codes(followed) == {"GAL0308": "carried", "GAL0901": "source"}
    found = await source(followed)
    assert (found["state"], found["resources"]) == ("failing", 1)
    assert 0 < found["age"] < 60


async def test_without_what_was_kept_the_environment_of_the_live_version_holds(
    followed: Any,
) -> None:
    before = await environment(followed)
    await followed.stop()
    for path in kept_files(followed):
        path.write_bytes(b"damaged")
    followed.others = [AwaySource("crds")]
    await followed.start()
    await followed.eventually(lambda: in_state(followed, "live"))

    assert await environment(followed) == before
    assert "GAL0714" in await codes(followed)
    assert (await source(followed))["state"] == "failing"


async def test_a_new_channel_waits_for_its_schemas_and_says_so(
    new_rig: Callable[..., Any],
) -> None:
    rig = await new_rig(AwaySource("crds"), policies=(), schemas=[CRDS])
    rig.put("a", thing("a", 1))

    await rig.eventually(lambda: says(rig, "The schemas of source crds are not known"))

    await rig.eventually(lambda: says(rig, "it is away"))
    assert rig.version == 0
    await rig.stop()
    rig.others = [MemorySource("crds")]
    rig.others[0].put(crd())
    await rig.start()
    await rig.until(lambda: rig.version == 1)


async def test_while_a_channel_waits_for_schemas_it_answers_and_takes_other_settings(
    new_rig: Callable[..., Any], refused: Any
) -> None:
    rig = await new_rig(AwaySource("crds"), policies=(), schemas=[CRDS])
    rig.put("a", thing("a", 1))
    await rig.eventually(lambda: has(rig, "GAL0714"))
    with pytest.raises(refused) as found:
        await rig.ask("publish", reason="now")
    assert found.value.code == "unavailable"

    await reconfigure(rig, schemas=[{**CRDS, "required": False}], transforms=[LABEL])

    await rig.until(lambda: rig.version == 1)
    listed = await rig.ask("resources", manifests=True)
    assert listed["resources"][0]["manifest"]["metadata"]["labels"] == LABEL["set"]
    assert not await has(rig, "GAL0714")


async def test_schemas_that_are_not_required_are_not_waited_for(
    new_rig: Callable[..., Any],
) -> None:
    away = {**CRDS, "required": False}
    rig = await new_rig(AwaySource("crds"), policies=(), schemas=[away])
    rig.put("a", thing("a", 1))
    await rig.until(lambda: rig.version == 1)


async def test_a_source_that_holds_no_definition_is_not_waited_for(
    new_rig: Callable[..., Any],
) -> None:
    rig = await new_rig(MemorySource("crds"), policies=(), schemas=[CRDS])
    rig.put("a", thing("a", 1))
    await rig.until(lambda: rig.version == 1)


def kept_files(rig: Any) -> Iterator[Path]:
    found = list((rig.folder / "fetched" / "schemas").iterdir())
    assert found
    yield from found
