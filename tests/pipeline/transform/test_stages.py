"""What each transform does to one resource."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model import Resource
from pipeline.stage import Outcome

Apply = Callable[..., Outcome]
same_fixtures = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
labels = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["x", "y"]), min_size=1)


def test_labels_are_set_and_removed(apply: Apply, resource: Resource) -> None:
    (made,) = apply(
        resource, type="labels", set={"app": "new", "owner": "web"}, remove=["tier", "none"]
    ).resources
    assert made.labels == {"app": "new", "owner": "web"}
    assert made.document().body == resource.document().body


def test_annotations_are_set_and_removed(apply: Apply, resource: Resource) -> None:
    (made,) = apply(resource, type="annotations", set={"a": "1"}, remove=["note"]).resources
    assert made.document().annotations == {"a": "1"}
    assert made.labels == resource.labels


@same_fixtures
@given(given_labels=labels, remove=st.sets(st.sampled_from("efapp")))
def test_labels_twice_is_labels_once(
    apply: Apply, resource: Resource, given_labels: dict[str, str], remove: set[str]
) -> None:
    change = {"type": "labels", "set": given_labels, "remove": sorted(remove - given_labels.keys())}
    (once,) = apply(resource, **change).resources
    assert apply(once, **change).resources == (once,)


@same_fixtures
@given(given_labels=labels)
def test_labels_give_the_bytes_that_a_whole_encoding_gives(
    apply: Apply, resource: Resource, given_labels: dict[str, str]
) -> None:
    """The body's bytes are reused, so they must be the canonical ones."""
    (made,) = apply(resource, type="labels", set=given_labels).resources
    held = resource.document()
    whole = Resource.build(
        resource.key,
        resource.api_version,
        labels={**held.labels, **given_labels},
        annotations=held.annotations,
        body=held.body,
    )
    assert made.content == whole.content
    assert made.digest == whole.digest


def test_a_namespace_is_mapped_and_others_stay(apply: Apply, resource: Resource) -> None:
    (made,) = apply(resource, type="namespace", map={"shop": "prod"}).resources
    assert made.key == resource.key._replace(namespace="prod")
    assert apply(resource, type="namespace", map={"other": "prod"}).resources == (resource,)


def test_a_merge_patch_changes_the_manifest(apply: Apply, resource: Resource) -> None:
    patch = {"spec": {"http": None, "gateways": ["mesh"]}, "metadata": {"labels": {"app": None}}}
    (made,) = apply(resource, type="merge", merge=patch).resources
    assert made.document().body == {"spec": {"hosts": ["reviews"], "gateways": ["mesh"]}}
    assert made.labels == {"tier": "web"}


def test_a_json_patch_changes_the_manifest(apply: Apply, resource: Resource) -> None:
    steps = [
        {"op": "test", "path": "/kind", "value": "VirtualService"},
        {"op": "add", "path": "/spec/hosts/-", "value": "b"},
        {"op": "copy", "from": "/spec/hosts/1", "path": "/metadata/annotations/a~1b"},
    ]
    (made,) = apply(resource, type="patch", patch=steps).resources
    assert made.document().body["spec"]["hosts"] == ["reviews", "b"]
    assert made.document().annotations == {"note": "kept", "a/b": "b"}


def test_a_patch_that_does_not_fit_changes_nothing_and_names_its_step(
    apply: Apply, resource: Resource
) -> None:
    steps = [
        {"op": "remove", "path": "/spec/http"},
        {"op": "replace", "path": "/spec/tls/0", "value": 1},
    ]
    outcome = apply(resource, name="tls", type="patch", patch=steps)
    assert outcome.resources == (resource,)
    (found,) = outcome.diagnostics
    assert found.code == "GAL0401"
    assert "transform tls" in found.message
    assert "step 2 (replace /spec/tls/0) finds no 'tls'" in found.message


@pytest.mark.parametrize(
    ("patch", "code", "says"),
    [
        ({"metadata": {"name": "x"}}, "GAL0402", "metadata.name"),
        ({"metadata": {"namespace": None}}, "GAL0402", "metadata.namespace"),
        ({"kind": "Gateway", "apiVersion": "v1"}, "GAL0402", "apiVersion, kind"),
        ({"metadata": {"uid": "1"}}, "GAL0402", "metadata.uid"),
        ({"status": {}}, "GAL0402", "status"),
        ({"metadata": None}, "GAL0403", "metadata is no longer a mapping"),
        ({"metadata": {"labels": {"a": 1}}}, "GAL0403", "value of 'a' in metadata.labels"),
        ({"metadata": {"labels": []}}, "GAL0403", "metadata.labels is not a mapping"),
    ],
)
def test_a_patch_must_leave_a_valid_resource_of_the_same_name(
    apply: Apply, resource: Resource, patch: dict[str, Any], code: str, says: str
) -> None:
    outcome = apply(resource, type="merge", merge=patch)
    assert outcome.resources == (resource,)
    (found,) = outcome.diagnostics
    assert found.code == code
    assert says in found.message


def test_drop_takes_out_what_matches(apply: Apply, resource: Resource) -> None:
    assert apply(resource, type="drop", match={"kinds": ["vs"]}).resources == ()
    assert apply(resource, type="drop", match={"kinds": ["gw"]}).resources == (resource,)


def test_select_keeps_only_what_matches(apply: Apply, resource: Resource) -> None:
    assert apply(resource, type="select", match={"labels": "tier=web"}).resources == (resource,)
    assert apply(resource, type="select", match={"namespaces": ["prod"]}).resources == ()


def test_what_changes_nothing_passes_the_resource_itself_on(
    apply: Apply, resource: Resource
) -> None:
    (made,) = apply(resource, type="labels", set={"app": "reviews"}).resources
    assert made is resource
