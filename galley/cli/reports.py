"""Findings in the formats of other tools: SARIF 2.1.0 for code review, JUnit for CI servers."""

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from galley import __version__
from pipeline.model.messages import CATALOGUE

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def sarif(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A SARIF log of `DiagnosticResult` maps."""
    codes = sorted({each["code"] for each in found})
    driver = {
        "name": "galley",
        "version": __version__,
        "rules": [_rule(code) for code in codes],
    }
    results = [_result(each, codes.index(each["code"])) for each in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def junit(suite: str, cases: Sequence[tuple[str, Sequence[str]]]) -> str:
    """A JUnit report: names of cases, each with its failures; none: it passed."""
    failed = sum(bool(failures) for _, failures in cases)
    root = Element("testsuites", tests=str(len(cases)), failures=str(failed))
    group = SubElement(root, "testsuite", name=suite, tests=str(len(cases)), failures=str(failed))
    for name, failures in cases:
        case = SubElement(group, "testcase", classname=suite, name=_xml_safe(name))
        if failures:
            first = _xml_safe(failures[0])
            failure = SubElement(case, "failure", message=first)
            failure.text = "\n".join(map(_xml_safe, failures))
    return tostring(root, encoding="unicode", xml_declaration=True)


def _rule(code: str) -> dict[str, Any]:
    message = CATALOGUE.get(code)
    if message is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": message.title},
        "fullDescription": {"text": message.meaning},
        "help": {"text": message.remedy},
        "defaultConfiguration": {"level": LEVELS[message.level]},
    }


def _result(found: dict[str, Any], rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": found["code"],
        "ruleIndex": rule,
        "level": LEVELS[found["level"]],
        "message": {"text": found["message"]},
    }
    if found["file"]:
        location = {"physicalLocation": _physical(found)}
        if found["resource"]:
            location["logicalLocations"] = [{"fullyQualifiedName": found["resource"]}]  # type: ignore[assignment]  # the two differ in shape
        result["locations"] = [location]
    return result


def _physical(found: dict[str, Any]) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": found["file"].replace("\\", "/")}}
    if found["line"]:
        place["region"] = {"startLine": found["line"], "startColumn": found["column"] or 1}
    return place


def _xml_safe(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return "".join(each if each >= " " or each in "\t\n" else "\ufffd" for each in text)
