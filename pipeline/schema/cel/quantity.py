"""Quantities such as `100Mi` and `0.5`: Kubernetes' functions `quantity` and `isQuantity`.

As in apimachinery (pkg/api/resource): what is smaller than a nano is rounded away from zero.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.schema.cel.errors import CelError, no_such_overload
from pipeline.schema.cel.overloads import typed
from pipeline.schema.cel.values import LARGEST_INT, SMALLEST_INT


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity; equal ones may be written differently."""

    value: Fraction


_QUANTITY = re.compile(
    r"([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]?|[eE][+-]?[0-9]{1,9})"
)
_BINARY = {f"{letter}i": 1024 ** (place + 1) for place, letter in enumerate("KMGTPE")}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_NANO = 10**9
_FARTHEST = 10_000
"""Exponents and digits beyond it would only keep the processor busy."""


def parse_quantity(text: str) -> Quantity | None:
    """A quantity; None: it is none."""
    found = _QUANTITY.fullmatch(text)
    if found is None or len(text) > _FARTHEST:
        return None
    sign, number, suffix = found.groups()
    value = Fraction(Decimal(number))
    if suffix in _BINARY:
        value = min(value * _BINARY[suffix], Fraction(LARGEST_INT))
    else:
        exponent = _DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:])
        if abs(exponent) > _FARTHEST:
            return None
        value *= Fraction(10) ** exponent
    value = Fraction(-(-(value * _NANO).numerator // (value * _NANO).denominator), _NANO)
    return Quantity(-value if sign == "-" else value)


@typed(str)
def _quantity(text: str) -> Quantity:
    found = parse_quantity(text)
    if found is None:
        raise CelError("quantities must match the regular expression"
                       " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")  # fmt: skip
    return found


def _of_quantity(function: Callable[[Fraction], Any]) -> Callable[..., Any]:
    return typed(Quantity)(lambda quantity: function(quantity.value))


def _as_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _as_integer(value: Fraction) -> int:
    if value.denominator != 1 or not SMALLEST_INT <= value <= LARGEST_INT:
        raise CelError("cannot convert value to integer")
    return int(value)


def _other(value: Any) -> Fraction:
    if type(value) is int:
        return Fraction(value)
    if isinstance(value, Quantity):
        return value.value
    raise no_such_overload()


def _changed(sign: int) -> Callable[..., Quantity]:
    return typed(Quantity, object)(lambda one, two: Quantity(one.value + sign * _other(two)))


def compare(left: Any, right: Any) -> int:
    """-1, 0 or 1."""
    return int(left > right) - int(left < right)


MEMBERS: Mapping[str, Callable[..., Any]] = {
    "add": _changed(1),
    "asApproximateFloat": _of_quantity(_as_float),
    "asInteger": _of_quantity(_as_integer),
    "isInteger": _of_quantity(
        lambda value: value.denominator == 1 and SMALLEST_INT <= value <= LARGEST_INT
    ),
    "sub": _changed(-1),
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "isQuantity": typed(str)(lambda text: parse_quantity(text) is not None),
    "quantity": _quantity,
    "sign": _of_quantity(lambda value: compare(value, 0)),
}
