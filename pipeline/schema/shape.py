"""A structural schema as nothing else need question it: made of nodes, without empty keywords."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.model import Path
from pipeline.schema import phrases
from pipeline.schema.vocabulary import LIST_KEYS, RULES

_NODES = ("items", "not")
_MAPS = ("properties",)
_LISTS = ("allOf", "anyOf", "oneOf", RULES)
_NAMES = ("required", LIST_KEYS)


_VALUES = ("default", "enum", "example")


def without_nothing(schema: Any) -> Any:
    """The schema without keywords that hold nothing, which count as not being there."""
    if isinstance(schema, list):
        return [without_nothing(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        name: held if name in _VALUES else without_nothing(held)
        for name, held in schema.items()
        if held is not None
    }


def misshapen(schema: Any, at: Path = ()) -> Iterator[str]:
    """What is not of the type that its keyword demands, in words."""
    if not isinstance(schema, Mapping):
        yield f"{phrases.field(at)} is not a mapping"
        return
    for keyword, held in schema.items():
        where = (*at, keyword)
        if keyword in _NODES or (keyword == "additionalProperties" and not isinstance(held, bool)):
            yield from misshapen(held, where)
        elif keyword in _MAPS:
            yield from _of_map(held, where)
        elif keyword in _LISTS:
            yield from _of_list(held, where, rules=keyword == RULES)
        elif keyword in _NAMES and not _is_texts(held):
            yield f"{phrases.field(where)} is not a list of names"


def _of_map(held: Any, at: Path) -> Iterator[str]:
    if not isinstance(held, Mapping):
        yield f"{phrases.field(at)} is not a mapping"
        return
    for name, below in held.items():
        yield from misshapen(below, (*at, name))


def _of_list(held: Any, at: Path, *, rules: bool) -> Iterator[str]:
    if not isinstance(held, list):
        yield f"{phrases.field(at)} is not a list"
        return
    for index, below in enumerate(held):
        where = (*at, index)
        if not rules:
            yield from misshapen(below, where)
        elif not isinstance(below, Mapping) or not isinstance(below.get("rule"), str):
            yield f"{phrases.field(where)} is not a mapping with a rule"


def _is_texts(held: Any) -> bool:
    return isinstance(held, list) and all(isinstance(item, str) for item in held)
