"""Schema files as text, and the documents in them.

The caller reads files; here text becomes documents. A file may hold several YAML documents and
Kubernetes lists; empty documents are passed over.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from pipeline.model.messages import schema as messages
from pipeline.schema.errors import SchemaError

MOST_DEPTH = 300
"""How deep a schema file may be nested."""

_PARSERS_LIMIT = "exceeded maximum nesting depth"
"""What libyaml says where its own limit is passed, which newer ones have."""
_TOO_DEEP = f"it is nested more than {MOST_DEPTH} deep"
_LISTS = ("List", "CustomResourceDefinitionList")


@dataclass(frozen=True, slots=True)
class SchemaText:
    """One schema file: CRDs or a JSON Schema, as YAML or JSON."""

    locator: str
    """What people call it: its path."""
    text: str


@dataclass(frozen=True, slots=True)
class SchemaDocument:
    """One document of a schema file."""

    locator: str
    number: int
    """Counted from 1 within the file; the items of a list share their document's number."""
    content: dict[str, Any]


def documents(source: SchemaText) -> Iterator[SchemaDocument]:
    """The documents of one file, lists taken apart.

    Raises:
        SchemaError: the text is not YAML, or a document is not a mapping.
    """
    for number, content in enumerate(_load(source), start=1):
        if content is None:
            continue
        for item in _items(content):
            if not isinstance(item, dict):
                raise not_a_schema(source.locator, number, "it is not a mapping")
            yield SchemaDocument(source.locator, number, item)


def not_a_schema(locator: str, number: int, problem: str) -> SchemaError:
    """The error that says why a document is no schema."""
    report = messages.NOT_A_SCHEMA.report(locator=locator, document=number, problem=problem)
    return SchemaError([report.at("", locator)])


def _load(source: SchemaText) -> list[Any]:
    try:
        return _json(source.text) or _yaml(source.text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error) or type(error).__name__
        report = messages.UNREADABLE_SCHEMA.report(locator=source.locator, problem=problem)
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise SchemaError([report.at("", source.locator, line, column)]) from error


def _json(text: str) -> list[Any]:
    """The one JSON document; none if it is something else, such as YAML in JSON's style."""
    if not text.lstrip().startswith("{"):
        return []
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return []
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def read_yaml(text: str) -> list[Any]:
    """The documents of a YAML text.

    Raises:
        ValueError: it is not YAML, or nested too deep.
    """
    try:
        return _yaml(text)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or type(error).__name__
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"{problem}, line {mark.line + 1}" if mark else problem) from error


def _yaml(text: str) -> list[Any]:
    if _depth_at_most(text) > MOST_DEPTH and _too_deep(text):
        raise ValueError(_TOO_DEEP)
    return list(yaml.load_all(text, Loader=_Loader))


class _Loader(yaml.CSafeLoader):
    """The safe loader, without dates: JSON has none."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # as the base class declares it
        first: [(tag, pattern) for tag, pattern in rules if not tag.endswith(":timestamp")]
        for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def _depth_at_most(text: str) -> int:
    """A bound that is quick to find: brackets, indentation and dashes before a line's content."""
    indents = (len(line) - len(line.lstrip(" \t-?")) for line in text.splitlines())
    return text.count("[") + text.count("{") + max(indents, default=0)


def _too_deep(text: str) -> bool:
    """Whether it is nested too deep for the loader, which recurses and would take us with it."""
    try:
        return any(depth > MOST_DEPTH for depth in _depths(text))
    except yaml.MarkedYAMLError as error:
        if error.problem == _PARSERS_LIMIT:
            return True
        raise


def _depths(text: str) -> Iterator[int]:
    """How deep the parser is after each event."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        yield depth


def _items(content: Any) -> list[Any]:
    items = content.get("items") if isinstance(content, dict) else None
    return items if isinstance(items, list) and content.get("kind") in _LISTS else [content]
