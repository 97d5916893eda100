"""Messages survive the wire, and nothing else passes for one."""

import contextlib
import os

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.protocol import codec, messages
from galley.protocol.messages import (
    Ack,
    BucketDigests,
    Chunk,
    Compare,
    Compressed,
    Ended,
    Have,
    Heartbeat,
    Hello,
    Message,
    Nack,
    Note,
    ProtocolError,
    Resend,
    Subscribe,
    Subscribed,
    Unsubscribe,
    Update,
    View,
)
from pipeline.model import Key

DIGEST = bytes(range(32))
KEY = Key("core/Service", "prod", "web")
NOTE = Note("lineage", 7, "rollback", 5, 1.5, "ann", "because")
EVERY: list[Message] = [
    Hello("galley/1", {"heartbeat": 15}),
    Subscribe(1, "mesh", "pilot", View.of(["core/Service"]), Have("x", 2, DIGEST), True, 3.0),
    Subscribe(1, "mesh", "", View(), None, False, 0.0),
    Subscribed(1, 2, "lineage", 3),
    Ended(1, "limit", "too many"),
    Update(1, 2, NOTE, DIGEST, DIGEST, [], 0, [b"content"], [KEY]),
    Update(1, 2, NOTE, None, DIGEST, [0, 4095], 3, [], []),
    Chunk(1, 2, 3, [b"content"], [KEY]),
    Ack(1, 2, DIGEST),
    Nack(1, 2, "invalid", "no", [(KEY, "bad")]),
    Compare(1),
    BucketDigests(1, bytes(32768)),
    Resend(1),
    Unsubscribe(1),
    Heartbeat(),
    Compressed(b"data"),
]


@pytest.mark.parametrize("message", EVERY, ids=lambda message: type(message).__name__)
def test_a_message_survives(message: Message) -> None:
    assert messages.decode(messages.encode(message)) == message


def test_every_type_is_tried() -> None:
    assert {type(message) for message in EVERY} == set(messages.NUMBERS)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_or_read_but_never_crash(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        messages.decode(data)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5) | st.binary(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(st.sampled_from(sorted(messages.TYPES)), st.lists(json_like, max_size=9))
def test_wrong_fields_are_refused_or_read_but_never_crash(
    number: int, fields: list[object]
) -> None:
    with contextlib.suppress(ProtocolError):
        messages.decode(msgpack.packb([number, *fields]))


@given(st.integers(0, 11))
def test_one_wrong_field_is_named(at: int) -> None:
    fields = [4, 1, 2, list(NOTE), DIGEST, DIGEST, [], 0, [b"x"], [list(KEY)]]
    at = 1 + at % (len(fields) - 1)
    name = Update._fields[at - 1]
    fields[at] = {"not": "that"}
    with pytest.raises(ProtocolError, match=f"'{name}' of Update"):
        messages.decode(msgpack.packb(fields))


@pytest.mark.parametrize(
    ("given_", "meant"),
    [
        ("core/Service", "core/Service"),
        ("v1/Service", "core/Service"),
        ("networking.istio.io/v1beta1/Gateway", "networking.istio.io/Gateway"),
    ],
)
def test_a_collection_is_understood_with_its_version(given_: str, meant: str) -> None:
    assert View.of([given_]).collections == (meant,)


def test_views_that_select_the_same_are_equal() -> None:
    one = View.of(["b/B", "a/A", "a/v1/A"], ["y", "x"], {"k": "v", "a": "b"})
    other = View.of(["a/A", "b/B"], ["x", "y", "x"], {"a": "b", "k": "v"})
    assert one == other
    assert hash(one) == hash(other)


def test_compression_is_undone() -> None:
    message = Chunk(1, 2, 1, [b"the same again " * 1000], [])
    packed = codec.compress(messages.encode(message))
    assert len(packed) < 500
    assert codec.read(packed, 1 << 20) == message


def test_what_would_not_get_shorter_is_not_compressed() -> None:
    payload = messages.encode(Chunk(1, 2, 1, [os.urandom(2000)], []))
    assert codec.compress(payload) is payload


@pytest.mark.parametrize("limit", [100, 1000])
def test_a_bomb_is_refused_by_the_size_that_it_states(limit: int) -> None:
    packed = codec.compress(messages.encode(Chunk(1, 2, 1, [bytes(1 << 20)], [])))
    with pytest.raises(ProtocolError, match="allowed"):
        codec.read(packed, limit)


@pytest.mark.parametrize("data", [b"", b"junk", bytes(100)])
def test_a_damaged_compression_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        codec.read(messages.encode(Compressed(data)), 1 << 20)


@pytest.mark.parametrize(("size", "header"), [(5, 2), (125, 2), (126, 4), (65535, 4), (65536, 10)])
def test_a_frame_has_the_shortest_header(size: int, header: int) -> None:
    assert len(codec.frame(bytes(size))) == size + header
