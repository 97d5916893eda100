"""`text.format(values)`: the clauses whose result depends on no locale (%s, %d, %b, %o, %x, %X)."""

import math
import re
from typing import Any

from pipeline.schema.cel.errors import CelError
from pipeline.schema.cel.overloads import typed
from pipeline.schema.cel.times import duration_text, float_text, timestamp_text
from pipeline.schema.cel.values import Duration, Timestamp, Type

_CLAUSE = re.compile(r"%(%|(?:\.[0-9]+)?.|$)", re.DOTALL)
EXACT = frozenset("%sdboxX")
"""The clauses that are supported; the others (%f, %e) write numbers as a locale wants."""


def clauses(template: str) -> list[str]:
    """What stands behind each percent sign of a template."""
    return _CLAUSE.findall(template)


@typed(str, list)
def formatted(template: str, values: list[Any]) -> str:
    """The template with the values in the places of its clauses.

    Raises:
        CelError: a clause that is not known, too few values, a value of another type.
    """
    remaining = iter(enumerate(values))

    def fill(found: re.Match[str]) -> str:
        if found[1] == "%":
            return "%"
        try:
            index, value = next(remaining)
        except StopIteration:
            raise CelError("index out of range in format") from None
        return _written(found[1], value, index)

    return _CLAUSE.sub(fill, template)


def _written(clause: str, value: Any, index: int) -> str:
    if clause == "s":
        return _text(value)
    if isinstance(value, int) and not isinstance(value, bool) and clause in "dboxX" and clause:
        return format(int(value), clause)
    if clause == "b" and isinstance(value, bool):
        return "1" if value else "0"
    if clause in ("x", "X") and isinstance(value, str | bytes):
        text = (value.encode() if isinstance(value, str) else value).hex()
        return text.upper() if clause == "X" else text
    if clause == "d" and isinstance(value, float) and not math.isfinite(value):
        return _number(value)
    raise CelError(f"error during formatting of argument {index}: %{clause} is not for its type")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return _compound(value)


def _number(value: float) -> str:
    text = float_text(value)
    return {"+Inf": "Infinity", "-Inf": "-Infinity"}.get(text, text)


def _compound(value: Any) -> str:
    if isinstance(value, Timestamp):
        return timestamp_text(value)
    if isinstance(value, Duration):
        return duration_text(value)
    if isinstance(value, Type):
        return value.name
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, dict):
        entries = sorted((_text(key), _text(held)) for key, held in value.items())
        return "{" + ", ".join(f"{key}: {held}" for key, held in entries) + "}"
    raise CelError("string clause can only be used on strings, bools, bytes, ints, doubles, maps,"
                   " lists, types, durations, and timestamps")  # fmt: skip
