"""Random values of every message, as JSON, drawn by the tables alone."""

import base64
from functools import cache
from typing import Any

from hypothesis import strategies as st

from pipeline.encoding.istio import ISTIO, MCP
from pipeline.encoding.mesh import STRUCT
from pipeline.encoding.protobuf import Generation, catalogue
from pipeline.encoding.protobuf.notation import Enum, Field, Message

Json = st.SearchStrategy[Any]

ROOTS = sorted(
    (wire.generation, body)
    for wire in (ISTIO, MCP)
    for body in set(wire.bodies.values())
    if body != STRUCT
)
"""Every message that is the body of a resource, with the generation of its wire."""

_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
_MOST_FIELDS = 4


def _whole(least: int, most: int) -> Json:
    numbers = st.integers(least, most)
    return st.one_of(numbers, st.sampled_from((least, most, 0)), numbers.map(str))


def _fraction(nanos: int) -> str:
    return f".{nanos:09d}" if nanos else ""


_DOUBLE = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**53), 2**53),
    st.sampled_from(("NaN", "Infinity", "-Infinity", "1.5", "-2e3")),
)
_DURATION = st.builds(
    lambda sign, seconds, nanos: f"{sign}{seconds}{_fraction(nanos)}s",
    st.sampled_from(("", "-")),
    st.integers(0, 9_000_000_000),
    st.one_of(st.just(0), st.integers(0, 999_999_999)),
)
_TIMESTAMP = st.builds(
    lambda at, nanos: f"{at.isoformat(timespec='seconds')}{_fraction(nanos)}Z",
    st.datetimes(),
    st.one_of(st.just(0), st.integers(0, 999_999_999)),
)
_ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), _TEXT, st.integers(-(2**53), 2**53), st.just(0.5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXT, inner, max_size=3)),
    max_leaves=6,
)
_SIMPLE: dict[str, Json] = {
    "bool": st.booleans(),
    "bytes": st.binary(max_size=6).map(lambda data: base64.b64encode(data).decode()),
    "double": _DOUBLE,
    "int32": _whole(-(2**31), 2**31 - 1),
    "int64": _whole(-(2**63), 2**63 - 1),
    "string": _TEXT,
    "uint32": _whole(0, 2**32 - 1),
    "uint64": _whole(0, 2**64 - 1),
    "google.Duration": _DURATION,
    "google.Struct": st.dictionaries(_TEXT, _ANY_JSON, max_size=3),
    "google.Timestamp": _TIMESTAMP,
}
_SIMPLE |= {
    f"google.{name}Value": _SIMPLE[name.lower()]
    for name in ("Bool", "Double", "Int32", "Int64", "UInt32", "UInt64")
}


@cache
def values(name: str, generation: Generation) -> Json:
    """Values of the message of that full name."""
    return _message(catalogue.message(name, generation), generation)


@st.composite
def _message(draw: st.DrawFn, message: Message, generation: Generation) -> dict[str, Any]:
    """A few of its fields, of each oneof at most one, under either of their names."""
    if not message.fields:
        return {}
    picked = st.lists(
        st.sampled_from(message.fields),
        max_size=_MOST_FIELDS,
        unique_by=lambda field: field.oneof or field.name,
    )
    return {
        draw(st.sampled_from((field.name, field.json_name))): draw(_field(field, generation))
        for field in draw(picked)
    }


@cache
def _field(field: Field, generation: Generation) -> Json:
    one = _value(field.type, generation)
    if field.key:
        keys = _TEXT if field.key == "string" else st.integers(0, 2**32 - 1).map(str)
        one = st.dictionaries(keys, one, max_size=3)
    elif field.repeated:
        one = st.lists(one, max_size=3)
    chosen_by_null = field.oneof and generation is Generation.ISTIO_1_4
    return one if chosen_by_null else st.one_of(one, st.none())


def _value(kind: str, generation: Generation) -> Json:
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    declared = catalogue.declared(kind, generation)
    if isinstance(declared, Enum):
        names = list(declared.numbers)
        return st.sampled_from([*names, *declared.numbers.values(), 4711])
    return st.deferred(lambda: values(kind, generation))
