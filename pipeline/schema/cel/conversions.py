"""Conversions between types, `size`, `type` and what an optional offers."""

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from pipeline.schema.cel.errors import CelError, no_such_overload
from pipeline.schema.cel.network import CIDR, IP, cidr_text, ip_text
from pipeline.schema.cel.overloads import typed
from pipeline.schema.cel.quantity import Quantity, compare
from pipeline.schema.cel.semver import Semver
from pipeline.schema.cel.times import (
    SECOND,
    checked_timestamp,
    duration_text,
    float_text,
    rfc3339,
    timestamp_text,
)
from pipeline.schema.cel.values import (
    LARGEST_INT,
    LARGEST_UINT,
    NOTHING,
    SMALLEST_INT,
    Duration,
    Maybe,
    Timestamp,
    Uint,
    type_of,
)
from pipeline.schema.digits import whole
from pipeline.schema.durations import go_duration

_TRUE = frozenset(("1", "t", "T", "true", "TRUE", "True"))
_FALSE = frozenset(("0", "f", "F", "false", "FALSE", "False"))
_INT = re.compile("([+-]?)([0-9]+)")
_FLOAT = re.compile(
    r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf|infinity|nan)", re.IGNORECASE
)


def _no_conversion(value: Any, to: str) -> CelError:
    return CelError(f"type conversion error from '{type_of(value).name}' to '{to}'")


def size(value: Any) -> int:
    """Characters of a text, bytes, items, entries."""
    if isinstance(value, str | bytes | list | dict):
        return len(value)
    raise no_such_overload()


def _int(value: Any) -> int:
    made: int | None = None
    if type(value) is int:
        return value
    if type(value) is Uint:
        made = int(value)
    elif type(value) is float:
        if math.isfinite(value) and SMALLEST_INT < value < LARGEST_INT:
            return int(value)
    elif type(value) is Timestamp:
        return value.nanoseconds // SECOND
    elif type(value) is Duration:
        return value.nanoseconds
    else:
        return _parsed_int(value)
    if made is None or not SMALLEST_INT <= made <= LARGEST_INT:
        raise CelError("integer overflow")
    return made


def _parsed_int(value: Any) -> int:
    found = _INT.fullmatch(value) if type(value) is str else None
    size_of = whole(found[2], -SMALLEST_INT) if found else None
    if found is None or size_of is None or (size_of > LARGEST_INT and found[1] != "-"):
        raise _no_conversion(value, "int")
    return -size_of if found[1] == "-" else size_of


def _uint(value: Any) -> Uint:
    if type(value) is str:
        made = whole(value, LARGEST_UINT) if re.fullmatch("[0-9]+", value) else None
        if made is None:
            raise _no_conversion(value, "uint")
        return Uint(made)
    if type(value) in (int, Uint) or (type(value) is float and math.isfinite(value)):
        if 0 <= value <= LARGEST_UINT:
            return Uint(value)
        raise CelError("unsigned integer overflow")
    raise _no_conversion(value, "uint")


def _double(value: Any) -> float:
    if type(value) in (int, float, Uint):
        return float(value)
    if type(value) is str and _FLOAT.fullmatch(value):
        return float(value)
    raise _no_conversion(value, "double")


def _bool(value: Any) -> bool:
    if type(value) is bool:
        return value
    if type(value) is str and value in _TRUE | _FALSE:
        return value in _TRUE
    raise _no_conversion(value, "bool")


def _bytes(value: Any) -> bytes:
    if type(value) is bytes:
        return value
    if type(value) is str:
        return value.encode()
    raise _no_conversion(value, "bytes")


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise CelError("invalid UTF-8 in bytes, cannot convert to string") from error


def _go_float(value: float) -> str:
    """Go's `%g`: the shortest digits, with an exponent below 1e-4 and from 1e6 on."""
    if not math.isfinite(value) or value == 0:
        return float_text(value)
    exact = Decimal(repr(value))
    if -4 <= exact.adjusted() < 6:
        return float_text(value)
    sign, digits, _ = exact.normalize().as_tuple()
    fraction = "".join(map(str, digits[1:]))
    mantissa = f"{digits[0]}.{fraction}" if fraction else str(digits[0])
    return f"{'-' if sign else ''}{mantissa}e{exact.adjusted():+03d}"


_TEXTS: Mapping[type, Callable[[Any], str]] = {
    str: lambda value: value,
    bool: lambda value: "true" if value else "false",
    int: str,
    Uint: lambda value: str(int(value)),
    float: _go_float,
    bytes: _decoded,
    Timestamp: timestamp_text,
    Duration: duration_text,
    IP: ip_text,
    CIDR: cidr_text,
}


def _string(value: Any) -> str:
    write = _TEXTS.get(type(value))
    if write is None:
        raise _no_conversion(value, "string")
    return write(value)


def _duration(value: Any) -> Duration:
    if type(value) is Duration:
        return value
    found = go_duration(value) if type(value) is str else None
    if found is None:
        raise _no_conversion(value, "google.protobuf.Duration")
    return Duration(found)


def _timestamp(value: Any) -> Timestamp:
    if type(value) is Timestamp:
        return value
    if type(value) is int:
        return checked_timestamp(value * SECOND)
    found = rfc3339(value) if type(value) is str else None
    if found is None:
        raise _no_conversion(value, "google.protobuf.Timestamp")
    return checked_timestamp(found.nanoseconds)


def _is_zero(value: Any) -> bool:
    if isinstance(value, Duration):
        return value.nanoseconds == 0
    return value is None or (
        isinstance(value, bool | int | float | str | bytes | list | dict) and not value
    )


def _value(optional: Maybe) -> Any:
    if optional is NOTHING:
        raise CelError("optional.none() dereference")
    return optional.value


@typed(list)
def _unwrap(values: list[Any]) -> list[Any]:
    return [value.value for value in values if isinstance(value, Maybe) and value is not NOTHING]


def _end(place: int) -> Callable[..., Maybe]:
    return typed(list)(lambda items: Maybe(items[place]) if items else NOTHING)


def _ordered(judge: Callable[[int], Any]) -> Callable[[Any, Any], Any]:
    """Quantities and versions are compared by methods, not by operators."""

    def compare_two(left: Any, right: Any) -> Any:
        if isinstance(left, Quantity) and isinstance(right, Quantity):
            return judge(compare(left.value, right.value))
        if isinstance(left, Semver) and isinstance(right, Semver):
            return judge(compare(left.order, right.order))
        raise no_such_overload()

    return compare_two


MEMBERS: Mapping[str, Callable[..., Any]] = {
    "compareTo": _ordered(lambda order: order),
    "first": _end(0),
    "hasValue": typed(Maybe)(lambda optional: optional is not NOTHING),
    "isGreaterThan": _ordered(lambda order: order > 0),
    "isLessThan": _ordered(lambda order: order < 0),
    "last": _end(-1),
    "or": typed(Maybe, object)(lambda one, other: other if one is NOTHING else one),
    "orValue": typed(Maybe, object)(lambda one, other: other if one is NOTHING else one.value),
    "size": size,
    "unwrapOpt": _unwrap,
    "value": typed(Maybe)(_value),
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "bool": _bool,
    "bytes": _bytes,
    "double": _double,
    "duration": _duration,
    "dyn": lambda value: value,
    "int": _int,
    "optional.none": lambda: NOTHING,
    "optional.of": Maybe,
    "optional.ofNonZeroValue": lambda value: NOTHING if _is_zero(value) else Maybe(value),
    "optional.unwrap": _unwrap,
    "size": size,
    "string": _string,
    "timestamp": _timestamp,
    "type": type_of,
    "uint": _uint,
}
