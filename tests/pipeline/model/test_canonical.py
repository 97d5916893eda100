"""The quick way to canonical bytes is the slow one: byte for byte, and refusal for refusal."""

import datetime as dt
import enum
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgpack
import ormsgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.model import UnencodableError
from pipeline.model.canonical import canonical, pack


class Colour(enum.StrEnum):
    RED = "red"


class Size(enum.IntEnum):
    LARGE = 3


class Text(str):
    __slots__ = ()


class Pair(NamedTuple):
    left: int
    right: int


@dataclass
class Thing:
    name: str


STRANGE = [
    b"bytes",
    bytearray(b"x"),
    memoryview(b"x"),
    dt.date(2026, 1, 1),
    dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    uuid.UUID(int=1),
    Colour.RED,
    Size.LARGE,
    Text("text"),
    Pair(1, 2),
    Thing("a"),
    OrderedDict(a=1),
    {1, 2},
    1j,
    2**64,
    -(2**63) - 1,
    float("nan"),
    float("inf"),
    "\ud800",
    {1: "a"},
    {None: "a"},
    {"\udfff": 1},
    ormsgpack.Ext(1, b"x"),
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text()
    | st.text(alphabet="ÄĳŁɐדͰaz~", max_size=300)
    | st.sampled_from(STRANGE)
)
VALUES = st.recursive(
    LEAVES,
    lambda c: st.lists(c) | st.dictionaries(st.text(), c) | st.tuples(c, c),
    max_leaves=20,
)


def outcome(way: Any, value: object) -> object:
    """The bytes, or why there are none and where."""
    try:
        return way(value)
    except UnencodableError as error:
        return error.problem, error.path


def slow(value: object) -> bytes:
    try:
        packed: bytes = msgpack.packb(canonical(value))
    except UnicodeEncodeError:
        # Which text it is, is told from the value; that has a test of its own.
        raise UnencodableError("surrogate") from None
    return packed


@given(VALUES)
@example({"b": 203, "a": ["x" * 0xCB, 0xCB00, "Łódź"]})
@example(["x"] * 0xC4)
@example({"long" * 100: "y" * 70_000})
def test_both_ways_lead_to_the_same(value: object) -> None:
    quick, by_hand = outcome(pack, value), outcome(slow, value)

    assert by_hand in (quick, ("surrogate", ()))


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: type(value).__name__)
def test_what_is_strange_is_refused_where_it_is(value: object) -> None:
    with pytest.raises(UnencodableError) as caught:
        pack({"a": [True, value]})

    assert caught.value.path[:2] == ("a", 1)


def test_what_is_nested_deep_is_packed() -> None:
    """Deeper than any source lets pass."""
    value: list[Any] = []
    for _ in range(300):
        value = [value]

    assert msgpack.unpackb(pack(value)) == value
