"""A resource is its canonical bytes: equal content, equal digest; odd values are refused."""

from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Key, Resource, UnencodableError
from pipeline.model.canonical import canonical
from pipeline.model.resource import read_header

KEY = Key("core/ConfigMap", "default", "a")

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
BODIES = st.dictionaries(
    st.text(),
    st.recursive(LEAVES, lambda c: st.lists(c) | st.dictionaries(st.text(), c), max_leaves=10),
)


def shuffled(value: Any) -> Any:
    """The same value with every map in the opposite order."""
    if isinstance(value, dict):
        return {name: shuffled(value[name]) for name in reversed(list(value))}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@given(BODIES)
def test_the_order_of_maps_does_not_matter(body: dict[str, Any]) -> None:
    one = Resource.build(KEY, "v1", body=body)
    other = Resource.build(KEY, "v1", body=shuffled(body))

    assert one.content == other.content


@given(BODIES)
def test_encoding_twice_changes_nothing(body: dict[str, Any]) -> None:
    resource = Resource.build(KEY, "v1", body=body)

    again = Resource.build(KEY, "v1", body=resource.document().body)

    assert again == resource
    assert Resource.decode(resource.content) == resource


@given(BODIES)
def test_map_keys_are_sorted_by_their_bytes(body: dict[str, Any]) -> None:
    held = canonical(body)

    assert isinstance(held, dict)
    assert list(held) == sorted(body, key=lambda name: name.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("value", "stored"), [(1.0, 1), (-0.0, 0), (2.0**53, 2**53), (0.5, 0.5), (1e300, 1e300)]
)
def test_integral_floats_become_integers(value: float, stored: float) -> None:
    held = Resource.build(KEY, "v1", body={"x": value}).document().body["x"]

    assert (held, type(held)) == (stored, type(stored))


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**64, -(2**63) - 1, {1: "x"}, b"x", "\ud800"]
)
def test_what_has_no_canonical_form_is_refused_with_its_path(value: object) -> None:
    with pytest.raises(UnencodableError) as caught:
        Resource.build(KEY, "v1", body={"spec": [{"x": value}]})

    assert caught.value.path[:2] == ("spec", 0)


def test_a_bad_label_is_placed_in_the_metadata() -> None:
    with pytest.raises(UnencodableError) as caught:
        Resource.build(KEY, "v1", labels={"a": "\ud800"})

    assert caught.value.path == ("metadata", "labels", "a")


def test_the_header_is_read_without_the_body() -> None:
    resource = Resource.build(KEY, "v1", labels={"a": "b"}, body={"data": {"x": "1"}})

    assert read_header(resource.content) == (KEY, "v1", {"a": "b"})


@pytest.mark.parametrize("damage", [b"", b"\x98", msgpack.packb([1, 2]), msgpack.packb([2] * 8)])
def test_other_bytes_are_no_resource(damage: bytes) -> None:
    with pytest.raises(ValueError, match="not an encoded resource"):
        Resource.decode(damage)


@pytest.mark.parametrize("text", ["", "a", "core/ConfigMap", "core/ConfigMap/ns", "/x/y/z"])
def test_other_texts_are_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        Key.parse(text)


@pytest.mark.parametrize("key", [KEY, Key("core/Namespace", "", "a"), Key("g/K", "n", "a:b")])
def test_a_key_reads_back(key: Key) -> None:
    assert Key.parse(str(key)) == key
