"""A change to what is live: what the gate says of it, and what is live afterwards."""

from pathlib import Path
from typing import Any

import pytest

MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {owner: me}}\n"

CHANGE = """\
cases:
- name: a change
  given:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {owner: me, v: "1"}}}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b, labels: {owner: me, v: "1"}}}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: old}}
  when:
    apply:
    - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {v: "2"}}}
    - {apiVersion: v1, kind: ConfigMap, metadata: {name: b, labels: {owner: you, v: "2"}}}
    delete: [ConfigMap/default/old]
"""
LIVE = (
    "contains: [{kind: ConfigMap, metadata: {name: a, labels: {v: '1'}}},"
    " {kind: ConfigMap, metadata: {name: b, labels: {v: '2'}}}]"
)


def test_the_gate_judges_a_change(expecting: Any) -> None:
    """What it refuses stays as it was, the rest is live; what was wrong before is carried."""
    refused = "diagnostics: [{code: GAL0501, resource: ConfigMap/default/a, line: 15}]"
    expect = f"{{{refused}, {LIVE}, absent: [ConfigMap/default/old]}}"

    found = expecting(expect, CHANGE)
    assert found["result"] == "passed", found


def test_a_change_may_be_all_or_nothing(suite: Any, galley: Any, tmp_path: Path) -> None:
    (tmp_path / "galley.yaml").write_text(
        "channels:\n- publish: {on_error: all-or-nothing}\n"
        "  policies: [{name: owner, rule: has(object.metadata.labels.owner), message: Whose?}]\n"
    )
    suite(
        CHANGE + "  expect:\n    diagnostics:\n"
        "    - {code: GAL0501, resource: ConfigMap/default/a}\n"
        "    - {code: GAL0706}\n"
        "    contains: [{kind: ConfigMap, metadata: {name: b, labels: {v: '1'}}},"
        " {kind: ConfigMap, metadata: {name: old}}]\n",
        head="pipeline: {settings: galley.yaml}\n",
    )

    result = galley("test", tmp_path)
    assert result.code == 0, result.out


def test_only_what_is_given_can_be_deleted(expecting: Any) -> None:
    found = expecting("{}", CHANGE.replace("delete: [ConfigMap/default/old]", "delete: [old]"))

    assert found["differences"] == [
        {"about": "when", "lines": ["'old' is to be deleted, and was not given."]}
    ]


@pytest.mark.parametrize(
    ("place", "about"), [("  given:\n", "given"), ("    apply:\n", "when")], ids=["given", "when"]
)
def test_a_change_is_to_one_resource_of_a_name(
    expecting: Any, tmp_path: Path, place: str, about: str
) -> None:
    (tmp_path / "a.yaml").write_text(MANIFEST)
    indent = " " * (len(place) - len(place.lstrip()))
    found = expecting("{}", CHANGE.replace(place, f"{place}{indent}- a.yaml\n"))

    assert found["differences"] == [
        {"about": about, "lines": ["ConfigMap/default/a is there twice"]}
    ]


def test_what_is_observed_is_there_before_the_change_is_judged(expecting: Any) -> None:
    """It is a fact: not live, not counted, and nothing to refuse."""
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {owner: me}}}"
    case = CHANGE.replace("    apply:\n", f"    apply:\n    - {pod}\n")
    refused = "diagnostics: [{code: GAL0501, resource: ConfigMap/default/a}]"
    with_pod = f"{{{refused}, contains: [{{kind: Pod, metadata: {{name: p}}}}], digest: '{{}}'}}"
    zeros = "0" * 12
    with_it = expecting(with_pod.replace("'{}'", f"'{zeros}'"), case)
    without = expecting(f"{{{refused}, digest: '{zeros}'}}", CHANGE)

    assert [each["about"] for each in with_it["differences"]] == ["digest"]
    assert with_it["differences"] == without["differences"]


def test_what_is_observed_may_go(expecting: Any) -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {owner: me}}}"
    case = f"cases:\n- name: one\n  given: {pod}\n  when: {{delete: [Pod/default/p]}}\n"

    assert expecting("{resources: []}", case)["result"] == "passed"


def test_what_a_change_brings_up_is_found_also_if_it_blocks_nothing(
    suite: Any, galley: Any, tmp_path: Path
) -> None:
    """A warning, and what of the change cannot be read."""
    (tmp_path / "broken.yaml").write_text("a: [\n")
    suite(
        "cases:\n- name: one\n"
        "  when: {apply: [broken.yaml, {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]}\n"
        "  expect:\n    diagnostics:\n    - {code: GAL0501/w, level: warning}\n"
        "    - {code: GAL0102, file: broken.yaml}\n"
        "    contains: [{kind: ConfigMap, metadata: {name: a}}]\n",
        head="pipeline: {policies: [{name: w, rule: 'false', message: No., level: warning}]}\n",
    )

    result = galley("test", tmp_path)
    assert result.code == 0, result.out


def test_a_rule_on_how_a_value_may_change(suite: Any, galley: Any, tmp_path: Path) -> None:
    """A schema's rule on `oldSelf` sees what is live and what is to come."""
    (tmp_path / "crd.yaml").write_text(CRD)
    gadget = "{apiVersion: example.com/v1, kind: Gadget, metadata: {name: a}, spec: {size: %d}}"
    suite(
        f"given: {gadget % 3}\ncases:\n"
        f"- name: may grow\n  when: {{apply: {gadget % 4}}}\n"
        f"- name: must not shrink\n  when: {{apply: {gadget % 2}}}\n"
        "  expect:\n    diagnostics: [{code: GAL0308, message: must not shrink}]\n"
        f"    resources: [{gadget.replace('name: a', 'name: a, namespace: default') % 3}]\n",
        head="pipeline: {schemas: [crd.yaml]}\n",
    )

    result = galley("test", tmp_path)
    assert result.code == 0, result.out


CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  names: {kind: Gadget, plural: gadgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size:
                type: integer
                x-kubernetes-validations:
                - {rule: self >= oldSelf, message: It must not shrink.}
"""
