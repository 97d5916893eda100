"""Sources of schemas at a reload of the settings."""

import json
from typing import Any

from tests.galley.worker.schemas.conftest import (
    crd,
    environment,
    has,
    kept,
    knows,
    manifest,
    reconfigure,
    thing,
)


async def test_a_reload_takes_over_sources_of_schemas(rig: Any) -> None:
    """One that is new is waited for under the old environment; one that is gone leaves its last
    schema."""
    rig.put("a", thing("a", "many"))
    await rig.until(lambda: rig.version == 1)
    before = await environment(rig)
    folder = rig.folder / "crds"
    folder.mkdir()
    (folder / "thing.yaml").write_text(json.dumps(manifest(crd())))
    away = {"type": "git", "name": "away", "url": str(rig.folder / "nowhere")}
    here = {"type": "files", "name": "here", "path": "crds"}

    answer = await reconfigure(rig, schemas=[away, here])
    assert "The schemas of source away are not known" in " ".join(answer["warnings"])
    await rig.eventually(lambda: has(rig, "GAL0714"))
    assert await environment(rig) == before

    await reconfigure(rig, schemas=[here])
    await rig.eventually(lambda: has(rig, "GAL0303"))

    await reconfigure(rig, schemas=[])
    await rig.eventually(lambda: kept(rig, "Thing"))
    assert [each["name"] for each in await rig.ask("sources")] == ["memory"]


async def test_a_source_may_turn_from_schemas_to_resources(rig: Any) -> None:
    """The one that is stopped takes nothing of its namesake with it."""
    folder = rig.folder / "team"
    folder.mkdir()
    (folder / "thing.yaml").write_text(json.dumps(manifest(crd())))
    team = {"type": "files", "name": "team", "path": "team"}
    sources = rig.options["sources"]
    await reconfigure(rig, schemas=[team])
    await rig.eventually(lambda: knows(rig, "Thing"))

    await reconfigure(rig, schemas=[], sources=[*sources, team])

    await rig.until(lambda: "things.example.com" in rig.names())
    found = {each["name"]: each for each in await rig.ask("sources")}
    assert (found["team"]["gives"], found["team"]["state"]) == ("resources", "synced")
    assert found["team"]["age"] > 0
