"""What the two ends of the stream say to each other; `docs/protocol.md` is the same for people.

A message is a msgpack array whose first element is the number of its type. Here every message is a
NamedTuple whose fields are the other elements in order. `encode` and `decode` are inverse, and
`decode` lets nothing pass that has not the documented shape: what comes out of it can be used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self, TypeAlias

import msgpack

from pipeline.model import Key

SUBPROTOCOL = "galley.v1.msgpack"
PATH = "/v1/stream"
DIGEST_SIZE = 32
PREFIX_SIZE = 8
"""Bytes of a bucket's digest that `Buckets` carries; the final digest catches what they miss."""
MOST_SELECTED = 1024
"""Most collections, namespaces or labels that one view may name."""


class ProtocolError(Exception):
    """The other end said something that is not a message of this protocol."""


@dataclass(frozen=True, slots=True)
class View:
    """Which resources a subscription wants, normalised: equal views compare equal.

    An empty field selects everything; labels must all be equal. A collection may be written as
    group/version/Kind or v1/Kind; the version is dropped.
    """

    collections: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        collections: tuple[str, ...] | list[str] = (),
        namespaces: tuple[str, ...] | list[str] = (),
        labels: Mapping[str, str] | None = None,
    ) -> Self:
        """The view that selects these, in any order and spelling."""
        return cls(
            tuple(sorted({_collection(name) for name in collections})),
            tuple(sorted(set(namespaces))),
            tuple(sorted((labels or {}).items())),
        )

    def selects(self, collection: str, namespace: str) -> bool:
        """Whether collection and namespace are selected; labels are not looked at."""
        return not (
            (self.collections and collection not in self.collections)
            or (self.namespaces and namespace not in self.namespaces)
        )

    def selects_labels(self, labels: Mapping[str, str]) -> bool:
        return all(labels.get(name) == value for name, value in self.labels)

    def as_map(self) -> dict[str, Any]:
        """The view as it travels."""
        return {
            "collections": list(self.collections),
            "namespaces": list(self.namespaces),
            "labels": dict(self.labels),
        }


class Have(NamedTuple):
    """What a subscriber holds when it subscribes."""

    lineage: str
    version: int
    digest: bytes


class Note(NamedTuple):
    """The version that an update leads to."""

    lineage: str
    number: int
    kind: str
    """publish, rollback, environment or restore."""
    restores: int
    """Number of the version whose content a rollback restored; 0 otherwise."""
    time: float
    author: str
    reason: str


class Hello(NamedTuple):
    """Server, once, first: who it is and what it allows."""

    server: str
    limits: dict[str, Any]
    """message_bytes, receive_bytes, subscriptions, heartbeat and slow_reader (seconds), zstd."""


class Subscribe(NamedTuple):
    """Client: asks for a view of a channel."""

    id: int
    """Chosen by the client, unique on the connection."""
    channel: str
    node: str
    view: View
    have: Have | None
    zstd: bool
    max_staleness: float
    """Seconds after which the subscriber counts itself stale; 0: it has no opinion."""


class Subscribed(NamedTuple):
    """Server: the subscription is on; its updates carry this number as `view`."""

    id: int
    view: int
    lineage: str
    version: int
    """The live version; 0 while nothing is published."""


class Ended(NamedTuple):
    """Server: a subscription was refused or is over; the connection stays."""

    id: int
    code: str
    """no-channel, forbidden, limit, invalid or unsubscribed."""
    reason: str


class Update(NamedTuple):
    """Server: leads from one content of a view to the next."""

    view: int
    nonce: int
    note: Note
    base: bytes | None
    """Digest of the content it starts from; None: from nothing, or from the listed buckets."""
    target: bytes
    """Digest of the view once it is applied."""
    buckets: list[int]
    """With base None: only these buckets are emptied first; none listed: everything is."""
    chunks: int
    """How many CHUNK messages follow; 0: this message is the whole update."""
    upserts: list[bytes]
    removals: list[Key]


class Chunk(NamedTuple):
    """Server: part of the update with this nonce; the last one completes it."""

    view: int
    nonce: int
    index: int
    """From 1 to the update's `chunks`."""
    upserts: list[bytes]
    removals: list[Key]


class Ack(NamedTuple):
    """Client: the update was applied and the view has this digest."""

    view: int
    nonce: int
    digest: bytes


class Nack(NamedTuple):
    """Client: the update was not applied."""

    view: int
    nonce: int
    kind: str
    """invalid: the content is wrong · retry: not now · mismatch: the digest came out different."""
    reason: str
    resources: list[tuple[Key, str]]


class Compare(NamedTuple):
    """Server: what the client has is unknown; it is asked for its bucket digests."""

    view: int


class BucketDigests(NamedTuple):
    """Client: the first 8 bytes of each of its 4,096 bucket digests, in order."""

    view: int
    prefixes: bytes


class Resend(NamedTuple):
    """Client: send the view again from nothing; what it had is lost or not trusted."""

    view: int


class Unsubscribe(NamedTuple):
    """Client: the subscription is over; answered by ENDED."""

    id: int


class Heartbeat(NamedTuple):
    """Either: still here."""


class Compressed(NamedTuple):
    """Server: another message as one zstd frame that states its size."""

    data: bytes


Message: TypeAlias = (
    Hello
    | Subscribe
    | Subscribed
    | Ended
    | Update
    | Chunk
    | Ack
    | Nack
    | Compare
    | BucketDigests
    | Resend
    | Unsubscribe
    | Heartbeat
    | Compressed
)


def encode(message: Message) -> bytes:
    """The bytes of one message."""
    fields = [NUMBERS[type(message)], *message]
    if isinstance(message, Subscribe):
        fields[4] = message.view.as_map()
    packed: bytes = msgpack.packb(fields)
    return packed


def decode(data: bytes) -> Message:
    """The message that these bytes are.

    Raises:
        ProtocolError: they are none; its text may be shown to the other end.
    """
    try:
        fields = msgpack.unpackb(data)
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise ProtocolError("a message is not msgpack") from error
    if not isinstance(fields, list) or not fields or type(fields[0]) is not int:
        raise ProtocolError("a message is an array that begins with the number of its type")
    known = TYPES.get(fields[0])
    if known is None:
        raise ProtocolError(f"there is no message of type {fields[0]}")
    kind, shapes = known
    if len(fields) != len(shapes) + 1:
        raise ProtocolError(f"{kind.__name__} has {len(shapes)} fields, not {len(fields) - 1}")
    values = []
    for name, shape, value in zip(kind._fields, shapes, fields[1:], strict=True):
        try:
            values.append(shape(value))
        except (ValueError, TypeError, ProtocolError) as error:
            raise ProtocolError(
                f"the field {name!r} of {kind.__name__} is wrong: {error}"
            ) from None
    return kind(*values)


def _collection(name: str) -> str:
    parts = name.split("/")
    if len(parts) == 3:
        return f"{parts[0]}/{parts[2]}"
    if len(parts) == 2 and parts[0][:1] == "v" and parts[0][1:2].isdigit():
        return f"core/{parts[1]}"
    return name


def _exactly(kind: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise ProtocolError(f"expected {kind.__name__}, got {type(value).__name__}")
        return value

    return check


_int, _text, _bytes, _flag = _exactly(int), _exactly(str), _exactly(bytes), _exactly(bool)
_list, _map = _exactly(list), _exactly(dict)


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value < 1e12:
        raise ProtocolError("expected seconds")
    return float(value)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**63:
        raise ProtocolError("expected a number from 0 to 2^63 - 1")
    return value


def _short(value: Any) -> str:
    if type(value) is not str or len(value) > 256:
        raise ProtocolError("expected text of at most 256 characters")
    return value


def _digest(value: Any) -> bytes:
    if type(value) is not bytes or len(value) != DIGEST_SIZE:
        raise ProtocolError("expected a digest of 32 bytes")
    return value


def _base(value: Any) -> bytes | None:
    return None if value is None else _digest(value)


def _contents(value: Any) -> list[bytes]:
    return [_bytes(item) for item in _list(value)]


def _key(value: Any) -> Key:
    collection, namespace, name = _list(value)
    return Key(_text(collection), _text(namespace), _text(name))


def _keys(value: Any) -> list[Key]:
    return [_key(item) for item in _list(value)]


def _blamed(value: Any) -> list[tuple[Key, str]]:
    if len(_list(value)) > MOST_SELECTED:
        raise ProtocolError(f"more than {MOST_SELECTED} resources are named")
    return [(_key(key), _text(reason)) for key, reason in value]


def _bucket_numbers(value: Any) -> list[int]:
    if not all(type(item) is int and 0 <= item < 4096 for item in _list(value)):
        raise ProtocolError("buckets are numbered from 0 to 4095")
    return list(value)


def _prefixes(value: Any) -> bytes:
    if type(value) is not bytes or len(value) != 4096 * PREFIX_SIZE:
        raise ProtocolError("expected 32,768 bytes")
    return value


def _view(value: Any) -> View:
    unknown = set(_map(value)) - {"collections", "namespaces", "labels"}
    if unknown:
        raise ProtocolError(f"unknown part {sorted(map(str, unknown))[0]!r}")
    names: list[list[str]] = []
    for part in ("collections", "namespaces"):
        names.append([_short(item) for item in _list(value.get(part, []))])
    labels = _map(value.get("labels", {}))
    if max(map(len, (*names, labels))) > MOST_SELECTED:
        raise ProtocolError(f"more than {MOST_SELECTED} names are given")
    for text in (*labels, *labels.values()):
        _short(text)
    return View.of(names[0], names[1], labels)


def _have(value: Any) -> Have | None:
    if value is None:
        return None
    lineage, version, digest = _list(value)
    return Have(_short(lineage), _count(version), _digest(digest))


def _note(value: Any) -> Note:
    lineage, number, kind, restores, time, author, reason = _list(value)
    told = (_text(lineage), _count(number), _text(kind), _count(restores))
    return Note(*told, _seconds(time), _text(author), _text(reason))


def _nack_kind(value: Any) -> str:
    if value not in ("invalid", "retry", "mismatch"):
        raise ProtocolError("expected invalid, retry or mismatch")
    return str(value)


TYPES: dict[int, tuple[type[Message], tuple[Callable[[Any], Any], ...]]] = {
    1: (Hello, (_text, _map)),
    2: (Subscribed, (_count, _count, _text, _count)),
    3: (Ended, (_count, _text, _text)),
    4: (
        Update,
        (_count, _count, _note, _base, _digest, _bucket_numbers, _count, _contents, _keys),
    ),
    5: (Chunk, (_count, _count, _count, _contents, _keys)),
    6: (Compare, (_count,)),
    7: (Compressed, (_bytes,)),
    8: (Heartbeat, ()),
    16: (Subscribe, (_count, _short, _short, _view, _have, _flag, _seconds)),
    17: (Unsubscribe, (_count,)),
    18: (Ack, (_count, _count, _digest)),
    19: (Nack, (_count, _count, _nack_kind, _text, _blamed)),
    20: (BucketDigests, (_count, _prefixes)),
    21: (Resend, (_count,)),
}
"""Number on the wire, message, and the check of each field in order."""

NUMBERS: dict[type, int] = {kind: number for number, (kind, _) in TYPES.items()}


class Close:
    """Close codes of the stream, besides those of RFC 6455."""

    PROTOCOL = 4000
    """A message that makes no sense; fix the client."""
    UNAUTHORIZED = 4001
    """The credential is no longer good."""
    SLOW = 4002
    """An update was not read or not acknowledged in time."""
    LIMIT = 4003
    """More connections or messages than allowed."""
    SILENT = 4004
    """No heartbeat came."""
    SHUTDOWN = 4005
    """The server stops; connect again."""
    INTERNAL = 4006
    """The server failed; connect again."""
