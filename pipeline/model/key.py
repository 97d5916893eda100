"""The name of one resource: which collection, which namespace, which name.

A collection is `group/Kind` (`networking.istio.io/VirtualService`, `core/Service`); the version is
not part of it. A key's hash orders resources inside a bucket (see `digest`), so it is part of the
protocol and must never change.
"""

import hashlib
from typing import NamedTuple, Self

import msgpack


class Key(NamedTuple):
    """Collection, namespace (empty for cluster-scoped kinds) and name; sorts in that order."""

    collection: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """`collection/namespace/name`; a cluster-scoped key has two slashes in a row."""
        return f"{self.collection}/{self.namespace}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form back.

        Raises:
            ValueError: the text has not the four parts `group/Kind/namespace/name`.
        """
        parts = text.split("/", 3)
        if len(parts) != 4 or not (parts[0] and parts[1] and parts[3]):
            raise ValueError(f"{text!r} is not a key; write group/Kind/namespace/name")
        return cls(f"{parts[0]}/{parts[1]}", parts[2], parts[3])

    @property
    def hash(self) -> bytes:
        """SHA-256 of msgpack `[collection, namespace, name]`, 32 bytes."""
        return hashlib.sha256(msgpack.packb(tuple(self))).digest()
