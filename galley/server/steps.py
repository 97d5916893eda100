"""The message that leads from one content of a view to its present one, built once for everybody.

Nothing is encoded here: contents are joined as they are. A small step is one WebSocket frame, ready
to be written to any number of sockets. A larger one is an UPDATE with CHUNKs behind it, each packed
when the first subscriber needs it and shared by all who take the same step.

The nonce belongs to the step, so the acknowledgement is the same bytes from everybody.
"""

import hashlib
import itertools
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from galley.protocol import messages
from galley.protocol.codec import compress, frame
from galley.protocol.messages import PREFIX_SIZE, Ack, Chunk, Note, Update
from galley.server.content import Content
from galley.server.slices import Job
from galley.server.views import LiveView
from pipeline.model import Buckets, Key
from pipeline.model.digest import BUCKETS, bucket_of

INLINE_KEYS = 500
INLINE_BYTES = 64 * 1024
"""A step within both is built and written on the spot."""
CHUNK_BYTES = 256 * 1024
"""What a chunk aims at: packing and writing one must be a small part of a slice."""
KEY_BYTES = 16
"""Overhead that is counted per resource."""

_nonces = itertools.count(1)


class Part(NamedTuple):
    """What one message of a step carries."""

    upserts: list[bytes]
    removals: list[Key]


class Step:
    """One way to the present content of a view."""

    __slots__ = (
        "__weakref__",
        "_head",
        "_packed",
        "_parts",
        "ack",
        "base",
        "frame",
        "kind",
        "nonce",
        "resources",
        "target",
        "version",
        "zstd",
    )

    def __init__(self, head: Update, parts: list[Part], *, zstd: bool, kind: str) -> None:
        self.nonce = head.nonce
        self.base = head.base
        self.target = head.target
        self.version = head.note.number
        self.kind = kind
        """delta, repair or full; for counting."""
        self.ack = messages.encode(Ack(head.view, head.nonce, head.target))
        """The acknowledgement as it must come."""
        self.resources = sum(len(part.upserts) + len(part.removals) for part in parts)
        self._head, self._parts, self.zstd = head, parts, zstd
        self._packed: list[bytes | None] = [None] * self.messages
        self.frame: bytes | None = None
        """The whole step as one WebSocket frame, if it is small."""
        if self.messages == 1 and len(self.packed(0)) <= INLINE_BYTES:
            self.frame = self.packed(0)

    @property
    def messages(self) -> int:
        """How many messages it takes."""
        return 1 if len(self._parts) == 1 else 1 + len(self._parts)

    def packed(self, index: int) -> bytes:
        """One message as a frame, packed on first use."""
        packed = self._packed[index]
        if packed is None:
            payload = messages.encode(self._message(index))
            packed = self._packed[index] = frame(compress(payload) if self.zstd else payload)
        return packed

    def _message(self, index: int) -> Update | Chunk:
        if len(self._parts) == 1:
            return self._head._replace(upserts=self._parts[0][0], removals=self._parts[0][1])
        if index == 0:
            return self._head._replace(chunks=len(self._parts))
        return Chunk(self._head.view, self.nonce, index, *self._parts[index - 1])


def inline(live: LiveView, content: Content, note: Note, base: bytes, *, zstd: bool) -> Step | None:
    """The step from a remembered content, if it is small enough to be built on the spot."""
    if live.history.size_since(base) > INLINE_KEYS and base != live.digest:
        return None
    changes = _changes(live, base)
    if changes is None:
        return None
    part, size = Part([], []), 0
    for key, was in changes.items():
        size += _add(part, live, content, key, was)
        if size > INLINE_BYTES:
            return None
    return Step(_head(live, note, base), [part], zstd=zstd, kind="delta")


def delta(
    live: LiveView, content: Content, note: Note, base: bytes, *, zstd: bool
) -> Job[Step | None]:
    """The step from a remembered content of any size; None if it is not remembered."""
    changes = _changes(live, base)
    if changes is None:
        return None
    head, parts = _head(live, note, base), _Parts()
    moment = content.selection(live.view)
    for count, (key, was) in enumerate(changes.items(), 1):
        body = moment.get(key)
        parts.add(key, was, body if body is not None and live.holds(body) else None)
        if count % 50 == 0:
            yield 0.0
    return Step(head, parts.all, zstd=zstd, kind="delta")


def full(live: LiveView, content: Content, note: Note, *, zstd: bool) -> Job[Step]:
    """The step from nothing."""
    head, parts = _head(live, note, None), _Parts()
    for count, (_, body) in enumerate(content.selection(live.view), 1):
        if live.holds(body):
            parts.put(body)
        if count % 100 == 0:
            yield 0.0
    return Step(head, parts.all, zstd=zstd, kind="full")


def repair(
    live: LiveView, content: Content, note: Note, prefixes: bytes, *, zstd: bool
) -> Job[Step | None]:
    """The step that replaces the buckets which differ; None if the full state is hardly longer."""
    different = _different(live.buckets, prefixes)
    if 2 * _size(live.buckets, different) > len(live.buckets):
        return None
    if not different:
        return Step(_head(live, note, live.digest), [Part([], [])], zstd=zstd, kind="repair")
    head = _head(live, note, None)._replace(buckets=sorted(different))
    parts = _Parts()
    for count, (key, body) in enumerate(content.selection(live.view), 1):
        if bucket_of(key.hash) in different and live.holds(body):
            parts.put(body)
        if count % 100 == 0:
            yield 0.0
    return Step(head, parts.all, zstd=zstd, kind="repair")


class _Parts:
    """Parts of about the size of a chunk."""

    def __init__(self) -> None:
        self.all = [Part([], [])]
        self._size = 0

    @property
    def last(self) -> Part:
        return self.all[-1]

    def put(self, body: bytes) -> None:
        self.last.upserts.append(body)
        self._grow(len(body))

    def add(self, key: Key, was: bytes | None, body: bytes | None) -> None:
        """What became of a key, unless it is what it was."""
        if body is not None:
            if hashlib.sha256(body).digest() != was:
                self.put(body)
        elif was is not None:
            self.last.removals.append(key)
            self._grow(sum(map(len, key)))

    def _grow(self, size: int) -> None:
        self._size += size + KEY_BYTES
        if self._size >= CHUNK_BYTES:
            self.all.append(Part([], []))
            self._size = 0


def _changes(live: LiveView, base: bytes) -> Mapping[Key, bytes | None] | None:
    return {} if base == live.digest else live.history.since(base)


def _add(part: Part, live: LiveView, content: Content, key: Key, was: bytes | None) -> int:
    """Put what became of a key into the part; about how many bytes that takes."""
    now = live.buckets.get(key.hash)
    if now == was:
        return 0
    if now is None:
        part.removals.append(key)
        return sum(map(len, key)) + KEY_BYTES
    body = content[key]
    part.upserts.append(body)
    return len(body) + KEY_BYTES


def _head(live: LiveView, note: Note, base: bytes | None) -> Update:
    return Update(live.number, next(_nonces), note, base, live.digest, [], 0, [], [])


def _different(buckets: Buckets, prefixes: bytes) -> frozenset[int]:
    return frozenset(
        bucket
        for bucket in range(BUCKETS)
        if not prefixes.startswith(
            buckets.bucket_digest(bucket)[:PREFIX_SIZE], bucket * PREFIX_SIZE
        )
    )


def _size(buckets: Buckets, some: Iterable[int]) -> int:
    return sum(1 for bucket in some for _ in buckets.bucket_hashes(bucket))
