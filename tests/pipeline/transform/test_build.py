"""Transform settings become stages, or diagnostics that name what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline import transform
from pipeline.model import Document, Kinds, Resource
from pipeline.stage import Outcome, Stage
from pipeline.transform import TransformError, TransformType
from pipeline.transform.settings import TransformSettings
from pipeline.transform.stages import Transform


def test_stages_come_in_the_order_of_the_settings_with_names() -> None:
    stages = transform.build(
        [{"type": "drop", "name": "old"}, {"type": "labels", "set": {"a": "b"}}]
    )
    assert [stage.name for stage in stages] == ["transform/old", "transform/labels-2"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "there is no transform None"),
        ({"type": "label"}, "'label'; did you mean labels"),
        ({"type": "labels", "st": {"a": "b"}, "set": {"c": "d"}}, "at st: the field is not known"),
        ({"type": "labels"}, "nothing is set and nothing removed"),
        ({"type": "labels", "set": {"a": "b"}, "remove": ["a"]}, "'a' is both set and removed"),
        ({"type": "labels", "set": {"a": 1}}, "at set.a: Input should be a valid string"),
        ({"type": "drop", "match": {"kind": ["a"]}}, "at match.kind: the field is not known; did"),
        ({"type": "drop", "match": {"labels": "a in b"}}, "is no label selector"),
        ({"type": "drop", "name": "No Name"}, "at name"),
        ({"type": "patch", "patch": []}, "at patch"),
        ({"type": "patch", "patch": [{"op": "add", "path": "/a"}]}, "'add' needs a value"),
        ({"type": "patch", "patch": [{"op": "move", "path": "/a"}]}, "'move' needs `from`"),
        ({"type": "patch", "patch": [{"op": "remove", "path": "a"}]}, "is no JSON pointer"),
        ({"type": "namespace", "map": {}}, "at map"),
        ({"type": "merge", "merge": {"spec": {1: 2}}}, "at merge.spec: the map key 1 is not text"),
        ({"type": "merge", "merge": {"a": float("nan")}}, "at merge.a: nan is not a finite number"),
        ({"type": "overlay", "overlays": [{"a": {1: 2}}]}, "at overlays[0].a: the map key 1"),
    ],
)
def test_bad_settings_are_refused_with_the_field(given: dict[str, Any], says: str) -> None:
    with pytest.raises(TransformError) as caught:
        transform.build([given])
    assert caught.value.diagnostics[0].code == "GAL0410"
    assert says in str(caught.value)


def test_two_transforms_cannot_share_a_name() -> None:
    with pytest.raises(TransformError, match="Two transforms are called a"):
        transform.build([{"type": "drop", "name": "a"}, {"type": "select", "name": "a"}])


class Shouting(Transform):
    """A third party's transform: names in capitals as an annotation."""

    def __init__(self, given: TransformSettings, kinds: Kinds | None = None) -> None:
        super().__init__(given.name, given.match, kinds)

    def changed(self, resource: Resource, document: Document) -> Resource:
        loud = {"loud": resource.key.name.upper()}
        return Resource.build(resource.key, resource.api_version, annotations=loud)


def test_a_plugin_brings_a_transform_of_its_own(
    resource: Resource, run: Callable[[Stage, Resource], Outcome]
) -> None:
    shout = TransformType("shout", TransformSettings, Shouting)
    with pytest.raises(TransformError):
        transform.build([{"type": "shout"}])
    (stage,) = transform.build([{"type": "shout"}], plugins=[shout])
    (made,) = run(stage, resource).resources
    assert made.document().annotations == {"loud": "REVIEWS"}
