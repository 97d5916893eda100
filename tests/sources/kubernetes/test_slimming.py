"""What is not taken in of an object, and what is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Kinds, Read
from sources.kubernetes.decoding import Decoder
from sources.kubernetes.kinds import Chosen, Served
from sources.kubernetes.slimming import Slimming
from sources.settings import KubernetesSettings
from sources.settings.kubernetes import KindEntry
from sources.source import Limits, SourceContext

SECRET = "c2VjcmV0LXZhbHVl"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def slimmed(collection: str, item: dict[str, Any], *status: str) -> dict[str, Any]:
    Slimming(collection, status or None).slim(item)
    return item


def test_what_the_cluster_keeps_for_itself_goes() -> None:
    item = {"metadata": {"name": "a", "managedFields": [{}]}, "spec": {}, "status": {"x": 1}}

    assert slimmed("example.com/Thing", item) == {"metadata": {"name": "a"}, "spec": {}}


def test_data_of_a_secret_goes_wherever_it_is() -> None:
    """Before anything is made of the object that could be kept or shown."""
    item = {
        "metadata": {"name": "a", "annotations": {LAST_APPLIED: f'{{"data": "{SECRET}"}}'}},
        "data": {"password": SECRET},
        "stringData": {"password": SECRET},
        "type": "Opaque",
    }
    served = Served("", "Secret", "secrets", namespaced=True, versions=("v1",))
    chosen = Chosen(served, "v1", KindEntry(kind="core/Secret"))
    context = SourceContext(Kinds(), Limits())

    change = Decoder(KubernetesSettings(type="kubernetes", name="cluster"), context, chosen).change(
        item
    )

    assert isinstance(change, Read)
    content = change.resources[0].resource.content
    assert SECRET.encode() not in content
    assert b"Opaque" in content


def test_other_annotations_stay() -> None:
    item = {"metadata": {"annotations": {LAST_APPLIED: "{}", "owner": "ann"}}}

    assert slimmed("example.com/Thing", item)["metadata"]["annotations"] == {"owner": "ann"}


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        (("phase",), {"phase": "Running"}),
        (("conditions",), {"conditions": [{"type": "Ready", "at": 1}, {"type": "Old", "at": 2}]}),
        (("conditions.*.type",), {"conditions": [{"type": "Ready"}, {"type": "Old"}]}),
        (("pods.*.ip",), {"pods": {"a": {"ip": "1"}, "b": {"ip": "2"}}}),
        (("phase", "nothing", "phase.below"), {"phase": "Running"}),
    ],
)
def test_named_fields_of_the_status_stay(wanted: tuple[str, ...], left: Any) -> None:
    status = {
        "phase": "Running",
        "conditions": [{"type": "Ready", "at": 1}, {"type": "Old", "at": 2}],
        "pods": {"a": {"ip": "1", "x": 0}, "b": {"ip": "2"}},
    }

    assert slimmed("example.com/Thing", {"status": status}, *wanted).get("status") == left


def test_a_pod_keeps_what_others_need_of_it() -> None:
    status = {"phase": "Running", "podIP": "10.0.0.1", "startTime": "now", "conditions": []}

    left = slimmed("core/Pod", {"status": status})

    assert left["status"] == {"phase": "Running", "podIP": "10.0.0.1", "conditions": []}


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["metadata", "status", "spec"]), JSON))
def test_any_object_is_slimmed_without_a_failure(item: dict[str, Any]) -> None:
    slimmed("core/Pod", item, "a", "a.*.b", "*")
