"""`galley test`: what a test file can say, and what a failure looks like."""

import json
from pathlib import Path
from typing import Any

import pytest

HEAD = (
    "transforms:\n"
    "- {type: labels, set: {team: mesh}}\n"
    "policies:\n"
    "- {name: owner, rule: 'has(object.metadata.labels.owner)', message: Say who owns it.}\n"
    "tests:\n"
)
GIVEN = "  given: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: prod}}]\n"
OTHER_TEAM = (
    "{diagnostics: [{code: GAL0501}], outputs: "
    "[{kind: ConfigMap, metadata: {name: a, labels: {team: other}}}]}"
)


@pytest.fixture
def run(galley: Any, tmp_path: Path) -> Any:
    """Run a file with one case whose expectation is this."""

    def write(expect: str, given: str = GIVEN) -> Any:
        text = f"{HEAD}- name: one case\n{given}  expect: {expect}\n"
        (tmp_path / "rules.test.yaml").write_text(text)
        return galley("test", tmp_path)

    return write


@pytest.mark.parametrize(
    "expect",
    [
        "{diagnostics: [{code: GAL0501}]}",
        "{diagnostics: [{code: GAL0501, resource: ConfigMap/prod/a, message: who owns}]}",
        "{diagnostics: [{code: GAL0501, level: error, resource: core/ConfigMap/prod/a}]}",
    ],
)
def test_an_expected_finding_passes(run: Any, expect: str) -> None:
    result = run(expect)

    assert (result.code, result.out.endswith("1 test, 0 failed.\n")) == (0, True)


@pytest.mark.parametrize(
    ("expect", "failure"),
    [
        ("{}", "found, but not expected: "),
        ("{diagnostics: []}", "found, but not expected: "),
        ("{diagnostics: [{code: GAL0501}, {code: GAL0601}]}", "expected, but not found: GAL0601"),
        (
            "{diagnostics: [{code: GAL0501, resource: ConfigMap/dev/a}]}",
            "expected, but not found: GAL0501 ConfigMap/dev/a",
        ),
        (
            OTHER_TEAM,
            "metadata.labels.team is 'mesh', and should be 'other'.",
        ),
        (
            "{diagnostics: [{code: GAL0501}], outputs: [{kind: ConfigMap, metadata: {name: b}}]}",
            "no output is called ConfigMap/b.",
        ),
        (
            "{diagnostics: [{code: GAL0501}], absent: [ConfigMap/prod/a]}",
            "ConfigMap/prod/a came out, and must not.",
        ),
    ],
)
def test_a_failure_says_what_was_otherwise(run: Any, expect: str, failure: str) -> None:
    result = run(expect)

    assert result.code == 1
    assert failure in result.out
    assert result.out.endswith("1 test, 1 failed.\n")


def test_inputs_can_be_files_beside_it(run: Any, tmp_path: Path) -> None:
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {owner: me}}\n"
    (tmp_path / "a.yaml").write_text(manifest)
    outputs = "{outputs: [{kind: ConfigMap, metadata: {labels: {owner: me, team: mesh}, name: a}}]}"

    assert run(outputs, "  given: [a.yaml]\n").code == 0


@pytest.mark.parametrize(
    ("expect", "complaint"),
    [
        ("{diagnostic: []}", "did you mean 'diagnostics'?"),
        ("{diagnostics: [{level: error}]}", "field required"),
    ],
)
def test_a_misspelt_test_file_is_a_usage_error(run: Any, expect: str, complaint: str) -> None:
    result = run(expect)

    assert result.code == 2
    assert complaint in result.err


def test_results_as_json_and_junit(run: Any, galley: Any, tmp_path: Path) -> None:
    run("{}")
    (found,) = json.loads(galley("test", tmp_path, "-o", "json").out)

    assert found["name"] == "one case"
    assert len(found["failures"]) == 1
    assert 'failures="1"' in galley("test", tmp_path, "-o", "junit").out
