"""Markdown, for a comment on a pull request or the summary of a job.

What people wrote stays text: it becomes neither markup, nor a mention of somebody. Forges refuse
what is too long, so everything has a bound.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from galley.cli import affected, words
from galley.cli.reports.report import Found, Report

LONGEST = 60_000
"""Characters of all of it; GitHub takes 65,536."""
MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")
SIGNS = {"added": "+", "changed": "~", "deleted": "-"}


def render(report: Report) -> str:
    """The findings that were not there before, and how many were."""
    verdict = [report.verdict] if report.verdict else []
    failed = verdict or any(map(report.decides, report.found))
    head = f"### {report.command}: {'failed' if failed else 'passed'}"
    return fitted([head, *verdict], findings(report))


def plan(report: Report, result: dict[str, Any], verdict: str) -> str:
    """A plan's result: the verdict, what would change, and the findings."""
    passed = "passed" if result["publishable"] else "failed"
    head = [
        f"### {report.command}, channel {_text(result['channel'])}: {passed}",
        verdict,
        f"Digest `{result['digest']}` on version {result['base']}.",
    ]
    affects = _affected(result["diff"])
    parts = (*_collections(result), *affects, *findings(report), *_changes(result["diff"]))
    return fitted(head, parts)


def findings(report: Report) -> Iterator[str]:
    """A table of the new findings; the others as a number."""
    new = list(report.new)
    if new:
        yield "\n| | | Where | What |\n|---|---|---|---|"
        for each in new:
            yield f"| {each['level']} | {each['code']} | {_place(each)} | {_what(each)} |"
    carried = len(report.found) - len(new)
    files = words.plural(len(report.files), "file")
    before = f"; {carried:,} carried" if carried else ""
    yield f"\n{files}, {words.plural(len(new), 'finding')}{before}."


def fitted(head: Sequence[str], parts: Iterable[str]) -> str:
    """As many of the parts below a head as a comment can hold."""
    every = list(parts)
    kept = list(_within(LONGEST, every))
    rest = [] if len(kept) == len(every) else ["\nThe rest does not fit in here."]
    return "\n".join(("\n\n".join(head), *kept, *rest))


def _collections(result: dict[str, Any]) -> Iterator[str]:
    if result["collections"]:
        yield "\n| Collection | added | changed | deleted |\n|---|---|---|---|"
    for each in result["collections"]:
        numbers = " | ".join(str(each[name] or "") for name in SIGNS)
        yield f"| {_text(each['collection'])} | {numbers} |"


def _affected(diff: dict[str, Any]) -> Iterator[str]:
    """What behaves differently afterwards."""
    found = [
        f"- {sort}: {_text(which)}" for sort, which in affected.lines(diff.get("affects") or {})
    ]
    if found:
        yield "\n".join(("\nAffects", "", *found))


def _changes(diff: dict[str, Any]) -> Iterator[str]:
    """Each resource with its fields, coloured as a diff; one block, which fits or does not."""
    if not diff["resources"]:
        return
    lines = [line for change in diff["resources"] for line in _change(change)]
    shown = list(_within(LONGEST // 2, lines))
    if len(shown) < len(lines) or diff["truncated"]:
        shown.append("…")
    block = "\n".join(("~~~~~~diff", *shown, "~~~~~~"))
    yield f"\n<details><summary>What would change</summary>\n\n{block}\n\n</details>"


def _within(room: int, lines: Iterable[str]) -> Iterator[str]:
    """The first lines, as many as there is room for."""
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return
        yield line


def _change(change: dict[str, Any]) -> Iterator[str]:
    yield f"{SIGNS[change['change']]} {_line(words.name(change['resource']))}"
    for field in change["fields"]:
        yield from _field(field)


def _field(field: dict[str, Any]) -> Iterator[str]:
    name = _line(field["field"])
    if field["op"] != "add":
        yield f"-   {name}: {_line(field['old'])}"
    if field["op"] != "remove":
        yield f"+   {name}: {_line(field['new'])}"


def _place(found: Found) -> str:
    return _text(words.place(found))


def _what(found: Found) -> str:
    subject = f"{_text(words.name(found['resource']))}: " if found["resource"] else ""
    return subject + _text(found["message"])


def _text(value: Any) -> str:
    """Text that no reader of Markdown takes for anything else."""
    return MARKUP.sub(r"\\\1", _line(value)).replace("@", "@\u2060")


def _line(value: Any) -> str:
    """Any value on one line of bounded length."""
    return words.clean(words.value(value))
