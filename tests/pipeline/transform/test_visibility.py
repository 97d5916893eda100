"""Visibility: filled in by namespace, and never where something is written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import transform
from pipeline.transform import TransformError
from tests.pipeline.transform.conftest import Rig

CONTENT = """
{apiVersion: networking.istio.io/v1, kind: VirtualService,
 metadata: {name: a, namespace: shop}, spec: {hosts: [a]}}
---
{apiVersion: networking.istio.io/v1, kind: DestinationRule,
 metadata: {name: a, namespace: shop}, spec: {host: a, exportTo: []}}
---
{apiVersion: networking.istio.io/v1, kind: DestinationRule,
 metadata: {name: b, namespace: shop}, spec: {host: a, workloadSelector: {matchLabels: {a: b}}}}
---
{apiVersion: networking.istio.io/v1, kind: ServiceEntry,
 metadata: {name: a, namespace: shop}, spec: {hosts: [a], exportTo: ["~"]}}
---
{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: a, namespace: shop}, spec: {}}
---
{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}, spec: {}}
---
{apiVersion: v1, kind: Service, metadata: {name: a, namespace: other}, spec: {}}
"""
NAMESPACE = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, %s}}"
OWN = {"type": "visibility", "rules": [{"export_to": ["."]}]}
MARK = "networking.istio.io/exportTo"


def seen(rig: Rig) -> dict[str, Any]:
    """Where each resource is visible, by its name; those that say nothing are left out."""
    found = {}
    for name in rig.names:
        held = rig.get(name)
        said = held["metadata"]["annotations"].get(MARK) or held.get("spec", {}).get("exportTo")
        if said:
            found[name] = said
    return found


def test_what_says_nothing_gets_what_its_namespace_has(new_rig: type[Rig]) -> None:
    rules = [
        {"namespaces": ["sh*"], "export_to": [".", "billing"]},
        {"export_to": ["."]},
    ]
    rig = new_rig({"type": "visibility", "rules": rules}).put(CONTENT)
    assert seen(rig) == {
        "VirtualService/shop/a": [".", "billing"],
        "DestinationRule/shop/a": [".", "billing"],
        "ServiceEntry/shop/a": ["~"],
        "Service/shop/a": ".,billing",
        "Service/other/a": ".",
    }
    assert rig.found() == []


def test_a_rule_can_ask_for_labels_of_the_namespace(new_rig: type[Rig]) -> None:
    rig = new_rig({"type": "visibility", "rules": [{"labels": "private", "export_to": ["."]}]})
    rig.put(CONTENT)
    assert seen(rig) == {"ServiceEntry/shop/a": ["~"]}
    rig.put(NAMESPACE % "labels: {private: 'yes'}")
    assert seen(rig)["VirtualService/shop/a"] == ["."]


def test_a_namespace_says_it_itself_before_all_rules(new_rig: type[Rig]) -> None:
    rig = new_rig({**OWN, "name": "own"}).put(CONTENT)
    rig.put(NAMESPACE % f"annotations: {{{MARK}: 'billing, .'}}")
    assert seen(rig)["Service/shop/a"] == "billing,."
    assert seen(rig)["Service/other/a"] == "."
    assert rig.ran["transform/own"] == 3  # what is in the namespace and asked


def test_another_annotation_can_say_it_or_none(new_rig: type[Rig]) -> None:
    namespace = NAMESPACE % f"annotations: {{{MARK}: '*', mesh/seen: billing}}"
    made = []
    for annotation in ("mesh/seen", ""):
        rig = new_rig({**OWN, "annotation": annotation}).put(CONTENT).put(namespace)
        made.append(seen(rig)["Service/shop/a"])
    assert made == ["billing", "."]


@pytest.mark.parametrize("said", ["~", "a,*", "., .", "A", "a,", " , "])
def test_what_is_no_visibility_is_an_error_at_the_namespace(new_rig: type[Rig], said: str) -> None:
    rig = new_rig(OWN).put(CONTENT).put(NAMESPACE % f"annotations: {{{MARK}: '{said}'}}")
    assert {found[:2] for found in rig.found()} == {
        ("GAL0461", f"metadata.annotations.{MARK}")
    }  # fmt: skip
    shaped = (one for one in rig.engine.findings() if one.stage.startswith("transform/"))
    keys = {str(one.diagnostic.key) for one in shaped}
    assert keys == {"core/Namespace//shop"}
    assert "Service/shop/a" not in seen(rig)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"rules": [{"export_to": ["~"]}]}, "rules.0.export_to: '~' is neither"),
        ({"rules": [{"export_to": ["*", "a"]}]}, "`*` means all"),
        ({"rules": [{"export_to": ["a", "a"]}]}, "names one twice"),
        ({"rules": [{"export_to": []}]}, "at least 1 item"),
        ({"rules": [{"export_to": ["."], "labels": "="}]}, "no label selector"),
        ({"annotation": ""}, "one of rules and annotation is needed"),
    ],
)
def test_settings_that_mean_nothing_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(TransformError) as caught:
        transform.build([{"type": "visibility", **given}])
    assert says in str(caught.value)


def test_a_resource_without_a_usable_spec_is_left(new_rig: type[Rig]) -> None:
    rig = new_rig(OWN).put(
        "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a}, spec: x}"
    )
    assert rig.get("VirtualService/default/a")["spec"] == "x"
    assert rig.found("GAL10") == []


@given(st.lists(st.sampled_from([".", "billing", "*"]), min_size=1, max_size=1))
def test_filled_in_twice_is_filled_in_once(export_to: list[str]) -> None:
    own = {"type": "visibility", "rules": [{"export_to": export_to}]}
    once, twice = Rig({**own, "name": "a"}), Rig({**own, "name": "a"}, {**own, "name": "b"})
    assert dict(once.put(CONTENT).engine.outputs) == dict(twice.put(CONTENT).engine.outputs)
