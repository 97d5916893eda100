"""Findings in the formats of other tools, made of the same `report`.

`sarif` (code review), `junit` (CI servers), `github` (annotations of a workflow), `gitlab` (its
Code Quality report), `markdown` (a comment on a pull request, or the summary of a job).
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from galley.cli import output
from galley.cli.reports import github, gitlab, junit, markdown, sarif
from galley.cli.reports.report import Report

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "sarif": sarif.render,
    "junit": junit.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "markdown": markdown.render,
}
"""What renders a report, by the name of its format."""


def renderers(report: Report, result: Mapping[str, Any]) -> dict[str, Callable[[], str]]:
    """What renders findings in each format, and the whole result as JSON."""
    made: dict[str, Callable[[], str]] = {
        name: partial(render, report) for name, render in FORMATS.items()
    }
    return {**made, "json": partial(output.json_text, result)}


__all__ = ["FORMATS", "Report", "renderers"]
