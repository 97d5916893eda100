"""Quantities such as `100Mi` and `0.5`: Kubernetes' functions `quantity` and `isQuantity`.

As in apimachinery (pkg/api/resource): what is smaller than a nano is rounded away from zero.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline.schema.cel.errors import CelError, no_such_overload
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
"""Exponents beyond it would only keep the processor busy."""


def parse_quantity(text: str) -> Quantity | None:
    """A quantity; None: it is none."""
    found = _QUANTITY.fullmatch(text)
    if found is None:
        return None
    sign, number, suffix = found.groups()
    value = Fraction(f"0{number}0" if number.endswith(".") else f"0{number}")
    if suffix in _BINARY:
        value = min(value * _BINARY[suffix], Fraction(LARGEST_INT))
    else:
        exponent = _DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:])
        if abs(exponent) > _FARTHEST:
            return None
        value *= Fraction(10) ** exponent
    value = Fraction(-(-(value * _NANO).numerator // (value * _NANO).denominator), _NANO)
    return Quantity(-value if sign == "-" else value)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise no_such_overload(value)
    return value


def _quantity(value: Any) -> Quantity:
    found = parse_quantity(_text(value))
    if found is None:
        raise CelError("quantities must match the regular expression"
                       " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")  # fmt: skip
    return found


def _of_quantities(function: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*values: Any) -> Any:
        if not all(isinstance(value, Quantity) for value in values):
            raise no_such_overload(*values)
        return function(*(value.value for value in values))

    return checked


def _as_integer(value: Fraction) -> int:
    if value.denominator != 1 or not SMALLEST_INT <= value <= LARGEST_INT:
        raise CelError("cannot convert value to integer")
    return int(value)


def _other(value: Any) -> Fraction:
    if type(value) is int:
        return Fraction(value)
    if isinstance(value, Quantity):
        return value.value
    raise no_such_overload(value)


def _changed(sign: int) -> Callable[[Any, Any], Quantity]:
    def change(left: Any, right: Any) -> Quantity:
        if not isinstance(left, Quantity):
            raise no_such_overload(left, right)
        return Quantity(left.value + sign * _other(right))

    return change


def compare(left: Any, right: Any) -> int:
    """-1, 0 or 1."""
    return int(left > right) - int(left < right)


MEMBERS: Mapping[str, Callable[..., Any]] = {
    "add": _changed(1),
    "asApproximateFloat": _of_quantities(float),
    "asInteger": _of_quantities(_as_integer),
    "isInteger": _of_quantities(
        lambda value: value.denominator == 1 and SMALLEST_INT <= value <= LARGEST_INT
    ),
    "sub": _changed(-1),
}
COMPARED = Quantity
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "isQuantity": lambda value: parse_quantity(_text(value)) is not None,
    "quantity": _quantity,
    "sign": _of_quantities(lambda value: compare(value, 0)),
}
