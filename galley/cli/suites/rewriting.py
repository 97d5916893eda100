"""Expectations written anew from what was found: `galley test --update`.

Only what a case asks for is written: a file of `resources`, and the values of `resources`,
`diagnostics` and `digest` in the suite itself, each in its place; the text around them stays.
"""

import json
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, SequenceNode

from galley.cli import words
from galley.cli.failure import Failure
from galley.cli.suites import snapshots
from galley.cli.suites.expecting import Told, code_of
from galley.cli.suites.outcomes import Outcome
from galley.cli.writing import document
from pipeline.model import Diagnostic
from pipeline.model import Path as Place
from sources.manifests import yamltext


@dataclass(frozen=True, slots=True)
class Edit:
    """A key of a suite that gets another value."""

    where: Place
    value: Any


def rewrite(outcomes: Iterable[Outcome]) -> list[Path]:
    """Write what failed anew; the files that were written.

    Raises:
        Failure: a file cannot be written.
    """
    edits: dict[Path, list[Edit]] = {}
    texts: dict[Path, str] = {}
    for outcome in outcomes:
        for edit in _edits(outcome):
            path = outcome.file.path
            texts.setdefault(path, outcome.file.text)
            edits.setdefault(path, []).append(edit)
        if found := _snapshot(outcome):
            texts[found[0]] = found[1]
    for path, several in edits.items():
        texts[path] = edited(texts[path], several)
    for path, text in texts.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Failure(f"The file {str(path)!r} cannot be written: {error.strerror}.") from None
    return sorted(texts)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A suite's text with other values under some keys."""
    root = next(iter(yamltext.compose(text)))
    spans = [(*_span(root, edit.where, text), edit) for edit in edits]
    for begin, end, column, flow, edit in sorted(spans, key=lambda span: span[0], reverse=True):
        text = text[:begin] + _written(edit.value, column, flow=flow) + text[end:]
    return text


def _snapshot(outcome: Outcome) -> tuple[Path, str] | None:
    wanted = outcome.case.expect.resources
    differs = any(each.about == "resources" for each in outcome.differences)
    if outcome.found is None or not differs or not isinstance(wanted, str):
        return None
    held = map(snapshots.manifest_of, outcome.found.resources.values())
    return outcome.file.folder / wanted, snapshots.text(held)


def _edits(outcome: Outcome) -> Iterator[Edit]:
    found, where = outcome.found, (*outcome.where, "expect")
    if found is None:
        return
    written = outcome.file.at(where) or {}
    about = {each.about for each in outcome.differences} & written.keys()
    if "diagnostics" in about:
        told = Told(outcome.case, found.diagnostics)
        kept = [written["diagnostics"][number] for number in sorted(told.answers)]
        new = [*kept, *map(_expected, told.unexpected)]
        yield Edit((*where, "diagnostics"), new)
    if "resources" in about and not isinstance(written["resources"], str):
        held = sorted(map(snapshots.manifest_of, found.resources.values()), key=snapshots.identity)
        yield Edit((*where, "resources"), held)
    if "digest" in about:
        yield Edit((*where, "digest"), found.digest())


def _expected(found: Diagnostic) -> dict[str, str]:
    """What tells a finding apart, without what changes with lines and words."""
    key = words.name(str(found.key)) if found.key else ""
    held = {
        "code": code_of(found),
        "level": found.level.value,
        "resource": key,
        "field": found.field(),
    }
    return {name: value for name, value in held.items() if value}


def _span(root: yaml.Node, where: Place, text: str) -> tuple[int, int, int, bool]:
    """Where the value of a key begins (after its colon) and ends, the key's column, and whether it
    is written in braces."""
    node, key, flow = root, root, False
    for step in where:
        flow = flow or _in_braces(node)
        key, node = _child(node, step)
    offsets = _offsets(text)
    begin = text.index(":", offsets[key.end_mark.line] + key.end_mark.column) + 1
    mark = _end(node)
    end = offsets[mark.line] + mark.column
    return begin, begin + len(text[begin:end].rstrip()), key.start_mark.column, flow


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node]:
    if isinstance(step, int):
        return node.value[step], node.value[step]
    found: tuple[yaml.Node, yaml.Node] = next(
        (key, value) for key, value in node.value if key.value == step
    )
    return found


def _end(node: yaml.Node) -> Any:
    """Where a value really ends: what follows a block belongs to the next."""
    inner = node.value[-1:] if isinstance(node, SequenceNode | MappingNode) else []
    if not inner or _in_braces(node):
        return node.end_mark
    return _end(inner[0][1] if isinstance(inner[0], tuple) else inner[0])


def _in_braces(node: yaml.Node) -> bool:
    return bool(getattr(node, "flow_style", False))


def _offsets(text: str) -> list[int]:
    """Where each line begins."""
    offsets = [0]
    for line in text.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    return offsets


def _written(value: Any, column: int, *, flow: bool) -> str:
    if flow or not isinstance(value, list) or not value:
        return f" {json.dumps(value, ensure_ascii=False)}"
    block = document(value).rstrip("\n")
    return "\n" + textwrap.indent(block, " " * (column + 2))
