"""What single values say in JSON: the other direction of `scalars` and `well_known`."""

import base64
import math
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from pipeline.encoding.protobuf.wire_format import fields

Bare: TypeAlias = int | bytes
"""A value without tag: a number of variable length, or the bytes of anything else."""

_NANOS = 9
_1970 = datetime(1970, 1, 1, tzinfo=UTC)


def signed(value: Bare) -> int:
    """A number of variable length in 64 bits with a sign."""
    number = _number(value)
    return number - 2**64 if number >= 2**63 else number


def content(value: Bare) -> bytes:
    """The bytes of something that has its length in front.

    Raises:
        ValueError: it is a number.
    """
    if isinstance(value, bytes):
        return value
    raise ValueError("a number stands where something with a length belongs")


def _number(value: Bare) -> int:
    if isinstance(value, int):
        return value
    raise ValueError("something with a length stands where a number belongs")


def _double(value: Bare) -> float | str:
    (number,) = struct.unpack("<d", content(value))
    if math.isnan(number):
        return "NaN"
    return float(number) if math.isfinite(number) else ("Infinity" if number > 0 else "-Infinity")


def _moment(value: Bare) -> tuple[int, int]:
    held = dict(fields(content(value)))
    return signed(held.get(1, 0)), signed(held.get(2, 0))


def _fraction(nanos: int) -> str:
    """Digits behind the second in threes, as protobuf writes them."""
    digits = f"{nanos:0{_NANOS}d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}" if digits else ""


def _duration(value: Bare) -> str:
    seconds, nanos = _moment(value)
    sign = "-" if seconds < 0 or nanos < 0 else ""
    return f"{sign}{abs(seconds)}{_fraction(abs(nanos))}s"


def _timestamp(value: Bare) -> str:
    seconds, nanos = _moment(value)
    at = (_1970 + timedelta(seconds=seconds)).replace(tzinfo=None)
    return f"{at.isoformat()}{_fraction(nanos)}Z"


def _struct(value: Bare) -> dict[str, Any]:
    entries = (dict(fields(content(entry))) for _, entry in fields(content(value)))
    return {content(each.get(1, b"")).decode(): _any(each.get(2, b"")) for each in entries}


def _any(value: Bare) -> Any:
    for kind, held in fields(content(value)):
        return _KINDS_OF_ANY[kind](held)
    return None


def _list(value: Bare) -> list[Any]:
    return [_any(item) for _, item in fields(content(value))]


_KINDS_OF_ANY: dict[int, Callable[[Bare], Any]] = {
    1: lambda _: None,
    2: _double,
    3: lambda value: content(value).decode(),
    4: lambda value: value == 1,
    5: _struct,
    6: _list,
}

SCALARS: dict[str, Callable[[Bare], Any]] = {
    "bool": lambda value: _number(value) != 0,
    "bytes": lambda value: base64.b64encode(content(value)).decode(),
    "double": _double,
    "int32": signed,
    "int64": lambda value: str(signed(value)),
    "string": lambda value: content(value).decode(),
    "uint32": _number,
    "uint64": lambda value: str(_number(value)),
}

_WRAPPED = ("Bool", "Double", "Int32", "Int64", "UInt32", "UInt64")


def _unwrap(kind: str) -> Callable[[Bare], Any]:
    unset: Bare = bytes(8) if kind == "double" else 0
    return lambda value: SCALARS[kind](dict(fields(content(value))).get(1, unset))


WELL_KNOWN: dict[str, Callable[[Bare], Any]] = {
    "google.Duration": _duration,
    "google.Struct": _struct,
    "google.Timestamp": _timestamp,
    **{f"google.{each}Value": _unwrap(each.lower()) for each in _WRAPPED},
}
