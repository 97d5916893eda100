"""GitLab's Code Quality report, which a merge request compares with that of its target branch."""

import json
from typing import Any

from galley.cli.reports.report import Found, Report

SEVERITIES = {"error": "blocker", "warning": "minor", "info": "info"}


def render(report: Report) -> str:
    """A list of all findings; those that were there before too, for GitLab tells them apart."""
    found = [_entry(report, each, mark) for mark, each in report.fingerprinted()]
    return json.dumps(found, indent=2)


def _entry(report: Report, found: Found, fingerprint: str) -> dict[str, Any]:
    resource = f"{found['resource']}: " if found["resource"] else ""
    return {
        "description": f"{resource}{found['message']}",
        "check_name": found["code"],
        "fingerprint": fingerprint,
        "severity": SEVERITIES[found["level"]],
        "location": {
            "path": found["file"] or report.elsewhere,
            "lines": {"begin": found["line"] or 1},
        },
    }
