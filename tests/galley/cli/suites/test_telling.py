"""What is printed: to people, to programs, to CI servers."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from galley.protocol.results import CasesResult

CASES = """\
cases:
- name: passes
- name: fails
  given: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- name: rests
  skip: until June
"""
TEXT = """\
ok      rules.test.yaml:8: passes
FAILED  rules.test.yaml:9: fails
    diagnostics (- expected, + found):
      + error GAL0501/owner ConfigMap/default/a: Policy owner: Say who owns it.  \
(rules.test.yaml:10:3)
skipped rules.test.yaml:11: rests  (until June)
3 cases: 1 passed, 1 failed, 1 skipped in """


@pytest.fixture
def here(suite: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    suite(CASES)
    return tmp_path


@pytest.mark.usefixtures("here")
def test_text(galley: Any) -> None:
    result = galley("test")

    assert (result.code, result.err) == (1, "")
    assert result.out.startswith(TEXT)


@pytest.mark.usefixtures("here")
def test_json_is_the_documented_model(galley: Any) -> None:
    printed = json.loads(galley("test", "-o", "json").out)

    assert CasesResult.model_validate(printed).model_dump(mode="json") == printed
    counts = {name: printed[name] for name in ("ok", "passed", "failed", "skipped")}
    assert counts == {"ok": False, "passed": 1, "failed": 1, "skipped": 1}
    assert [(each["line"], each["reason"]) for each in printed["cases"]] == [
        (8, ""),
        (9, ""),
        (11, "until June"),
    ]


@pytest.mark.usefixtures("here")
def test_junit_has_a_suite_for_each_file(galley: Any, suite: Any) -> None:
    suite(CASES, "below/other.test.yaml")
    root = ET.fromstring(galley("test", "-o", "junit").out)

    assert {name: root.get(name) for name in ("tests", "failures")} == {
        "tests": "6",
        "failures": "2",
    }
    names = [each.get("name") for each in root.findall("testsuite")]
    assert names == ["below/other.test.yaml", "rules.test.yaml"]
    passed, failed, rested = root.findall("testsuite[2]/testcase")
    assert (failed.get("file"), failed.get("line"), failed.get("name")) == (
        "rules.test.yaml",
        "9",
        "fails",
    )
    (failure,) = failed.findall("failure")
    assert failure.get("type") == "diagnostics"
    assert "Policy owner: Say who owns it." in (failure.text or "")
    assert [each.get("message") for each in rested.findall("skipped")] == ["until June"]
    assert len(passed) == 0


def test_reports_besides_the_text(galley: Any, here: Path) -> None:
    result = galley("test", "--report", "junit=tests.xml", "--report", "json=tests.json")

    assert result.out.startswith(TEXT)
    assert ET.parse(here / "tests.xml").getroot().get("failures") == "1"
    assert json.loads((here / "tests.json").read_text())["failed"] == 1


@pytest.mark.usefixtures("here")
def test_a_workflow_gets_annotations(galley: Any) -> None:
    """The runner must obey nothing of what people get to read."""
    result = galley("test", "-o", "text", GITHUB_ACTIONS="true")

    (note,) = [each for each in result.out.splitlines() if each.startswith("::error ")]
    assert note.startswith("::error file=rules.test.yaml,line=9,title=fails::diagnostics (- exp")
    quiet = galley("test", "--no-annotations", GITHUB_ACTIONS="true")
    assert "::error" not in quiet.out


def test_nothing_steers_the_terminal_or_the_runner(galley: Any, suite: Any, tmp_path: Path) -> None:
    """A runner obeys a line that begins with `::`, also after spaces, unless it is told to stop."""
    manifest = '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: "a\\n::error::c"'
    suite(
        "cases:\n"
        '- name: "a\\e[31m\\n::error::b"\n'
        f"  given: {manifest}, l: w}}}}\n"
        "  relaxed: true\n"
        f"  expect: {{resources: [{manifest}, l: y}}}}]}}\n"
    )
    lines = galley("test", tmp_path, GITHUB_ACTIONS="true").out.splitlines()
    stopped, obeyed = "", []
    for line in lines:
        if line.startswith("::stop-commands::"):
            stopped = f"::{line.removeprefix('::stop-commands::')}::"
        elif line == stopped:
            stopped = ""
        elif not stopped and line.lstrip().startswith("::"):
            obeyed.append(line)

    assert not any("\x1b" in line for line in lines)
    assert "::error::c" in " ".join(lines)
    assert [line.partition(" ")[0] for line in obeyed] == ["::error"]  # the annotation
