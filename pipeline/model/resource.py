"""One configuration object, frozen, at rest as bytes.

The bytes are the canonical msgpack of the whole resource. They are what the digest is taken of,
what the store keeps and what the stream sends: a resource is encoded once and never again. Where
it came from (`Origin`) is a fact beside it, outside the digest.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import msgpack

from pipeline.model.canonical import UnencodableError, pack
from pipeline.model.key import Key

FORMAT = 1
"""The leading element of every encoded resource: the version of this encoding."""

_ARRAY_OF_8 = b"\x98"
"""How msgpack begins an array of eight elements."""

_PARTS: dict[str | int, tuple[str, ...]] = {
    5: ("metadata", "labels"),
    6: ("metadata", "annotations"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded resource: what stages read. Treat it as read-only; build a new Resource instead."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    body: Mapping[str, Any]
    """Every top-level field except apiVersion, kind, metadata and status."""


class Header(NamedTuple):
    """What can be read of an encoded resource without decoding its body."""

    key: Key
    api_version: str
    labels: dict[str, str]


class Resource:
    """apiVersion, key, labels, annotations and body of one object; equal when the digests are."""

    __slots__ = ("api_version", "content", "digest", "key")

    def __init__(self, key: Key, api_version: str, content: bytes, digest: bytes) -> None:
        self.key = key
        self.api_version = api_version
        self.content = content
        """Canonical msgpack `[1, collection, apiVersion, namespace, name, labels, annotations,
        body]`."""
        self.digest = digest
        """SHA-256 of `content`, 32 bytes."""

    @classmethod
    def build(
        cls,
        key: Key,
        api_version: str,
        *,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Self:
        """Encode the parts.

        Raises:
            UnencodableError: a value has no canonical form; its path starts at `metadata` or at a
                top-level field of the body.
        """
        parts = [FORMAT, key.collection, api_version, key.namespace, key.name]
        try:
            content = pack([*parts, labels or {}, annotations or {}, body or {}])
        except UnencodableError as error:
            where = (*_PARTS.get(error.path[0], ()), *error.path[1:]) if error.path else ()
            raise UnencodableError(error.problem, where) from None
        return cls(key, api_version, content, hashlib.sha256(content).digest())

    def with_metadata(
        self,
        *,
        key: Key | None = None,
        labels: Mapping[str, str],
        annotations: Mapping[str, str],
    ) -> Self:
        """The same body under another key, labels or annotations; its bytes are taken as they are.

        Raises:
            UnencodableError: a label or annotation has no canonical form.
        """
        key = key or self.key
        parts = [FORMAT, key.collection, self.api_version, key.namespace, key.name]
        head = pack([*parts, labels, annotations])
        content = _ARRAY_OF_8 + head[1:] + self.content[_body_offset(self.content) :]
        return type(self)(key, self.api_version, content, hashlib.sha256(content).digest())

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The resource that these canonical bytes are; the digest is computed from them.

        Raises:
            ValueError: these are not the bytes of a resource of this format.
        """
        header = read_header(content)
        return cls(header.key, header.api_version, content, hashlib.sha256(content).digest())

    def document(self) -> Document:
        """Decode labels, annotations and body; some microseconds for 1 kB, so nobody keeps it."""
        parts = msgpack.unpackb(self.content)
        return Document(labels=parts[5], annotations=parts[6], body=parts[7])

    @property
    def labels(self) -> dict[str, str]:
        """The labels alone, read without decoding the body."""
        return read_header(self.content).labels

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Resource) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Resource {self.key} {self.digest.hex()[:12]}>"


def read_header(content: bytes) -> Header:
    """Key, apiVersion and labels of an encoded resource; the body is not decoded.

    Raises:
        ValueError: these are not the bytes of a resource of this format.
    """
    unpacker = msgpack.Unpacker(max_buffer_size=len(content))
    unpacker.feed(content)
    try:
        if unpacker.read_array_header() != 8 or unpacker.unpack() != FORMAT:
            raise ValueError("not an encoded resource of format 1")
        collection, api_version, namespace, name, labels = (unpacker.unpack() for _ in range(5))
    except (msgpack.UnpackException, msgpack.ExtraData) as error:
        raise ValueError("not an encoded resource: the bytes are cut short or damaged") from error
    return Header(Key(collection, namespace, name), api_version, labels)


def _body_offset(content: bytes) -> int:
    """Where the last of the eight elements begins."""
    unpacker = msgpack.Unpacker(max_buffer_size=len(content))
    unpacker.feed(content)
    unpacker.read_array_header()
    for _ in range(7):
        unpacker.skip()
    return int(unpacker.tell())
