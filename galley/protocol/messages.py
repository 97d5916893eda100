"""What the two ends of the stream say to each other; `docs/protocol.md` is the same for people.

A message is a msgpack array whose first element is the number of its type. Here every message is a
NamedTuple whose fields are the other elements in order. `encode` and `decode` are inverse, and
`decode` lets nothing pass that has not the documented shape: what comes out of it can be used.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import msgpack

from galley.protocol import shapes
from galley.protocol.close import Close
from galley.protocol.shapes import MOST_NAMED, PREFIX_SIZE, ProtocolError
from galley.protocol.view import View
from pipeline.model import Key

__all__ = [
    "MOST_NAMED",
    "PATH",
    "PREFIX_SIZE",
    "SUBPROTOCOL",
    "Ack",
    "BucketDigests",
    "Chunk",
    "Close",
    "Compare",
    "Compressed",
    "Ended",
    "Have",
    "Heartbeat",
    "Hello",
    "Message",
    "Nack",
    "Note",
    "ProtocolError",
    "Resend",
    "Subscribe",
    "Subscribed",
    "Unsubscribe",
    "Update",
    "View",
    "decode",
    "encode",
]

SUBPROTOCOL = "galley.v1.msgpack"
PATH = "/v1/stream"


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
    number: int
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


def _have(value: Any) -> Have | None:
    if value is None:
        return None
    lineage, version, digest = shapes.array(value)
    return Have(shapes.short(lineage), shapes.count(version), shapes.digest(digest))


def _note(value: Any) -> Note:
    lineage, number, kind, restores, time, author, reason = shapes.array(value)
    told = (shapes.text(lineage), shapes.count(number), shapes.text(kind), shapes.count(restores))
    return Note(*told, shapes.seconds(time), shapes.text(author), shapes.text(reason))


TYPES: dict[int, tuple[type[Message], tuple[Callable[[Any], Any], ...]]] = {
    1: (Hello, (shapes.text, shapes.mapping)),
    2: (Subscribed, (shapes.count, shapes.count, shapes.text, shapes.count)),
    3: (Ended, (shapes.count, shapes.text, shapes.text)),
    4: (
        Update,
        (
            shapes.count,
            shapes.count,
            _note,
            shapes.base,
            shapes.digest,
            shapes.bucket_numbers,
            shapes.count,
            shapes.contents,
            shapes.keys,
        ),
    ),
    5: (Chunk, (shapes.count, shapes.count, shapes.count, shapes.contents, shapes.keys)),
    6: (Compare, (shapes.count,)),
    7: (Compressed, (shapes.binary,)),
    8: (Heartbeat, ()),
    16: (
        Subscribe,
        (shapes.count, shapes.short, shapes.short, shapes.view, _have, shapes.flag, shapes.seconds),
    ),
    17: (Unsubscribe, (shapes.count,)),
    18: (Ack, (shapes.count, shapes.count, shapes.digest)),
    19: (Nack, (shapes.count, shapes.count, shapes.nack_kind, shapes.text, shapes.blamed)),
    20: (BucketDigests, (shapes.count, shapes.prefixes)),
    21: (Resend, (shapes.count,)),
}
"""Number on the wire, message, and the check of each field in order."""

NUMBERS: dict[type, int] = {kind: number for number, (kind, _) in TYPES.items()}
