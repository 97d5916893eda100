"""SARIF 2.1.0, for code review: https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""

import json
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from galley import __version__
from galley.cli.reports.report import CARRIED, Found, Report
from pipeline.model.messages import CATALOGUE

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
ROOT = "%SRCROOT%"
FINGERPRINT = "galley/v1"
"""Not `primaryLocationLineHash`: GitHub's upload computes that one of the text itself."""


def render(report: Report) -> str:
    """The log of one run."""
    codes = sorted({each["code"] for each in report.found})
    driver = {"name": "galley", "version": __version__, "rules": [_rule(code) for code in codes]}
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "results": [
            _result(report, each, fingerprint) | {"ruleIndex": codes.index(each["code"])}
            for fingerprint, each in report.fingerprinted()
        ],
    }
    if report.verdict:
        told = {"level": "error", "message": {"text": report.verdict}}
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": [told]}]
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=True)


def _rule(code: str) -> dict[str, Any]:
    message = CATALOGUE.get(code)
    if message is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": message.title},
        "fullDescription": {"text": message.meaning},
        "help": {"text": message.remedy, "markdown": _help(message.remedy, message.example)},
        "defaultConfiguration": {"level": LEVELS[message.level]},
    }


def _help(remedy: str, example: str) -> str:
    return f"{remedy}\n\nAn example that gets it:\n\n```text\n{example.strip()}\n```\n"


def _result(report: Report, found: Found, fingerprint: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": found["code"],
        "level": LEVELS[found["level"]],
        "message": {"text": found["message"]},
        "locations": [_location(found, report.elsewhere)],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    if report.compared:
        result["baselineState"] = "unchanged" if found["state"] == CARRIED else "new"
    return result


def _location(found: Found, elsewhere: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(found["file"] or elsewhere)}
    if found["line"]:
        place["region"] = {"startLine": found["line"], "startColumn": found["column"] or 1}
    location: dict[str, Any] = {"physicalLocation": place}
    if found["resource"]:
        name = found["resource"]
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "resource"}]
    return location


def _artifact(file: str) -> dict[str, str]:
    """A reference relative to the root; a file that lies elsewhere by its whole address."""
    if PurePath(file).is_absolute():
        return {"uri": PurePath(file).as_uri()}
    return {"uri": quote(file, errors="replace"), "uriBaseId": ROOT}
