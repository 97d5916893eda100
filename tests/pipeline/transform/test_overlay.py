"""Overlays: partial manifests for the resource that they name, where they are for the channel."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import transform
from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.transform import TransformError
from tests.pipeline.transform.conftest import Rig

BASE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop, labels: {team: web}}
spec: {hosts: [web], http: [{timeout: 5s}], gateways: [mesh]}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
"""
PARTIAL: dict[str, Any] = {
    "apiVersion": "networking.istio.io/v1alpha3",
    "kind": "VirtualService",
    "metadata": {"name": "web", "namespace": "shop", "labels": {"env": "prod"}},
    "spec": {"hosts": ["web.example.com"], "gateways": None},
}


def test_a_partial_manifest_is_merged_into_the_resource_of_its_name(new_rig: type[Rig]) -> None:
    rig = new_rig({"type": "overlay", "overlays": [PARTIAL]}).put(BASE)
    web = rig.get("VirtualService/shop/web")
    assert web["spec"] == {"hosts": ["web.example.com"], "http": [{"timeout": "5s"}]}
    assert web["metadata"]["labels"] == {"team": "web", "env": "prod"}
    assert rig.engine.remarks() == ()


def test_it_holds_in_the_channels_that_it_is_for(new_rig: type[Rig]) -> None:
    made = []
    for environment in ("prod", "test"):
        rig = new_rig(
            {"type": "overlay", "when": "environment=prod", "overlays": [PARTIAL]},
            labels={"environment": environment},
        ).put(BASE)
        made.append(rig.get("VirtualService/shop/web")["spec"]["hosts"])
    assert made == [["web.example.com"], ["web"]]


def test_the_later_of_two_has_the_last_word(new_rig: type[Rig]) -> None:
    later = {**PARTIAL, "spec": {"hosts": ["later"]}}
    rig = new_rig({"type": "overlay", "overlays": [PARTIAL, later]}).put(BASE)
    assert rig.get("VirtualService/shop/web")["spec"]["hosts"] == ["later"]


def test_one_takes_the_resource_out(new_rig: type[Rig]) -> None:
    rig = new_rig({"type": "overlay", "overlays": [{**PARTIAL, "$patch": "delete"}]}).put(BASE)
    assert rig.names == ["Namespace//shop"]


def test_a_cluster_scoped_resource_needs_no_namespace(new_rig: type[Rig]) -> None:
    overlay = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    labels = {**overlay, "metadata": {"name": "shop", "labels": {"a": "b"}}}
    rig = new_rig({"type": "overlay", "overlays": [labels]}).put(BASE)
    assert rig.get("Namespace//shop")["metadata"]["labels"] == {"a": "b"}


def test_an_older_group_of_a_kind_names_the_same_resource(new_rig: type[Rig]) -> None:
    base = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1}}"
    more = {"apiVersion": "extensions/v1beta1", "kind": "Deployment", "metadata": {"name": "web"}}
    rig = new_rig({"type": "overlay", "overlays": [{**more, "spec": {"replicas": 3}}]}).put(base)
    assert rig.get("Deployment/default/web")["spec"] == {"replicas": 3}
    assert rig.engine.remarks() == ()


def test_one_for_nothing_is_told_until_its_resource_comes(new_rig: type[Rig]) -> None:
    held = {"file": "prod/web.yaml", "line": 7, "manifest": PARTIAL}
    rig = new_rig({"type": "overlay", "name": "prod", "overlays": [held]})
    (found,) = rig.engine.remarks()
    assert str(found) == (
        "prod/web.yaml:7 warning GAL0456: The transform prod has an overlay for "
        "networking.istio.io/VirtualService/shop/web, and there is no such resource."
    )
    rig.put(BASE)
    assert rig.engine.remarks() == ()
    rig.remove("VirtualService/shop/web")
    assert rig.engine.remarks() == (found,)


def test_one_for_what_may_be_elsewhere_is_not_told() -> None:
    """As where some files of many are validated, or a test gives what matters to it."""
    overlay = {"type": "overlay", "overlays": [PARTIAL]}
    spec = EnvironmentSpec(transforms=(overlay,), complete=False)
    assert Engine(Environment.build(spec)).remarks() == ()


def test_what_an_earlier_transform_took_out_is_not_there(new_rig: type[Rig]) -> None:
    drop = {"type": "drop", "match": {"kinds": ["vs"]}}
    rig = new_rig(drop, {"type": "overlay", "overlays": [PARTIAL]}).put(BASE)
    assert [found.code for found in rig.engine.remarks()] == ["GAL0456"]


@given(st.permutations(["web", "api", "db"]), st.integers(0, 3))
def test_an_overlay_twice_is_an_overlay_once(names: list[str], count: int) -> None:
    overlays = [{**PARTIAL, "metadata": {"name": each}} for each in names[:count]] or [PARTIAL]
    overlay = {"type": "overlay", "overlays": overlays}
    base = "---".join(BASE.replace("name: web, namespace: shop", f"name: {each}") for each in names)
    once, twice = (
        Rig({**overlay, "name": "a"}),
        Rig({**overlay, "name": "a"}, {**overlay, "name": "b"}),
    )
    assert dict(once.put(base).engine.outputs) == dict(twice.put(base).engine.outputs)


@pytest.mark.parametrize(
    ("overlay", "says"),
    [
        ("prod.yaml", "the file 'prod.yaml' was not read"),
        ({}, "apiVersion must be there"),
        ({**PARTIAL, "metadata": {}}, "metadata.name must be there"),
        ({**PARTIAL, "metadata": "web"}, "metadata.name must be there"),
        ({**PARTIAL, "kind": 1}, "kind must be there"),
        ({**PARTIAL, "$patch": "replace"}, "$patch can only be `delete`"),
        (
            {**PARTIAL, "spec": {"http": [{"$patch": "delete"}]}},
            "the directive $patch is not known",
        ),
        ({"file": "a.yaml", "line": 3, "manifest": []}, "a.yaml:3: a partial manifest is a map"),
        ({"file": "a.yaml", "line": 3, "manifest": {"kind": "A"}}, "a.yaml:3: apiVersion must be"),
    ],
)
def test_what_names_no_resource_is_refused(overlay: Any, says: str) -> None:
    with pytest.raises(TransformError) as caught:
        transform.build([{"type": "overlay", "overlays": [overlay]}])
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"metadata": {"name": "web", "namespace": "shop", "labels": {"a": 1}}}, "GAL0403"),
        ({"status": {}}, "GAL0402"),
    ],
)
def test_one_that_leaves_no_resource_is_an_error_on_it(
    new_rig: type[Rig], patch: dict[str, Any], code: str
) -> None:
    rig = new_rig({"type": "overlay", "overlays": [{**PARTIAL, **patch}]}).put(BASE)
    assert [found[0] for found in rig.found()] == [code]
    assert rig.get("VirtualService/shop/web")["spec"]["hosts"] == ["web"]


@pytest.mark.parametrize(
    ("when", "chosen"),
    [
        ("", True),
        ("environment=prod", True),
        ("environment in (test,prod),!canary", True),
        ("environment!=prod", False),
        ("cluster", False),
    ],
)
def test_any_transform_is_chosen_by_the_labels_of_the_channel(when: str, chosen: bool) -> None:
    given = {"type": "drop", "when": when}
    assert bool(transform.build([given], labels={"environment": "prod"})) is chosen


def test_a_choice_that_cannot_be_read_is_refused_in_every_channel() -> None:
    with pytest.raises(TransformError, match="when: '=' is no label selector"):
        transform.build([{"type": "drop", "when": "="}])


def test_overlays_that_are_no_list_are_refused_in_words_of_yaml() -> None:
    with pytest.raises(TransformError, match="wrong at overlays: Input should be a list"):
        transform.build([{"type": "overlay", "overlays": "prod"}])
