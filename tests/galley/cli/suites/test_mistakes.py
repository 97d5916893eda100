"""Suites that cannot be run: each mistake at its line, all of them at once, exit code 2."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ONE = "cases:\n- name: one\n"

WRONG = {
    "": ": the file is empty; a suite has at least one of `cases`.",
    "- a\n": ":1: a map belongs here, as `name: value`.",
    "pipeline: {}\n": ":1: 'cases' is missing.",
    "cases: []\n": ":1: there are no cases.",
    "cases:\n\t- a\n": ":2: This is not valid YAML: ",
    "cases:\n- name: a\n  name: b\n": ":3: The key 'name' is given twice: here and on line 2.",
    f"{ONE}---\n{ONE}": ":4: a suite is one document; here a second one begins.",
    f"{ONE}- name: two\n- name: one\n": ":4: a case is called 'one' already on line 2.",
    f"{ONE}pipline: {{}}\n": ":3: there is no key 'pipline'; did you mean 'pipeline'?",
    f"pipeline: {{polices: []}}\n{ONE}": (
        ":1: there is no key 'pipeline.polices'; did you mean 'policies'?"
    ),
    f"{ONE}  gven: a\n": ":3: there is no key 'cases[0].gven'; did you mean 'given'?",
    f"{ONE}  expect: {{diagnostic: []}}\n": (
        ":3: there is no key 'cases[0].expect.diagnostic'; did you mean 'diagnostics'?"
    ),
    f"{ONE}  expect:\n    diagnostics:\n    - level: error\n": (
        ":5: 'cases[0].expect.diagnostics[0].code' is missing."
    ),
    f"{ONE}  expect:\n    diagnostics:\n    - {{code: GAL9999}}\n": (
        ":5: cases[0].expect.diagnostics[0].code: there is no diagnostic 'GAL9999'"
    ),
    f"{ONE}  expect:\n    diagnostics:\n    - {{code: A1, matches: (}}\n": (
        ":5: cases[0].expect.diagnostics[0].matches: this is no regular expression: "
    ),
    f"{ONE}  expect:\n    digest: 12\n": (
        ":4: cases[0].expect.digest: a digest is 64 hexadecimal digits; the first 12 will do."
    ),
    f"{ONE}  expect:\n    contains:\n    - kind: Pod\n": (
        ":5: cases[0].expect.contains[0]: a part of a manifest has at least a kind"
    ),
    f"{ONE}  expect: {{resources: 3}}\n": (
        ":3: cases[0].expect.resources: this is neither a path nor a list of manifests."
    ),
    f"{ONE}  given:\n  - 3\n": ":4: cases[0].given[0]: this is neither a path nor a manifest.",
    f"{ONE}  given: {{kind: Pod}}\n": (
        ":3: cases[0].given[0]: a manifest has an apiVersion and a kind."
    ),
    f"{ONE}  given:\n  - gone.yaml\n": ":4: there is no file or folder 'gone.yaml'.",
    f"given: gone.yaml\n{ONE}": ":1: there is no file or folder 'gone.yaml'.",
    f"{ONE}  expect:\n    resources: gone.yaml\n": (
        ":4: there is no file or folder 'gone.yaml'; `--update` writes it."
    ),
    f"{ONE}  stage: shema\n": (
        ":3: there is no stage 'shema'; did you mean 'schema'? The stages are schema, policy, "
    ),
    f"{ONE}  stage: schema\n  when: {{delete: [a]}}\n": ":2: cases[0]: the gate judges what all ",
    f"pipeline:\n  settings: gone.yaml\n{ONE}": ":2: ",
    f"pipeline:\n  settings: galley.yaml\n  channel: two\n{ONE}": (
        ":2: The settings have no channel 'two'."
    ),
    "cases:\n- name: ''\n": ":2: cases[0].name: this must not be empty.",
    f"pipeline: {{channel: one}}\n{ONE}": ":1: pipeline: a channel needs the settings ",
    f"pipeline: {{settings: galley.yaml, policies: []}}\n{ONE}": (
        ":1: pipeline: policies: this comes from the settings that are named."
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_a_mistake_is_named_at_its_line(
    suite: Any, galley: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "galley.yaml").write_text("channels: [{name: one}]\n")
    suite(text, head="")
    result = galley("test")

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: rules.test.yaml{WRONG[text]}"), result.err


def test_all_mistakes_of_all_suites_are_told(suite: Any, galley: Any, tmp_path: Path) -> None:
    suite("cases: 4\nmore: 1\n", head="")
    suite("cases: 3\n", "below/other.test.yaml", head="")
    result = galley("test", tmp_path)

    assert (result.code, len(result.err.splitlines())) == (2, 3)


def test_no_case_runs_before_every_suite_is_ready(suite: Any, galley: Any, tmp_path: Path) -> None:
    suite(ONE, "a.test.yaml")
    suite(f"{ONE}  stage: none\n", "b.test.yaml")
    result = galley("test", tmp_path)

    assert (result.code, result.out) == (2, "")


def test_a_folder_without_suites(galley: Any, tmp_path: Path) -> None:
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "a.test.yaml").write_text("cases: []")
    result = galley("test", tmp_path)

    assert (result.code, "There are no tests in " in result.err) == (2, True)


def test_a_folder_that_is_not_there(galley: Any, tmp_path: Path) -> None:
    result = galley("test", tmp_path / "gone")

    assert (result.code, "There is no folder or file " in result.err) == (2, True)


def test_rules_that_are_wrong_fail_every_case(suite: Any, galley: Any, tmp_path: Path) -> None:
    """They are what is under test."""
    suite(
        "cases: [{name: one}, {name: two}]\n",
        head="pipeline: {policies: [{name: a, rule: 'object.', message: No.}]}\n",
    )
    result = galley("test", tmp_path)

    assert result.code == 1
    assert result.out.count("The rule of policy a does not compile") == 2


def test_a_format_that_there_is_not(galley: Any, tmp_path: Path) -> None:
    result = galley("test", tmp_path, "--report", "sarif=a")

    assert (result.code, "Formats are json, junit." in result.err) == (2, True)


def test_suites_beside_policies_are_no_policies(galley: Any, suite: Any, tmp_path: Path) -> None:
    """A folder of policies may hold the tests of them, and still be that of a channel."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "rules.yaml").write_text("name: a\nrule: 'true'\nmessage: No.\n")
    suite(ONE, "policies/rules.test.yaml", head="pipeline: {policies: [.]}\n")
    (tmp_path / "galley.yaml").write_text("channels: [{policies: [policies]}]\n")
    (tmp_path / "mesh").mkdir()

    assert galley("test", tmp_path).code == 0
    assert galley("validate", "-c", tmp_path / "galley.yaml", tmp_path / "mesh").code == 0


MANIFEST = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "b", "namespace": "x", "labels": {"l": "v"}},
    "data": {"k": "v"},
}
EVERYTHING = {
    "pipeline": {
        "schemas": ["."],
        "transforms": [{"type": "labels", "name": "t", "set": {"a": "b"}}],
        "policies": [{"name": "p", "rule": "true", "message": "m"}],
        "suppressions": [{"code": "GAL0601", "reason": "x"}],
        "disabled": ["x"],
        "unknown_kinds": "warn",
        "default_namespace": "d",
        "complete": True,
    },
    "given": [{**MANIFEST, "metadata": {"name": "c"}}],
    "cases": [
        {
            "name": "one",
            "given": [MANIFEST],
            "when": {"apply": [MANIFEST], "delete": ["ConfigMap/d/c"]},
            "expect": {
                "diagnostics": [{"code": "GAL0601", "level": "error", "line": 3, "matches": "m"}],
                "resources": [MANIFEST],
                "contains": [MANIFEST],
                "absent": ["ConfigMap/x/b"],
                "digest": "0" * 12,
            },
            "relaxed": True,
            "skip": "",
            "only": False,
        },
        {"name": "two", "given": MANIFEST, "stage": "schema"},
    ],
}
ODD = [None, True, 3, 1.5, "", "x", "../", "\x00", [], {}, [None], {"a": 1}, ["a", ["b"]]]


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value."""
    yield place
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[step], (*place, step))


def put(whole: Any, place: tuple[Any, ...], odd: Any) -> Any:
    """The value with something else at a place."""
    if not place:
        return odd
    changed = inner = copy.deepcopy(whole)
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = odd
    return changed


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(list(places(EVERYTHING))), st.sampled_from(ODD), st.booleans())
def test_whatever_stands_anywhere_there_is_an_answer(
    galley: Any, tmp_path: Path, place: tuple[Any, ...], odd: Any, update: bool
) -> None:
    """The fixture raises what is no exit."""
    (tmp_path / "odd.test.yaml").write_text(json.dumps(put(EVERYTHING, place, odd)))
    result = galley("test", tmp_path, *(["--update"] if update else []))

    assert result.code in {0, 1, 2}
