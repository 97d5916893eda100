"""Durations and timestamps: read and written as Go does, with the parts that CEL asks for.

Sources: Go's package time (ParseDuration, RFC 3339), kube-openapi (pkg/validation/strfmt) for
values that a schema calls durations, dates or date-times, cel-go (common/types) for limits and
getters.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.schema.cel.errors import CelError, no_such_overload
from pipeline.schema.cel.values import LARGEST_INT, SMALLEST_INT, Duration, Timestamp

SECOND = 10**9
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_DURATION = re.compile(rf"([-+]?)(0|(?:{_PART.pattern})+)")
_WORDY = re.compile(r"([0-9]+)[ \t\n\f\r]*([A-Za-zµ]+)")
_WORDS: tuple[tuple[int, tuple[str, ...], str], ...] = (
    (1, ("ns",), "nano"),
    (10**3, ("us", "µs"), "micro"),
    (10**6, ("ms",), "milli"),
    (SECOND, ("s",), "sec"),
    (60 * SECOND, ("m",), "min"),
    (3600 * SECOND, ("h", "hr"), "hour"),
    (86400 * SECOND, ("d",), "day"),
    (7 * 86400 * SECOND, ("w", "wk"), "week"),
)
"""By length in nanoseconds: short units, and what a long one begins with."""
_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62135596800, 253402300799


def checked_duration(nanoseconds: int) -> Duration:
    """A duration.

    Raises:
        CelError: it is longer than 64 bits hold.
    """
    if SMALLEST_INT <= nanoseconds <= LARGEST_INT:
        return Duration(nanoseconds)
    raise CelError("integer overflow")


def checked_timestamp(nanoseconds: int) -> Timestamp:
    """A timestamp.

    Raises:
        CelError: it is outside the years 1 to 9999.
    """
    if _FIRST <= nanoseconds // SECOND <= _LAST:
        return Timestamp(nanoseconds)
    raise CelError("timestamp overflow")


def go_duration(text: str) -> Duration | None:
    """What time.ParseDuration makes of a text; None: an error."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    total = sum(
        int(Fraction(f"0{number}0" if number.endswith(".") else f"0{number}") * _UNITS[unit])
        for number, unit in _PART.findall(found[2])
    )
    total = -total if found[1] == "-" else total
    return Duration(total) if SMALLEST_INT <= total <= LARGEST_INT else None


def schema_duration(text: str) -> Duration | None:
    """What a value of format `duration` means; None: it is none."""
    plain = go_duration(text)
    if plain is not None:
        return plain
    total, found = 0, False
    for number, unit in _WORDY.findall(text):
        for length, short, long in _WORDS:
            if unit.lower() in short or unit.lower().startswith(long):
                total, found = total + int(number) * length, True
    return Duration(total) if found and SMALLEST_INT <= total <= LARGEST_INT else None


def rfc3339(text: str, *, zone_needed: bool = True) -> Timestamp | None:
    """A point in time as Go reads RFC 3339; None: it is none."""
    found = _RFC3339.fullmatch(text)
    if found is None or (zone_needed and found[8] is None):
        return None
    try:
        year, month, day, hour, minute, second = map(int, found.groups()[:6])
        whole = datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[8]))
        seconds = int((whole - _EPOCH) / timedelta(seconds=1))
    except (ValueError, OverflowError):
        return None
    fraction = int(((found[7] or "0") + "0" * 9)[:9])
    return Timestamp(seconds * SECOND + fraction)


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    sign = -1 if text[0] == "-" else 1
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 24 or minutes > 60:
        raise ValueError("no zone is so far away")
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def schema_date(text: str) -> Timestamp | None:
    """What a value of format `date` means; None: it is none."""
    try:
        return Timestamp((date.fromisoformat(text) - date(1970, 1, 1)).days * 86400 * SECOND)
    except ValueError:
        return None


def schema_date_time(text: str) -> Timestamp | None:
    """What a value of format `date-time` means; None: it is none."""
    return rfc3339(text, zone_needed=False)


def duration_text(value: Duration) -> str:
    """`1.5s`: the seconds as the shortest decimal of a double."""
    return f"{float_text(value.nanoseconds / SECOND)}s"


def float_text(value: float) -> str:
    """The shortest decimal without an exponent, as Go's format `f`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return format(Decimal(repr(value)), "f").removesuffix(".0")


def timestamp_text(value: Timestamp) -> str:
    """RFC 3339 in UTC with as many decimals as are needed."""
    whole, rest = divmod(value.nanoseconds, SECOND)
    moment = _EPOCH + timedelta(seconds=whole)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".") if rest else ""
    return f"{moment.year:04d}{moment.strftime('-%m-%dT%H:%M:%S')}{fraction}Z"


def _local(value: Timestamp, zone: tuple[Any, ...]) -> datetime:
    if not zone:
        return _EPOCH + timedelta(seconds=value.nanoseconds // SECOND)
    if len(zone) > 1 or not isinstance(zone[0], str):
        raise no_such_overload(*zone)
    return (_EPOCH + timedelta(seconds=value.nanoseconds // SECOND)).astimezone(_named(zone[0]))


def _named(name: str) -> tzinfo:
    offset = re.fullmatch(r"([+-]?)([0-9]{1,2}):([0-9]{2})", name)
    if offset:
        apart = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-apart if offset[1] == "-" else apart)
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, LookupError) as error:
        raise CelError(f"unknown time zone {name}") from error


def _toward_zero(value: int, unit: int) -> int:
    return value // unit if value >= 0 else -(-value // unit)


_OF_TIMESTAMP: Mapping[str, Callable[[datetime], int]] = {
    "getFullYear": lambda moment: moment.year,
    "getMonth": lambda moment: moment.month - 1,
    "getDayOfYear": lambda moment: moment.timetuple().tm_yday - 1,
    "getDayOfMonth": lambda moment: moment.day - 1,
    "getDate": lambda moment: moment.day,
    "getDayOfWeek": lambda moment: moment.isoweekday() % 7,
    "getHours": lambda moment: moment.hour,
    "getMinutes": lambda moment: moment.minute,
    "getSeconds": lambda moment: moment.second,
}
_OF_DURATION = {"getHours": 3600 * SECOND, "getMinutes": 60 * SECOND, "getSeconds": SECOND}


def _getter(name: str) -> Callable[..., int]:
    def get(value: Any, *zone: Any) -> int:
        if isinstance(value, Timestamp) and name == "getMilliseconds":
            _local(value, zone)
            return value.nanoseconds % SECOND // 10**6
        if isinstance(value, Timestamp):
            return _OF_TIMESTAMP[name](_local(value, zone))
        if isinstance(value, Duration) and not zone:
            if name == "getMilliseconds":
                return _toward_zero(value.nanoseconds, 10**6)
            if name in _OF_DURATION:
                return _toward_zero(value.nanoseconds, _OF_DURATION[name])
        raise no_such_overload(value, *zone)

    return get


MEMBERS = {name: _getter(name) for name in (*_OF_TIMESTAMP, "getMilliseconds")}
"""`timestamp.getHours()`, `timestamp.getHours(zone)`, `duration.getHours()` and the like."""
