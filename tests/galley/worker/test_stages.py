"""What each stage left of what is live: as a list, and along the way of one resource."""

from typing import Any

import pytest

TRANSFORMS = (
    {"type": "labels", "name": "team", "set": {"team": "mesh"}},
    {"type": "namespace", "name": "move", "map": {"default": "shop"}},
)
REMARK = {
    "name": "remark",
    "rule": "!has(object.data.bad)",
    "message": "It is bad.",
    "level": "warning",
}


@pytest.fixture
async def moved(new_rig: Any, make: Any) -> Any:
    """A worker whose transforms label everything and move it to another namespace."""
    rig = await new_rig(transforms=TRANSFORMS, policies=(REMARK,))
    rig.put("f", make("a", bad="1"), make("b"))
    await rig.until(lambda: len(rig.names()) == 2)
    return rig


@pytest.mark.parametrize(
    ("stage", "namespace", "labels"),
    [
        ("schema", "default", None),
        ("transform/team", "default", {"team": "mesh"}),
        ("transform/move", "shop", {"team": "mesh"}),
        ("encoding", "shop", {"team": "mesh"}),
    ],
)
async def test_resources_as_a_stage_left_them(
    moved: Any, stage: str, namespace: str, labels: Any
) -> None:
    """Each with the place that it comes from, whatever it is called by then."""
    answer = await moved.ask("resources", stage=stage, manifests=True)

    assert (answer["version"], answer["next"]) == (moved.version, "")
    metadata = [each["manifest"]["metadata"] for each in answer["resources"]]
    assert [(each["name"], each["namespace"], each.get("labels")) for each in metadata] == [
        ("a", namespace, labels),
        ("b", namespace, labels),
    ]
    assert {(each["source"], each["file"]) for each in answer["resources"]} == {("memory", "f")}


async def test_page_by_page(moved: Any) -> None:
    first = await moved.ask("resources", stage="schema", limit=1)
    asked = {"stage": "schema", "limit": 1, "version": first["version"], "next": first["next"]}
    second = await moved.ask("resources", **asked)

    names = [each["name"] for page in (first, second) for each in page["resources"]]
    assert names == ["a", "b"]


async def test_a_stage_that_there_is_not(moved: Any, refused: Any) -> None:
    with pytest.raises(refused) as caught:
        await moved.ask("resources", stage="transform/teams")

    problem = caught.value.problem
    assert problem["code"] == "not-found"
    assert problem["detail"] == (
        "There is no stage 'transform/teams'; did you mean 'transform/team'?"
    )
    stages = "The stages are schema, transform/team, transform/move, schema/transformed, policy, "
    assert problem["remedy"].startswith(stages)


async def test_an_old_version_has_no_stages_any_more(moved: Any, make: Any, refused: Any) -> None:
    moved.put("g", make("c"))
    await moved.until(lambda: len(moved.names()) == 3)
    with pytest.raises(refused, match="of the live version alone"):
        await moved.ask("resources", stage="schema", version=1)


@pytest.mark.parametrize("named", ["ConfigMap/default/a", "ConfigMap/shop/a"])
async def test_the_way_of_a_resource(moved: Any, named: str) -> None:
    """By the name that its source gives it, and by the one that it got."""
    answer = await moved.ask("trace", resource=named)

    derived = ["core/ConfigMap/default/a"] if "shop" in named else []
    assert [each["resource"] for each in answer["parents"]] == derived
    assert answer["file"] == "f"
    stages = {each["stage"]: each for each in answer["stages"]}
    (labelled,) = stages["transform/team"]["changes"]
    assert labelled == {
        "resource": "core/ConfigMap/default/a",
        "change": "changed",
        "fields": [{"op": "add", "field": "metadata.labels", "old": None, "new": {"team": "mesh"}}],
    }
    went = {each["resource"]: each["change"] for each in stages["transform/move"]["changes"]}
    assert went == {"core/ConfigMap/default/a": "deleted", "core/ConfigMap/shop/a": "added"}
    assert stages["transform/move"]["outputs"] == ["core/ConfigMap/shop/a"]
    assert stages["policy"]["found"] == ["warning GAL0501"]
    assert not stages["policy"]["changed"]
    assert [each["code"] for each in answer["diagnostics"]] == ["GAL0501"]
