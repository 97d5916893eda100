"""Protobuf's own messages, for which JSON has forms of their own: durations, wrappers, any JSON.

A duration is whatever Go reads as one (`90s`, `1h30m`): Istio takes more than protobuf does, and no
more than fits into 64 bits of nanoseconds.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from pipeline.encoding.protobuf.problems import wrong
from pipeline.encoding.protobuf.scalars import SCALARS, WIRE_TYPES, Writer, zero
from pipeline.encoding.protobuf.wire_format import (
    FIXED64,
    VARINT,
    double,
    nested,
    sized,
    tag,
    varint,
)
from pipeline.schema.durations import go_duration

_SECOND = 10**9
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})", re.ASCII
)


def duration(value: object) -> bytes:
    """`1.5s`, `1h30m`: seconds and nanoseconds of one sign."""
    nanos = go_duration(value) if isinstance(value, str) else None
    if nanos is None:
        raise wrong("a duration such as 1.5s", value)
    seconds, rest = divmod(abs(nanos), _SECOND)
    return moment(-seconds, -rest) if nanos < 0 else moment(seconds, rest)


def timestamp(value: object) -> bytes:
    """`2026-01-31T12:00:00.5Z`: seconds since 1970 and nanoseconds."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong("a time such as 2026-01-31T12:00:00Z", value)
    date, time, fraction, zone = found.groups()
    try:
        at = datetime.fromisoformat(f"{date}T{time}{zone}")
        seconds = (at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    except ValueError:
        raise wrong("a time such as 2026-01-31T12:00:00Z", value) from None
    return moment(int(seconds), int((fraction or "").ljust(9, "0")))


def moment(seconds: int, nanos: int) -> bytes:
    """What durations and times are on the wire."""
    written = tag(1, VARINT) + varint(seconds) if seconds else b""
    return written + tag(2, VARINT) + varint(nanos) if nanos else written


def struct(value: object) -> bytes:
    """A JSON object, whatever is in it."""
    if not isinstance(value, dict):
        raise wrong("a mapping", value)
    return b"".join(
        [
            nested(1, nested(1, key.encode()) + nested(2, any_value(value[key])))
            for key in sorted(value)
        ]
    )


def any_list(value: object) -> bytes:
    """A list of JSON's values."""
    if not isinstance(value, list):
        raise wrong("a list", value)
    return b"".join([nested(1, any_value(item)) for item in value])


def any_value(value: object) -> bytes:
    """One of JSON's values, with its type."""
    match value:
        case None:
            return tag(1, VARINT) + b"\x00"
        case bool():
            return tag(4, VARINT) + (b"\x01" if value else b"\x00")
        case int() | float():
            return tag(2, FIXED64) + double(float(value))
        case str():
            return nested(3, value.encode())
        case list():
            return nested(6, any_list(value))
        case _:
            return nested(5, struct(value))


def wrapper(kind: str) -> Callable[[object], bytes]:
    """What writes the message that stands for a value of a type that may be absent."""
    write, unset, front = SCALARS[kind], zero(kind), tag(1, WIRE_TYPES[kind])

    def wrapped(value: object) -> bytes:
        written = write(value)
        return b"" if written == unset else front + written

    return wrapped


def _with_size(write: Callable[[object], bytes]) -> Writer:
    return lambda value: sized(write(value))


WELL_KNOWN: dict[str, Writer] = {
    name: _with_size(write)
    for name, write in {
        "google.BoolValue": wrapper("bool"),
        "google.DoubleValue": wrapper("double"),
        "google.Duration": duration,
        "google.Int32Value": wrapper("int32"),
        "google.Int64Value": wrapper("int64"),
        "google.Struct": struct,
        "google.Timestamp": timestamp,
        "google.UInt32Value": wrapper("uint32"),
        "google.UInt64Value": wrapper("uint64"),
    }.items()
}
"""Those that Istio's messages use; with their length in front, as in a field."""
