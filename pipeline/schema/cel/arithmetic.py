"""The operators on numbers, text, lists and times; an int or uint that overflows is an error."""

import math
from typing import Any

from pipeline.schema.cel.errors import CelError, no_such_overload
from pipeline.schema.cel.times import checked_duration, checked_timestamp
from pipeline.schema.cel.values import (
    LARGEST_INT,
    LARGEST_UINT,
    SMALLEST_INT,
    Duration,
    Timestamp,
    Uint,
    added,
)


def _int(value: int) -> int:
    if SMALLEST_INT <= value <= LARGEST_INT:
        return value
    raise CelError("integer overflow")


def _uint(value: int) -> Uint:
    if 0 <= value <= LARGEST_UINT:
        return Uint(value)
    raise CelError("unsigned integer overflow")


def add(left: Any, right: Any) -> Any:
    """`left + right`."""
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return _int(left + right)
        if kind is str or kind is float or kind is bytes:
            return left + right
        if kind is Uint:
            return _uint(int(left) + int(right))
        if kind is Duration:
            return checked_duration(left.nanoseconds + right.nanoseconds)
    if isinstance(left, list) and isinstance(right, list):
        return added(left, right)
    if (kind is Timestamp and type(right) is Duration) or (
        kind is Duration and type(right) is Timestamp
    ):
        return checked_timestamp(left.nanoseconds + right.nanoseconds)
    raise no_such_overload()


def subtract(left: Any, right: Any) -> Any:
    """`left - right`."""
    kind, other = type(left), type(right)
    if kind is other:
        if kind is int:
            return _int(left - right)
        if kind is float:
            return left - right
        if kind is Uint:
            return _uint(int(left) - int(right))
        if kind is Duration or kind is Timestamp:
            return checked_duration(left.nanoseconds - right.nanoseconds)
    if kind is Timestamp and other is Duration:
        return checked_timestamp(left.nanoseconds - right.nanoseconds)
    raise no_such_overload()


def multiply(left: Any, right: Any) -> Any:
    """`left * right`."""
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return _int(left * right)
        if kind is float:
            return left * right
        if kind is Uint:
            return _uint(int(left) * int(right))
    raise no_such_overload()


def divide(left: Any, right: Any) -> Any:
    """`left / right`; integers are cut towards zero."""
    kind = type(left)
    if kind is not type(right) or kind not in (int, float, Uint):
        raise no_such_overload()
    if kind is float:
        return _divide_doubles(left, right)
    if right == 0:
        raise CelError("division by zero")
    quotient = abs(int(left)) // abs(int(right))
    if kind is Uint:
        return Uint(quotient)
    return _int(quotient if (left < 0) == (right < 0) else -quotient)


def _divide_doubles(left: float, right: float) -> float:
    if right:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def remainder(left: Any, right: Any) -> Any:
    """`left % right`, with the sign of `left`."""
    kind = type(left)
    if kind is not type(right) or kind not in (int, Uint):
        raise no_such_overload()
    if right == 0:
        raise CelError("modulus by zero")
    if left == SMALLEST_INT and right == -1:
        raise CelError("integer overflow")
    rest = abs(int(left)) % abs(int(right))
    return Uint(rest) if kind is Uint else -rest if left < 0 else rest


def negate(value: Any) -> Any:
    """`-value`."""
    if type(value) is int:
        return _int(-value)
    if type(value) is float:
        return -value
    if type(value) is Duration:
        return checked_duration(-value.nanoseconds)
    raise no_such_overload()
