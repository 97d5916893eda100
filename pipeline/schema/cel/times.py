"""Durations and timestamps: read and written as Go does, with the parts that CEL asks for.

Sources: Go's package time (RFC 3339), kube-openapi (pkg/validation/strfmt) for values that a schema
calls dates or date-times, cel-go (common/types) for limits and getters.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pipeline.schema.cel.errors import CelError
from pipeline.schema.cel.overloads import typed
from pipeline.schema.cel.values import LARGEST_INT, SMALLEST_INT, Duration, Timestamp
from pipeline.schema.durations import schema_duration

SECOND = 10**9
_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62135596800, 253402300799
_WEEK = 7 * 86400
_DAYS_IN_400_YEARS = 146_097
_OFFSET = re.compile(r"([+-]?)([0-9]{1,2}):([0-9]{2})")


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


def schema_span(text: str) -> Duration | None:
    """What a value of format `duration` means; None: it is none."""
    found = schema_duration(text)
    return None if found is None else Duration(found)


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


class _Local(NamedTuple):
    """What the clocks of a zone show.

    Python knows no day outside the years 1 to 9999, and a zone may lead there. So near those ends
    it is looked at 400 years away, when the same days have the same names.
    """

    moment: datetime
    years: int
    """How many to add."""


def _local(value: Timestamp, zone: str = "") -> _Local:
    seconds = value.nanoseconds // SECOND
    cycles = int(seconds > _LAST - _WEEK) - int(seconds < _FIRST + _WEEK)
    days, microseconds = -cycles * _DAYS_IN_400_YEARS, value.nanoseconds // 1000
    moment = _EPOCH + timedelta(days=days, microseconds=microseconds)
    return _Local(_shifted(moment, zone), 400 * cycles)


def _shifted(moment: datetime, zone: str) -> datetime:
    offset = _OFFSET.fullmatch(zone)
    if offset:
        apart = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return moment - apart if offset[1] == "-" else moment + apart
    try:
        return moment.astimezone(ZoneInfo(zone or "UTC"))
    except (ValueError, OSError, LookupError) as error:
        raise CelError(f"unknown time zone {zone}") from error


def _toward_zero(value: int, unit: int) -> int:
    return value // unit if value >= 0 else -(-value // unit)


_OF_TIMESTAMP: Mapping[str, Callable[[_Local], int]] = {
    "getFullYear": lambda local: local.moment.year + local.years,
    "getMonth": lambda local: local.moment.month - 1,
    "getDayOfYear": lambda local: local.moment.timetuple().tm_yday - 1,
    "getDayOfMonth": lambda local: local.moment.day - 1,
    "getDate": lambda local: local.moment.day,
    "getDayOfWeek": lambda local: local.moment.isoweekday() % 7,
    "getHours": lambda local: local.moment.hour,
    "getMinutes": lambda local: local.moment.minute,
    "getSeconds": lambda local: local.moment.second,
    "getMilliseconds": lambda local: local.moment.microsecond // 1000,
}
_OF_DURATION = {
    "getHours": 3600 * SECOND,
    "getMinutes": 60 * SECOND,
    "getSeconds": SECOND,
    "getMilliseconds": SECOND // 1000,
}


def _getter(name: str) -> Callable[..., int]:
    of_timestamp = typed(Timestamp, str)(lambda *of: _OF_TIMESTAMP[name](_local(*of)))

    def get(value: Any, *zone: Any) -> int:
        if isinstance(value, Duration) and not zone and name in _OF_DURATION:
            return _toward_zero(value.nanoseconds, _OF_DURATION[name])
        got: int = of_timestamp(value, *zone)
        return got

    return get


MEMBERS = {name: _getter(name) for name in _OF_TIMESTAMP}
"""`timestamp.getHours()`, `timestamp.getHours(zone)`, `duration.getHours()` and the like."""
