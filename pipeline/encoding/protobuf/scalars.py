"""Numbers, text, bytes, booleans and enums: from JSON's values to protobuf's bytes.

Sources: protobuf's mapping of JSON, and the jsonpb package that Istio reads its resources with.
"""

import base64
import binascii
import math
import re
from collections.abc import Callable
from typing import TypeAlias

from pipeline.encoding.protobuf.notation import Enum
from pipeline.encoding.protobuf.problems import Problem, UnwritableError, shown, wrong
from pipeline.encoding.protobuf.wire_format import (
    FIXED32,
    FIXED64,
    LENGTH,
    VARINT,
    double,
    single,
    sized,
    varint,
)
from pipeline.model.messages import encoding as messages

Writer: TypeAlias = Callable[[object], bytes]
"""From a value to its bytes without tag.

Raises:
    UnwritableError: the value is none of the type.
"""

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,19})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_NAMED_NUMBERS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
_MOST_CHOICES = 12
_LEAST_INT32, _MOST_INT32 = -(2**31), 2**31 - 1


def whole(value: object) -> int | None:
    """The number that is meant by `5`, `"5"` or a float without fraction; None: no whole number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else None


def integer(least: int, most: int) -> Writer:
    """What writes whole numbers of a range."""
    wanted = f"a whole number from {least} to {most}"

    def write(value: object) -> bytes:
        number = whole(value)
        if number is None or not least <= number <= most:
            raise wrong(wanted, value)
        return varint(number)

    return write


def boolean(value: object) -> bytes:
    """`true` or `false`, and no text."""
    if isinstance(value, bool):
        return b"\x01" if value else b"\x00"
    raise wrong("true or false", value)


def number(value: object) -> bytes:
    """A number, also as text, and the three that JSON has only as text."""
    return double(_real(value))


def short_number(value: object) -> bytes:
    """A number as `number` takes it, in half the bytes."""
    try:
        return single(_real(value))
    except OverflowError:
        raise wrong("a number of 32 bits", value) from None


def _real(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and value in _NAMED_NUMBERS:
        return float(_NAMED_NUMBERS[value])
    if isinstance(value, str) and _NUMBER.fullmatch(value) and math.isfinite(float(value)):
        return float(value)
    raise wrong("a number", value)


def string(value: object) -> bytes:
    """Text."""
    if isinstance(value, str):
        return sized(value.encode())
    raise wrong("text", value)


def octets(value: object) -> bytes:
    """Bytes as base64, in either alphabet, with or without padding."""
    if isinstance(value, str):
        plain = value.translate(_TO_STANDARD).rstrip("=")
        try:
            return sized(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
        except (binascii.Error, ValueError):
            pass
    raise wrong("base64 text", value)


_TO_STANDARD = str.maketrans({"-": "+", "_": "/", "\r": None, "\n": None})

SCALARS: dict[str, Writer] = {
    "bool": boolean,
    "bytes": octets,
    "double": number,
    "float": short_number,
    "int32": integer(_LEAST_INT32, _MOST_INT32),
    "int64": integer(-(2**63), 2**63 - 1),
    "string": string,
    "uint32": integer(0, 2**32 - 1),
    "uint64": integer(0, 2**64 - 1),
}

_ZEROS = {"double": 8, "float": 4}

WIRE_TYPES = dict.fromkeys(SCALARS, VARINT) | {
    "bytes": LENGTH,
    "double": FIXED64,
    "float": FIXED32,
    "string": LENGTH,
}


def zero(kind: str) -> bytes:
    """How the default of a scalar would be written; a field that holds it is left out."""
    return bytes(_ZEROS.get(kind, 1))


def enumerated(enum: Enum) -> Writer:
    """What writes the values of an enum, by name or number; numbers without a name are let through,
    as everywhere in protobuf."""
    known = {name: varint(number) for name, number in enum.numbers.items()}

    def write(value: object) -> bytes:
        if isinstance(value, str):
            found = known.get(value)
            if found is None:
                raise _no_such(value, enum)
            return found
        number = whole(value)
        if number is None or not _LEAST_INT32 <= number <= _MOST_INT32:
            raise wrong(
                f"a value of {enum.name.rpartition('.')[2]}, such as {next(iter(known))}", value
            )
        return varint(number)

    return write


def _no_such(value: str, enum: Enum) -> UnwritableError:
    names = list(enum.numbers)
    choices = ", ".join(names[:_MOST_CHOICES]) + (", ..." if len(names) > _MOST_CHOICES else "")
    return UnwritableError(
        [Problem(messages.UNKNOWN_VALUE, {"value": shown(value), "choices": choices})]
    )
