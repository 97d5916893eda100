"""What a word of YAML means to a Kubernetes user.

kubectl reads YAML 1.1 by rules of its own: `on` and `y` are booleans, `0777` and `0o777` are both
511, `08` is 8, while dates and `12:30:45` are text. `tests/data/yaml-meaning` holds every form with
kubectl's own answer; these rules are right when that table says so.
"""

import base64
import binascii
import math
import re
import struct
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

Scalar: TypeAlias = str | bool | int | float | None

TAG_PREFIX = "tag:yaml.org,2002:"

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE"), True),
    **dict.fromkeys(("on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE"), False),
    **dict.fromkeys(("off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_NUMERIC = frozenset("0123456789+-.")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_OCTAL = re.compile(r"[-+]?0[0-7]+", re.ASCII)
_PREFIXED = re.compile(r"[-+]?0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_DOTTED = re.compile(r"\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?", re.ASCII)
_LONGEST_NUMBER = 400
"""Characters; a longer number overflows any float, and Python refuses to count very long ones."""


class TagMismatchError(ValueError):
    """The text does not have the type that its tag promises."""


@lru_cache(maxsize=8192)
def plain(text: str) -> Scalar:
    """The meaning of a scalar without quotes and without tag.

    An integer may be of any size: those outside 64 bits are refused when the resource is built.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC or len(text) > _LONGEST_NUMBER:
        return text
    if text[0] == ".":
        return _finite(text, text) if _DOTTED.fullmatch(text) else text
    return _number(text)


def tagged(text: str, tag: str) -> Scalar:
    """The meaning of a scalar with an explicit tag; unknown tags mean text.

    Raises:
        TagMismatchError: the text is nothing of the tagged type.
    """
    wanted = tag.removeprefix(TAG_PREFIX)
    if wanted == "binary":
        return _binary(text)
    check = _TAGS.get(wanted)
    if check is None:
        return text
    value = plain(text)
    if wanted == "float" and type(value) is int:
        return float(value)
    if not isinstance(value, check) or (wanted == "int" and type(value) is bool):
        raise TagMismatchError(f"{text!r} is not {wanted}")
    return value


_TAGS: dict[str, type | tuple[type, ...]] = {
    "bool": bool,
    "int": int,
    "float": float,
    "null": type(None),
}


def field_name(value: Scalar) -> str | None:
    """A map key as text, as kubectl writes it; None if it can be none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if -(2**63) <= value < 2**63 else None
    return None if value is None else _short_float(value)


def _number(text: str) -> Scalar:
    digits = text.replace("_", "")
    if _DECIMAL.fullmatch(digits):
        return int(digits)
    if _OCTAL.fullmatch(digits):
        return int(digits, 8)
    if _PREFIXED.fullmatch(digits):
        value = int(digits, 0)
        return value if -(2**63) <= value < 2**64 else text
    return _finite(digits, text) if _FLOAT.fullmatch(digits) else text


def _finite(digits: str, text: str) -> float | str:
    """A float, or the text itself where the number is too large for one."""
    value = float(digits)
    return text if math.isinf(value) else value


def _binary(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TagMismatchError(f"{text!r} is not base64 of UTF-8 text") from error


def _short_float(value: float) -> str:
    """The shortest text that gives the same 32-bit float, with Go's choice of exponents."""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else f"{'-' * (value < 0)}.inf"
    try:
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return f"{'-' * (value < 0)}.inf"
    short = next(
        text
        for precision in range(1, 18)
        if struct.pack("f", float(text := f"{single:.{precision}g}")) == struct.pack("f", single)
    )
    return _go_exponent(Decimal(short))


def _go_exponent(value: Decimal) -> str:
    """Go's shortest `g`: an exponent below 1e-4 and from 1e6 on."""
    exponent = value.adjusted()
    if not value or -4 <= exponent < 6:
        return f"{value.normalize():f}"
    digits = "".join(map(str, value.normalize().as_tuple().digits))
    mantissa = f"{digits[0]}.{digits[1:]}" if digits[1:] else digits
    return f"{'-' * value.is_signed()}{mantissa}e{exponent:+03d}"
