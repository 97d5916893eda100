"""What a case can expect, and what a failure says."""

from pathlib import Path
from typing import Any

import pytest

FOUND = (
    "error GAL0501/owner ConfigMap/prod/a: Policy owner: Say who owns it.  (rules.test.yaml:9:3)"
)
KNOWN = "diagnostics: [{code: GAL0501}]"


def told(found: Any) -> dict[str, list[str]]:
    return {each["about"]: each["lines"] for each in found["differences"]}


@pytest.mark.parametrize(
    "wanted",
    [
        "code: GAL0501",
        "code: GAL0501/owner",
        "code: GAL0501, resource: ConfigMap/prod/a, message: who owns",
        "code: GAL0501, level: error, resource: core/ConfigMap/prod/a",
        "code: GAL0501, file: rules.test.yaml, line: 9",
        "code: GAL0501, matches: 'owns? it\\.$'",
    ],
)
def test_a_finding_that_fits_is_expected(expecting: Any, wanted: str) -> None:
    assert expecting(f"{{diagnostics: [{{{wanted}}}]}}")["result"] == "passed"


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ("code: GAL0601", "- GAL0601"),
        ("code: GAL0501/other", "- GAL0501/other"),
        ("code: GAL0501, level: warning", "- warning GAL0501"),
        ("code: GAL0501, resource: ConfigMap/dev/a", "- GAL0501 ConfigMap/dev/a"),
        ("code: GAL0501, field: spec", "- GAL0501 spec"),
        ("code: GAL0501, file: a.yaml, line: 3", "- GAL0501  (a.yaml:line 3)"),
        ("code: GAL0501, file: a.yaml", "- GAL0501  (a.yaml)"),
        ("code: GAL0501, line: 3", "- GAL0501  (line 3)"),
        ("code: GAL0501, message: owns me", "- GAL0501: owns me"),
        ("code: GAL0501, matches: ^who", "- GAL0501: /^who/"),
    ],
)
def test_one_that_does_not_fit_is_shown_beside_what_was_found(
    expecting: Any, wanted: str, line: str
) -> None:
    found = expecting(f"{{diagnostics: [{{{wanted}}}]}}")

    assert told(found) == {"diagnostics": [line, f"+ {FOUND}"]}


def test_what_nobody_expects_fails(expecting: Any) -> None:
    assert told(expecting("{}")) == {"diagnostics": [f"+ {FOUND}"]}


def test_unless_the_case_is_relaxed(expecting: Any) -> None:
    assert expecting("{}\n  relaxed: true")["result"] == "passed"


def test_a_relaxed_case_still_misses_what_it_names(expecting: Any) -> None:
    found = expecting("{diagnostics: [{code: GAL0601}]}\n  relaxed: true")

    assert told(found) == {"diagnostics": ["- GAL0601", f"+ {FOUND}"]}


def test_each_finding_answers_to_one_expectation(expecting: Any) -> None:
    found = expecting("{diagnostics: [{code: GAL0501}, {code: GAL0501}]}")

    assert told(found) == {"diagnostics": [f"  {FOUND}", "- GAL0501"]}


def test_a_wide_expectation_leaves_what_a_narrow_one_needs(expecting: Any) -> None:
    two = (
        "cases:\n- name: two\n  given:\n"
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n"
    )
    wanted = "{code: GAL0501}, {code: GAL0501, resource: ConfigMap/default/a}"

    assert expecting(f"{{diagnostics: [{wanted}]}}", two)["result"] == "passed"


def test_a_part_of_a_resource(expecting: Any) -> None:
    part = "{kind: ConfigMap, metadata: {name: a, labels: {team: mesh}}}"

    assert expecting(f"{{{KNOWN}, contains: [{part}]}}")["result"] == "passed"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            "{kind: ConfigMap, metadata: {name: a, labels: {team: other, owner: me}}}",
            [
                "  ConfigMap/a",
                "- metadata.labels.team: other",
                "+ metadata.labels.team: mesh",
                "- metadata.labels.owner: me",
            ],
        ),
        (
            "{kind: ConfigMap, metadata: {name: aa, namespace: prod}}",
            ["- ConfigMap/prod/aa is not there; did you mean 'ConfigMap/prod/a'?"],
        ),
        (
            "{kind: ConfigMap, metadata: {name: a, namespace: dev}}",
            ["- ConfigMap/dev/a is not there; did you mean 'ConfigMap/prod/a'?"],
        ),
    ],
)
def test_a_part_that_is_otherwise(expecting: Any, part: str, said: list[str]) -> None:
    assert told(expecting(f"{{{KNOWN}, contains: [{part}]}}")) == {"contains": said}


LISTED = """\
cases:
- name: one
  given: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, items: [1, true]}
"""


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ("[1, true]", []),
        ("[1]", ["  ConfigMap/a", "- items: [1]", "+ items: [1, true]"]),
        ("[1, 1]", ["  ConfigMap/a", "- items[1]: 1", "+ items[1]: true"]),
    ],
)
def test_a_list_is_compared_item_by_item_and_has_its_length(
    expecting: Any, items: str, said: list[str]
) -> None:
    part = f"{{kind: ConfigMap, metadata: {{name: a}}, items: {items}}}"
    found = expecting(f"{{{KNOWN}, contains: [{part}]}}", LISTED)

    assert told(found).get("contains", []) == said


def test_of_several_of_a_name_the_nearest_is_meant(expecting: Any) -> None:
    two = (
        "cases:\n- name: two\n  relaxed: true\n  given:\n"
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: a}, data: {k: x}}\n"
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}, data: {k: v}}\n"
    )
    part = "{kind: ConfigMap, metadata: {name: a}, data: {k: v}}"

    assert expecting(f"{{contains: [{part}]}}", two)["result"] == "passed"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("ConfigMap/prod/a", "+ ConfigMap/prod/a is there, and must not be"),
        ("core/ConfigMap/prod/a", "+ core/ConfigMap/prod/a is there, and must not be"),
        ("ConfgMap/prod/a", "- ConfgMap/prod/a: there is no kind 'ConfgMap'; "),
        ("a", "- a is no key: write Kind/namespace/name"),
    ],
)
def test_what_must_be_absent_is_there_or_misspelt(expecting: Any, name: str, line: str) -> None:
    (said,) = told(expecting(f"{{{KNOWN}, absent: [{name}]}}"))["absent"]

    assert said.startswith(line)


def test_what_is_absent_may_be(expecting: Any) -> None:
    absent = "absent: [ConfigMap/prod/b, networking.istio.io/VirtualService/prod/a]"

    assert expecting(f"{{{KNOWN}, {absent}}}")["result"] == "passed"


WHOLE = (
    "{apiVersion: v1, kind: ConfigMap,"
    " metadata: {name: a, namespace: prod, labels: {team: mesh}, annotations: {}}}"
)


def test_a_snapshot_holds_every_resource_whole(expecting: Any) -> None:
    assert expecting(f"{{{KNOWN}, resources: [{WHOLE}]}}")["result"] == "passed"


@pytest.mark.parametrize(
    ("snapshot", "said"),
    [
        (
            f"[{WHOLE.replace('mesh', 'other')}]",
            [
                "@@ ConfigMap/prod/a @@",
                " metadata:",
                "   labels:",
                "-    team: other",
                "+    team: mesh",
                "   name: a",
                "   namespace: prod",
            ],
        ),
        (
            f"[{WHOLE.replace('namespace: prod, ', '')}]",
            [
                "@@ ConfigMap/prod/a @@",
                "     team: mesh",
                "   name: a",
                "+  namespace: prod",
            ],
        ),
        (
            "[]",
            [
                "@@ ConfigMap/prod/a is not expected @@",
                "+apiVersion: v1",
                "+kind: ConfigMap",
                "+metadata:",
                "+  labels:",
                "+    team: mesh",
                "+  name: a",
                "+  namespace: prod",
            ],
        ),
        (
            f"[{WHOLE}, {{apiVersion: v1, kind: Service, metadata: {{name: b}}}}]",
            [
                "@@ Service/b is not there @@",
                "-apiVersion: v1",
                "-kind: Service",
                "-metadata:",
                "-  name: b",
            ],
        ),
    ],
)
def test_what_a_snapshot_has_otherwise_is_a_difference(
    expecting: Any, snapshot: str, said: list[str]
) -> None:
    assert told(expecting(f"{{{KNOWN}, resources: {snapshot}}}")) == {"resources": said}


def test_a_snapshot_may_be_a_file(expecting: Any, tmp_path: Path) -> None:
    (tmp_path / "expected.yaml").write_text(WHOLE)
    expect = f"{{{KNOWN}, resources: expected.yaml}}"
    assert expecting(expect)["result"] == "passed"

    (tmp_path / "expected.yaml").write_text("a: [\n")
    (said,) = told(expecting(expect))["resources"]
    assert said.startswith("expected.yaml: line 2: this is not valid YAML: ")


def test_the_digest_is_that_of_all_resources(expecting: Any) -> None:
    said = told(expecting(f"{{{KNOWN}, digest: '{'0' * 64}'}}"))["digest"]
    digest = said[1].removeprefix("+ ")

    assert len(digest) == 64
    assert expecting(f"{{{KNOWN}, digest: '{digest}'}}")["result"] == "passed"
    assert expecting(f"{{{KNOWN}, digest: '{digest[:12]}'}}")["result"] == "passed"
    without = f"{{{KNOWN}, digest: '{digest}'}}"
    other = "cases:\n- name: b\n  given: {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n"
    assert list(told(expecting(without, other))) == ["digest"]
