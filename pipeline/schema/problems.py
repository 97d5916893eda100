"""Errors of the JSON Schema library as problems in Galley's words.

A problem points at the offending field itself: at the unknown key, at the value of a wrong type; at
the parent of a field that is missing.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import jsonschema_rs

from pipeline.model import Path
from pipeline.model.messages import schema as messages
from pipeline.model.messages.message import Message
from pipeline.schema import phrases


class Problem(NamedTuple):
    """One thing wrong with a resource."""

    message: Message
    """The catalogue's entry."""
    path: Path
    """The offending field within the manifest."""
    facts: Mapping[str, str]
    """The entry's facts, apart from the kind's name."""
    value: object = None
    """The offending value, shown unless the kind calls it sensitive."""


def problems_of(
    errors: Iterable[jsonschema_rs.ValidationError], schema: Mapping[str, Any]
) -> Iterator[Problem]:
    """The problems that these errors are, by path; `schema` is what they were found with."""
    for error in sorted(errors, key=_order):
        yield from _translate(error, schema)


def _order(error: jsonschema_rs.ValidationError) -> list[tuple[bool, int, str]]:
    """Lists in order of their indexes, fields in order of their names."""
    return [
        (isinstance(part, str), part if isinstance(part, int) else 0, str(part))
        for part in error.instance_path
    ]


def _translate(
    error: jsonschema_rs.ValidationError, schema: Mapping[str, Any]
) -> Iterator[Problem]:
    path = tuple(error.instance_path)
    facts = error.kind.as_dict()
    name = error.kind.name
    if name in ("additionalProperties", "unevaluatedProperties"):
        known = _known_fields(error, schema)
        for key in facts["unexpected"]:
            yield Problem(messages.UNKNOWN_FIELD, (*path, key), {"hint": _hint(key, known)})
    elif name == "required":
        missing = phrases.field((*path, facts["property"]))
        yield Problem(messages.MISSING_FIELD, path, {"field": missing})
    elif name == "type":
        expected = phrases.types(facts["types"])
        yield Problem(messages.WRONG_TYPE, path, {"expected": expected}, error.instance)
    else:
        expected = phrases.expectation(error, _at(schema, error.schema_path))
        yield Problem(messages.WRONG_VALUE, path, {"expected": expected}, error.instance)


def _known_fields(error: jsonschema_rs.ValidationError, schema: Mapping[str, Any]) -> list[str]:
    parent = _at(schema, error.schema_path[:-1])
    return list(parent.get("properties") or ()) if isinstance(parent, dict) else []


def _at(schema: Any, path: Iterable[str | int]) -> Any:
    """The part of a schema at a path; None where a reference leads elsewhere."""
    for part in path:
        try:
            schema = schema[part]
        except (KeyError, IndexError, TypeError):
            return None
    return schema


def _hint(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]}"
    if 0 < len(known) <= 8:
        return f"; known here: {', '.join(sorted(known))}"
    return ""
