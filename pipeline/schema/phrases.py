"""What a schema expected, in words: the phrases that schema diagnostics are made of."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jsonschema_rs

from pipeline.model import Path
from pipeline.schema import formats
from pipeline.schema.keywords import KEYWORDS, PATTERN

LONGEST_VALUE = 60
"""Characters of a value that a message shows."""
MOST_CHOICES = 12
"""Allowed values that a message lists."""

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}

_PHRASES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "const": lambda facts: f"must be {value(facts['expected_value'])}",
    "contains": lambda _: "lacks an item that it must contain",
    "enum": lambda facts: f"must be one of {_choices(facts['options'])}",
    "exclusiveMaximum": lambda facts: f"must be less than {facts['limit']}",
    "exclusiveMinimum": lambda facts: f"must be more than {facts['limit']}",
    "falseSchema": lambda _: "is not allowed",
    "format": lambda facts: f"must be written as {formats.written(facts['format'])}",
    "maxItems": lambda facts: f"must have at most {_count(facts['limit'], 'item')}",
    "maxLength": lambda facts: f"must have at most {_count(facts['limit'], 'character')}",
    "maxProperties": lambda facts: f"must have at most {_count(facts['limit'], 'field')}",
    "maximum": lambda facts: f"must be at most {facts['limit']}",
    "minItems": lambda facts: f"must have at least {_count(facts['limit'], 'item')}",
    "minLength": lambda facts: f"must have at least {_count(facts['limit'], 'character')}",
    "minProperties": lambda facts: f"must have at least {_count(facts['limit'], 'field')}",
    "minimum": lambda facts: f"must be at least {facts['limit']}",
    "multipleOf": lambda facts: f"must be a multiple of {facts['multiple_of']}",
    "not": lambda _: "has a form that is not allowed",
    "pattern": lambda facts: pattern(facts["pattern"]),
    "required": lambda facts: f"must have {facts['property']}",
    "type": lambda facts: f"must be {types(facts['types'])}",
    "uniqueItems": lambda _: "must not hold an item twice",
}


def expectation(error: jsonschema_rs.ValidationError, rule: Any = None) -> str:
    """`must be one of HTTP, TLS`: what this error's keyword demands; `rule` is its value."""
    name = error.kind.name
    if name == "not":
        return _forbidden(rule)
    if name in ("anyOf", "oneOf"):
        return _alternatives(error, rule)
    if name in KEYWORDS:
        return pattern(rule) if name == PATTERN else _PHRASES["multipleOf"]({"multiple_of": rule})
    phrase = _PHRASES.get(name)
    return phrase(error.kind.as_dict()) if phrase else f"breaks the rule {name!r} of its schema"


def pattern(text: str) -> str:
    """`must match ^[a-z]+$`."""
    return f"must match {cut(text)}"


def types(names: Iterable[str]) -> str:
    """`a whole number or text`."""
    return " or ".join(_TYPES[name] for name in names if name != "null" or names == ["null"])


def value(item: object) -> str:
    """A value as JSON, cut short."""
    if isinstance(item, dict | list) and item:
        return "a mapping" if isinstance(item, dict) else f"a list of {len(item)}"
    return cut(json.dumps(item, ensure_ascii=False, default=str))


def cut(text: str) -> str:
    """The text, or its beginning and three dots."""
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


def field(path: Path) -> str:
    """A path as people write it, also for a key with dots: `labels["a.b/c"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part and not any(char in part for char in ".[]/ "):
            text += f".{part}"
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text.removeprefix(".") or "(the whole resource)"


def _alternatives(error: jsonschema_rs.ValidationError, rule: Any) -> str:
    branches: list[list[jsonschema_rs.ValidationError]] = error.kind.as_dict()["context"]
    if any(not branch for branch in branches):
        return _only_one(error.instance, rule)
    found = list(dict.fromkeys(expectation(branch[0]) for branch in branches))
    if len(found) > MOST_CHOICES:
        return "fits none of the allowed forms"
    return " or ".join(found)


def _only_one(instance: object, rule: Any) -> str:
    names = sorted({name for name in _required(rule) if _has(instance, name)})
    if len(names) > 1:
        return f"may have only one of {', '.join(names)}"
    return "fits more than one of the forms of which it must have exactly one"


def _forbidden(rule: Any) -> str:
    names = sorted(set(_required(rule)))
    return f"must not have {' or '.join(names)}" if names else _PHRASES["not"]({})


def _required(rule: Any) -> list[str]:
    """The fields that the branches of a combining keyword ask for."""
    if isinstance(rule, list):
        return [name for branch in rule for name in _required(branch)]
    if not isinstance(rule, dict):
        return []
    own = [name for name in rule.get("required") or () if isinstance(name, str)]
    return own + [name for part in ("anyOf", "allOf") for name in _required(rule.get(part))]


def _has(instance: object, name: str) -> bool:
    return isinstance(instance, dict) and name in instance


def _choices(options: list[Any]) -> str:
    shown = ", ".join(value(option).strip('"') for option in options[:MOST_CHOICES])
    return (
        f"{shown}, and {len(options) - MOST_CHOICES} more" if len(options) > MOST_CHOICES else shown
    )


def _count(limit: int, noun: str) -> str:
    return f"{limit} {noun}" if limit == 1 else f"{limit} {noun}s"
