"""What one value may be, as its field's rules say it: `protoc-gen-validate`, as Envoy compiles it.

Lengths of text are in characters, patterns are RE2's and match the whole text.
"""

import operator
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import re2
from google.protobuf.descriptor import EnumDescriptor

Test: TypeAlias = Callable[[Any], str]
"""From a value to what it must be, `must be at least 1`; empty: it is that."""

_HEADER_NAME = re.compile(r":?[0-9a-zA-Z!#$%&'*+\-.^_|~`]+")
_HEADER_VALUE = re.compile(r"[^\x00-\x08\x0A-\x1F\x7F]*")
_HEADER_TEXT = re.compile(r"[^\x00\x0A\x0D]*")
_IS_NAME = 1
_OF_THE_WHOLE = frozenset({None, "any", "map", "message", "repeated", "timestamp"})
"""Rules that are not about one value."""
_LIMITS = {
    "const": (operator.eq, "must be {}"),
    "gt": (operator.gt, "must be more than {}"),
    "gte": (operator.ge, "must be at least {}"),
    "lt": (operator.lt, "must be less than {}"),
    "lte": (operator.le, "must be at most {}"),
}


class Part(NamedTuple):
    """One thing that a value has to be."""

    holds: Callable[[Any], bool]
    phrase: str


def bounds(rules: Any, enum: EnumDescriptor | None = None) -> Test | None:
    """The test that a `validate.FieldRules` stands for; None: everything passes.

    `enum`: that the value is of.
    """
    kind = rules.WhichOneof("type")
    if kind in _OF_THE_WHOLE:
        return None
    held = getattr(rules, kind)
    parts = tuple(_KINDS.get(kind, _number)(held, enum))
    return partial(_first, parts, bool(getattr(held, "ignore_empty", False))) if parts else None


def counts(rules: Any, least: str, most: str, what: str) -> Iterator[Part]:
    """How many there may be, by the names of the two rules."""
    if rules.HasField(least):
        lowest = getattr(rules, least)
        phrase = f"must have at least {_many(lowest, what)}"
        yield Part(lambda value: len(value) >= lowest, phrase)
    if rules.HasField(most):
        highest = getattr(rules, most)
        yield Part(lambda value: len(value) <= highest, f"must have at most {_many(highest, what)}")


def _first(parts: tuple[Part, ...], ignore_empty: bool, value: Any) -> str:
    if ignore_empty and not value:
        return ""
    for part in parts:
        if not part.holds(value):
            return part.phrase
    return ""


def _number(rules: Any, _enum: EnumDescriptor | None) -> Iterator[Part]:
    for name, (compare, phrase) in _LIMITS.items():
        if rules.HasField(name):
            limit = getattr(rules, name)
            yield Part(partial(_compares, compare, limit), phrase.format(_shown(limit)))
    yield from _choice(rules)


def _compares(compare: Callable[[Any, Any], bool], limit: Any, value: Any) -> bool:
    return compare(value, limit)


def _duration(rules: Any, _enum: EnumDescriptor | None) -> Iterator[Part]:
    for name, (compare, phrase) in _LIMITS.items():
        if rules.HasField(name):
            limit = getattr(rules, name)
            test = partial(_lasts, compare, (limit.seconds, limit.nanos))
            yield Part(test, phrase.format(limit.ToJsonString()))


def _lasts(compare: Callable[[Any, Any], bool], limit: tuple[int, int], value: Any) -> bool:
    return compare((value.seconds, value.nanos), limit)


def _boolean(rules: Any, _enum: EnumDescriptor | None) -> Iterator[Part]:
    if rules.HasField("const"):
        wanted = rules.const
        yield Part(lambda value: value == wanted, f"must be {_shown(wanted)}")


def _enumerated(rules: Any, enum: EnumDescriptor | None) -> Iterator[Part]:
    if enum is None:
        return
    names = {each.number: each.name for each in reversed(enum.values)}
    if rules.defined_only:
        known = frozenset(names)
        yield Part(lambda value: value in known, f"must be a value of {enum.name}")
    yield from _choice(rules, names)


def _text(rules: Any, _enum: EnumDescriptor | None) -> Iterator[Part]:
    yield from counts(rules, "min_len", "max_len", "character")
    for part in counts(rules, "min_bytes", "max_bytes", "byte"):
        yield Part(partial(_encoded, part.holds), part.phrase)
    if rules.prefix:
        yield Part(_call("startswith", rules.prefix), f"must begin with {rules.prefix}")
    if rules.suffix:
        yield Part(_call("endswith", rules.suffix), f"must end with {rules.suffix}")
    if rules.pattern:
        yield _pattern(re2.compile(rules.pattern), f"must match {rules.pattern}")
    if rules.HasField("well_known_regex"):
        yield _header(rules)
    yield from _choice(rules)


def _encoded(holds: Callable[[Any], bool], value: str) -> bool:
    return holds(value.encode())


def _call(method: str, argument: str) -> Callable[[Any], bool]:
    return lambda value: bool(getattr(value, method)(argument))


def _pattern(pattern: Any, phrase: str) -> Part:
    return Part(lambda value: pattern.fullmatch(value) is not None, phrase)


def _header(rules: Any) -> Part:
    if rules.HasField("strict") and not rules.strict:
        return _pattern(_HEADER_TEXT, "must be without line breaks and null characters")
    if rules.well_known_regex == _IS_NAME:
        return _pattern(_HEADER_NAME, "must be the name of a header")
    return _pattern(_HEADER_VALUE, "must be without control characters")


def _bytes(rules: Any, _enum: EnumDescriptor | None) -> Iterator[Part]:
    yield from counts(rules, "min_len", "max_len", "byte")


def _choice(rules: Any, names: dict[int, str] | None = None) -> Iterator[Part]:
    """Lists of what is allowed, and of what is not."""
    allowed, refused = list(getattr(rules, "in")), list(rules.not_in)
    if allowed:
        yield Part(lambda value: value in allowed, f"must be one of {_listed(allowed, names)}")
    if refused:
        phrase = f"must be none of {_listed(refused, names)}"
        yield Part(lambda value: value not in refused, phrase)


def _listed(values: list[Any], names: dict[int, str] | None) -> str:
    return ", ".join(names.get(each, str(each)) if names else _shown(each) for each in values)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


_KINDS: dict[str, Callable[[Any, EnumDescriptor | None], Iterator[Part]]] = {
    "bool": _boolean,
    "bytes": _bytes,
    "duration": _duration,
    "enum": _enumerated,
    "string": _text,
}
"""By the name of the rules; all others are about numbers."""
