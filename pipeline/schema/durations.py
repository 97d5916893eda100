"""Durations in nanoseconds, as Go and kube-openapi read them.

Sources: Go's package time (ParseDuration), kube-openapi (pkg/validation/strfmt, ParseDuration). A
schema's `format: duration` takes more than Go does: `3 days`, and any text with such a part.
"""

import re

from pipeline.schema.digits import whole

_SECOND = 10**9
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": _SECOND,
    "m": 60 * _SECOND,
    "h": 3600 * _SECOND,
}
_PART = re.compile(r"(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_DURATION = re.compile(rf"([-+]?)(0|(?:{_PART.pattern})+)")
_WORDY = re.compile(r"(?<![0-9])([0-9]+)[ \t\n\f\r]*([A-Za-zµ]+)")
_WORDS: tuple[tuple[int, tuple[str, ...], str], ...] = (
    (1, ("ns",), "nano"),
    (10**3, ("us", "µs"), "micro"),
    (10**6, ("ms",), "milli"),
    (_SECOND, ("s",), "sec"),
    (60 * _SECOND, ("m",), "min"),
    (3600 * _SECOND, ("h", "hr"), "hour"),
    (86400 * _SECOND, ("d",), "day"),
    (7 * 86400 * _SECOND, ("w", "wk"), "week"),
)
"""By length: short units, and what a long one begins with."""
_LIMIT = 2**63
_DIGITS_THAT_COUNT = 40
"""Of a fraction: what is behind them is far below a nanosecond."""


def go_duration(text: str) -> int | None:
    """What time.ParseDuration makes of a text; None: an error."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    total = 0
    for digits, fraction, unit in _PART.findall(found[2]):
        number = whole(digits, _LIMIT)
        if number is None:
            return None
        total += number * _UNITS[unit] + _of_fraction(fraction[:_DIGITS_THAT_COUNT], _UNITS[unit])
    total = -total if found[1] == "-" else total
    return total if -_LIMIT <= total < _LIMIT else None


def _of_fraction(digits: str, unit: int) -> int:
    """In doubles, and of as many digits as an int64 holds, for the same result as Go's."""
    plain = digits.lstrip("0")
    held = 19 if int(plain[:19] or "0") <= _LIMIT else 18
    decimals = len(digits) - len(plain) + len(plain[:held])
    return int(float(plain[:held] or "0") * (unit / 10.0**decimals))


def schema_duration(text: str) -> int | None:
    """What a value of format `duration` means; None: it is none."""
    plain = go_duration(text)
    if plain is not None:
        return plain
    total, is_one = 0, False
    for digits, unit in _WORDY.findall(text):
        number = whole(digits, _LIMIT - 1)
        if number is None:
            return None
        for length, short, long in _WORDS:
            if unit.lower() in short or unit.lower().startswith(long):
                total, is_one = total + number * length, True
    return (total + _LIMIT) % (2 * _LIMIT) - _LIMIT if is_one else None  # an int64 wraps around
