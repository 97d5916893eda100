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
    scope: Path | None = None
    """What was judged, where that is more than the offending field."""

    in_the_way: bool = False
    """Whether the API server looks at no rules and no lists because of it."""

    @property
    def judged(self) -> Path:
        """The path of the value that was judged: as long as it stays, so does the problem."""
        return self.path if self.scope is None else self.scope


_IN_THE_WAY = frozenset(
    ("type", "enum", "required", "maxLength", "maxItems", "maxProperties", "format")
)


def problems_of(
    errors: Iterable[jsonschema_rs.ValidationError],
    schema: Mapping[str, Any],
    instance: Mapping[str, Any],
) -> Iterator[Problem]:
    """The problems that these errors are, by path; `schema` and `instance` are what they were found
    with."""
    for error in sorted(errors, key=_order):
        yield from _translate(error, schema, _path(error, instance))


def _order(error: jsonschema_rs.ValidationError) -> list[tuple[bool, int, str]]:
    """Lists in order of their indexes, fields in order of their names."""
    return [
        (isinstance(part, str), part if isinstance(part, int) else 0, str(part))
        for part in error.instance_path
    ]


def _path(error: jsonschema_rs.ValidationError, instance: Any) -> Path:
    """Where the error is; the library gives a field `0` like an index."""
    path: list[str | int] = []
    for part in error.instance_path:
        path.append(str(part) if isinstance(instance, dict) else part)
        within = isinstance(instance, list) or path[-1] in instance
        instance = instance[path[-1]] if within else None
    return tuple(path)


def _translate(
    error: jsonschema_rs.ValidationError, schema: Mapping[str, Any], path: Path
) -> Iterator[Problem]:
    facts = error.kind.as_dict()
    name = error.kind.name
    stops = _in_the_way(error)
    if name in ("additionalProperties", "unevaluatedProperties"):
        known = _known_fields(error, schema)
        for key in facts["unexpected"]:
            yield unknown_field((*path, key), known)
    elif name == "required":
        missing = phrases.field((*path, facts["property"]))
        yield Problem(messages.MISSING_FIELD, path, {"field": missing}, in_the_way=stops)
    elif name == "type":
        expected = phrases.types(facts["types"])
        yield Problem(
            messages.WRONG_TYPE, path, {"expected": expected}, error.instance, in_the_way=stops
        )
    else:
        rule = _at(schema, error.schema_path)
        expected = phrases.expectation(error, rule)
        yield Problem(
            messages.WRONG_VALUE, path, {"expected": expected}, error.instance, in_the_way=stops
        )


def _in_the_way(error: jsonschema_rs.ValidationError) -> bool:
    """Whether it, or of alternatives none of which fits any, is of a kind that ends the checks."""
    if error.kind.name not in ("anyOf", "oneOf"):
        return error.kind.name in _IN_THE_WAY
    branches = error.kind.as_dict()["context"]
    return all(branches) and any(_in_the_way(one) for branch in branches for one in branch)


def unknown_field(path: Path, known: Iterable[str]) -> Problem:
    """A field that is none of those that are known beside it."""
    return Problem(messages.UNKNOWN_FIELD, path, {"hint": _hint(str(path[-1]), list(known))})


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
