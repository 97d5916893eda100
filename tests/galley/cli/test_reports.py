"""Findings in other tools' formats: whatever people have written, a report stays what it is."""

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.cli.reports import FORMATS, Report, github

HOSTILE = [
    "100%0A of ::set-output name=x::y\n::error::not ours\r\nthird",
    "\"quoted\" & <tagged> 'text' ]]>",
    "\x00\x01\x1b[2J\x7f\x9b \ufffe\uffff",
    "grün, 雪, \U0001f600: \u2028\u202e",
]
FILES = ["a, b:c/%41 d.yaml", "größe/雪 #1?.yaml", "::error::/x.yaml", 'a"b&<c>.yaml']

TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}, "markdown": {"type": "string"}},
    "additionalProperties": False,
}
PHYSICAL = {
    "type": "object",
    "properties": {
        "artifactLocation": {
            "type": "object",
            "properties": {
                "uri": {"type": "string", "pattern": r"^(?!/)[!-;=?-Z_a-z~%]+$"},
                "uriBaseId": {"type": "string"},
            },
            "required": ["uri"],
            "additionalProperties": False,
        },
        "region": {
            "type": "object",
            "properties": {name: {"minimum": 1} for name in ("startLine", "startColumn")},
            "additionalProperties": False,
        },
    },
    "required": ["artifactLocation"],
    "additionalProperties": False,
}
RESULT = {
    "type": "object",
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "locations": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "physicalLocation": PHYSICAL,
                    "logicalLocations": {
                        "items": {
                            "properties": {"fullyQualifiedName": {}, "kind": {}},
                            "additionalProperties": False,
                        }
                    },
                },
                "additionalProperties": False,
            },
        },
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]},
    },
    "required": ["message"],
    "additionalProperties": False,
}
RULE = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        **dict.fromkeys(("shortDescription", "fullDescription", "help"), TEXT),
        "defaultConfiguration": {"properties": {"level": {"enum": ["note", "warning", "error"]}}},
    },
    "required": ["id"],
    "additionalProperties": False,
}
RUN = {
    "type": "object",
    "required": ["tool"],
    "properties": {
        "tool": {"properties": {"driver": {"properties": {"rules": {"items": RULE}}}}},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "originalUriBaseIds": {"type": "object"},
        "invocations": {
            "items": {
                "required": ["executionSuccessful"],
                "properties": {
                    "executionSuccessful": {"type": "boolean"},
                    "toolExecutionNotifications": {
                        "items": {
                            "required": ["message"],
                            "properties": {"level": {"enum": ["error"]}, "message": TEXT},
                            "additionalProperties": False,
                        }
                    },
                },
                "additionalProperties": False,
            }
        },
        "results": {"type": "array", "items": RESULT},
    },
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string"},
        "version": {"const": "2.1.0"},
        "runs": {"items": RUN},
    },
    "additionalProperties": False,
}
"""What the standard's schema says of the parts that we write."""


def found(**facts: Any) -> dict[str, Any]:
    whole = {
        "code": "GAL0601",
        "level": "error",
        "message": "It is wrong.",
        "resource": "core/ConfigMap/default/a",
        "field": "data.x",
        "source": "mesh",
        "file": "mesh/a.yaml",
        "line": 3,
        "column": 5,
        "state": "live",
    }
    return {**whole, **facts}


def report(*findings: dict[str, Any], **facts: Any) -> Report:
    files = tuple(dict.fromkeys(each["file"] for each in findings if each["file"]))
    return Report("galley validate", files, findings, "galley.yaml", **facts)


def hostile() -> Report:
    """Every text in every field that holds text."""
    return report(
        *(found(message=text, resource=text, field=text) for text in HOSTILE),
        *(found(file=file, level="warning") for file in FILES),
        found(file="", line=0, column=0, resource="", level="info", message=HOSTILE[0]),
        found(code="HOSTS11"),
    )


def obeyed(line: str) -> tuple[str, dict[str, str], str]:
    """Command, properties and message as the runner takes them out of a line."""
    matched = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert matched, line
    pairs = dict(part.split("=", 1) for part in matched[2].split(","))
    undo = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}

    def plain(text: str) -> str:
        return re.sub("|".join(undo), lambda each: undo[each[0]], text)

    return matched[1], {name: plain(value) for name, value in pairs.items()}, plain(matched[3])


def test_sarif_has_the_form_of_the_standard() -> None:
    others = (report(found(state="carried"), found(), compared=True), report(verdict="It waits."))
    for told in (hostile(), report(), *others):
        log = json.loads(FORMATS["sarif"](told))

        assert list(jsonschema_rs.validator_for(SARIF).iter_errors(log)) == []
        assert len(log["runs"][0]["results"]) == len(told.found)


def test_sarif_tells_what_was_there_before() -> None:
    log = json.loads(FORMATS["sarif"](report(found(state="carried"), found(line=9), compared=True)))

    states = [each["baselineState"] for each in log["runs"][0]["results"]]
    assert states == ["unchanged", "new"]


def test_sarif_escapes_paths() -> None:
    (run,) = json.loads(FORMATS["sarif"](report(found(file=FILES[1]))))["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]

    assert place["uri"] == "gr%C3%B6%C3%9Fe/%E9%9B%AA%20%231%3F.yaml"


def test_every_rule_has_help_from_the_catalogue() -> None:
    (run,) = json.loads(FORMATS["sarif"](report(found())))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]

    assert rule["help"]["text"] in rule["help"]["markdown"]
    assert rule["fullDescription"]["text"].endswith(".")


def test_junit_is_xml_whatever_it_says() -> None:
    root = ET.fromstring(FORMATS["junit"](hostile()))
    cases = root.findall("./testsuite/testcase")
    failed = [case for case in cases if case.find("failure") is not None]

    assert [case.get("name") for case in cases] == ["mesh/a.yaml", *FILES, "everything else"]
    assert (root.get("tests"), root.get("failures")) == (str(len(cases)), str(len(failed)))
    assert failed[0].find("failure").get("type") == "GAL0601"  # type: ignore[union-attr]  # it has one
    assert "mesh/a.yaml:3:5: error GAL0601" in (failed[0].findtext("failure") or "")


def test_junit_has_a_passing_case_for_a_file_without_findings() -> None:
    told = Report("galley validate", ("a.yaml", "b.yaml"), (found(file="b.yaml"),), "")
    cases = ET.fromstring(FORMATS["junit"](told)).findall("./testsuite/testcase")

    assert [len(case) for case in cases] == [0, 1]


def test_a_suite_is_never_empty() -> None:
    assert ET.fromstring(FORMATS["junit"](report())).get("tests") == "1"


def test_an_annotation_is_one_line_and_says_all() -> None:
    told = hostile()
    lines = FORMATS["github"](told).split("\n")

    assert len(lines) == len(told.found)
    for line, each in zip(lines, told.found, strict=True):
        level, properties, message = obeyed(line)
        assert level == {"error": "error", "warning": "warning", "info": "notice"}[each["level"]]
        assert message == each["message"]
        assert properties.get("file", "") == each["file"]
        assert properties["title"] == " ".join(filter(None, (each["code"], each["resource"])))


@given(message=st.text(), file=st.text(min_size=1), resource=st.text())
def test_no_text_becomes_another_command(message: str, file: str, resource: str) -> None:
    line = github.render(report(found(message=message, file=file, resource=resource)))
    _, properties, said = obeyed(line)

    assert not set("\r\n") & set(line)
    assert (said, properties["file"], properties["line"]) == (message, file, "3")


def test_a_verdict_fails_without_a_finding() -> None:
    """As where a plan would be published if the channel were not on hold."""
    told = report(verdict="It is on hold:\n100%.")
    (notification,) = json.loads(FORMATS["sarif"](told))["runs"][0]["invocations"][0][
        "toolExecutionNotifications"
    ]
    cases = ET.fromstring(FORMATS["junit"](told)).findall("./testsuite/testcase")

    assert notification["message"]["text"] == told.verdict
    assert [case.findtext("failure") for case in cases] == [None, told.verdict]
    assert FORMATS["github"](told) == "::error title=galley validate::It is on hold:%0A100%25."
    assert FORMATS["markdown"](told).startswith("### galley validate: failed\n\nIt is on hold")


def test_what_is_carried_is_not_annotated() -> None:
    assert FORMATS["github"](report(found(state="carried"))) == ""


def test_gitlab_has_what_a_merge_request_needs() -> None:
    told = hostile()
    entries = json.loads(FORMATS["gitlab"](told))

    assert len({each["fingerprint"] for each in entries}) == len(told.found)
    for each in entries:
        assert each.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["location"]["path"]
        assert each["location"]["lines"]["begin"] >= 1
        assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}


def test_markdown_holds_text_as_text() -> None:
    """No markup, no mention, no other row; what was there before is a number."""
    told = report(
        found(message="a | b <img> [x](y) @team\n| c |", file="a|b.yaml", state="pending"),
        found(state="carried"),
    )
    lines = FORMATS["markdown"](told).splitlines()
    (row,) = [line for line in lines if "GAL0601" in line]

    assert len(re.findall(r"(?<!\\)\|", row)) == 5
    assert not re.search(r"(?<!\\)[<\[`*_]|@(?=\w)", row)
    assert r"a\|b.yaml:3:5" in row
    assert lines[-1] == "2 files, 1 finding; 1 carried."


@given(message=st.text(), resource=st.text())
def test_a_finding_is_one_row_of_markdown(message: str, resource: str) -> None:
    text = FORMATS["markdown"](report(found(message=message, resource=resource)))
    (row,) = [line for line in text.splitlines() if "GAL0601" in line and line.startswith("|")]

    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 5


def test_markdown_fits_into_a_comment() -> None:
    text = FORMATS["markdown"](report(*(found(message="|" * 1000, line=n) for n in range(999))))

    assert 50_000 < len(text) < 65_536
    assert text.endswith("The rest does not fit in here.")


@pytest.mark.parametrize("other", [{"line": 40, "column": 1}, {"state": "carried"}])
def test_a_fingerprint_survives_moved_lines(other: dict[str, Any]) -> None:
    assert _marks(found()) == _marks(found(**other))


def test_a_fingerprint_survives_moved_lines_in_the_message() -> None:
    first, second = "Also in b.yaml:12.", "Also in b.yaml:120."
    assert _marks(found(message=first)) == _marks(found(message=second))


@pytest.mark.parametrize(
    "other",
    [{"code": "GAL0602"}, {"file": "b.yaml"}, {"resource": "x"}, {"field": "y"}, {"message": "?"}],
)
def test_a_fingerprint_tells_findings_apart(other: dict[str, Any]) -> None:
    assert _marks(found()) != _marks(found(**other))


def _marks(*findings: dict[str, Any]) -> list[str]:
    return [mark for mark, _ in report(*findings).fingerprinted()]
