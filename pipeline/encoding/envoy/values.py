"""Values that JSON writes in ways of their own: protobuf's messages, and those that an `Any` holds.

A duration is what protobuf's mapping of JSON allows, seconds with up to nine digits behind the
point, and Envoy can count in 64 bits of nanoseconds; it refuses negative ones.
"""

import re
from collections.abc import Callable

from pipeline.encoding.envoy.types import UnknownTypeError
from pipeline.encoding.protobuf.problems import Problem, UnwritableError, wrong
from pipeline.encoding.protobuf.scalars import Writer
from pipeline.encoding.protobuf.well_known import WELL_KNOWN, any_list, any_value, moment, wrapper
from pipeline.encoding.protobuf.wire_format import nested, read_varint, sized, text
from pipeline.model.messages import encoding as messages

ANY = "google.protobuf.Any"
VALUE = "google.protobuf.Value"
TYPE = "@type"
"""The field that says what an `Any` holds."""

_DURATION = re.compile(r"(\d{1,10})(?:\.(\d{1,9}))?s", re.ASCII)
_MOST_SECONDS = 9_223_372_035


def duration(value: object) -> bytes:
    """`1.5s`, up to 292 years."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) > _MOST_SECONDS:
        raise wrong("a duration in seconds such as 1.5s", value)
    return moment(int(found[1]), int((found[2] or "").ljust(9, "0")))


def field_mask(value: object) -> bytes:
    """`name,typedConfig`: the paths of fields."""
    if not isinstance(value, str):
        raise wrong("names of fields with commas between", value)
    paths = (
        re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", each) for each in value.split(",")
    )
    return b"".join([nested(1, path.encode()) for path in paths if path])


def _with_size(write: Writer) -> Writer:
    return lambda value: sized(write(value))


VALUES: dict[str, Writer] = {
    **{name.replace("google.", "google.protobuf."): write for name, write in WELL_KNOWN.items()},
    **{
        f"google.protobuf.{name}": _with_size(write)
        for name, write in {
            "BytesValue": wrapper("bytes"),
            "Duration": duration,
            "FieldMask": field_mask,
            "FloatValue": wrapper("float"),
            "ListValue": any_list,
            "StringValue": wrapper("string"),
            "Value": any_value,
        }.items()
    },
}
"""By full name; with their length in front, as in a field."""


def packed(find: Callable[[str], Writer]) -> Writer:
    """What writes an `Any`, with its length in front.

    Args:
        find: from a message's full name to what writes it, without its length; raises
            UnknownTypeError.
    """

    def write(value: object) -> bytes:
        if not isinstance(value, dict):
            raise wrong(f"a mapping with {TYPE}", value)
        url = value.get(TYPE)
        if not isinstance(url, str):
            raise UnwritableError([Problem(messages.TYPE_MISSING, {})])
        rest = {name: item for name, item in value.items() if name != TYPE}
        body = _of_type(url, find)(rest)
        return sized(text(1, url) + (nested(2, body) if body else b""))

    return write


def _of_type(url: str, find: Callable[[str], Writer]) -> Writer:
    host, _, name = url.rpartition("/")
    if not host:
        raise _unknown(url, "; it begins with type.googleapis.com/")
    if name in VALUES:
        return _under_value(VALUES[name])
    if name == ANY:
        return _under_value(packed(find))
    try:
        return find(name)
    except UnknownTypeError as error:
        raise _unknown(url, error.hint) from None


def _unknown(url: str, hint: str) -> UnwritableError:
    return UnwritableError([Problem(messages.TYPE_UNKNOWN, {"type": url, "hint": hint}, (TYPE,))])


def _under_value(write: Writer) -> Writer:
    """A message whose JSON is no mapping of its fields stands under `value`."""

    def bare(rest: object) -> bytes:
        held = rest if isinstance(rest, dict) else {}
        strays = [name for name in held if name != "value"]
        if strays:
            facts = {"holder": "Any", "hint": f"; beside {TYPE} it has value"}
            raise UnwritableError(
                [Problem(messages.UNKNOWN_FIELD, facts, (name,)) for name in strays]
            )
        try:
            written = write(held.get("value"))
        except UnwritableError as error:
            raise UnwritableError(error.below("value")) from None
        return written[read_varint(written, 0)[1] :]

    return bare
