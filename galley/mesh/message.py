"""A response as it is written: assembled once, shared by all streams that take the same step.

The nonce is the last field, and need only be unique within a stream: so all streams send the same
bytes, and a copy with another nonce is made for the one that sends them twice.
"""

import itertools
from collections.abc import Iterable
from typing import Self

from pipeline.encoding.protobuf.wire_format import text

NONCE = 5
"""Number of the field with the nonce: in MCP's Resources and both of xDS's responses."""

_nonces = itertools.count(1)


class Message:
    """Bytes ready to be written, and what they bring a client to."""

    __slots__ = ("_tail", "count", "data", "digest", "nonce", "version")

    def __init__(self, parts: Iterable[bytes], *, count: int, digest: bytes, version: int) -> None:
        """Join the fields of a response.

        Args:
            parts: fields besides the nonce.
            count: resources and removals in it.
            digest: of the content that it leads to.
            version: the channel's number for that.
        """
        self.nonce = str(next(_nonces))
        tail = text(NONCE, self.nonce)
        self._tail = len(tail)
        self.data = b"".join((*parts, tail))
        self.count = count
        self.digest = digest
        self.version = version

    def again(self) -> Self:
        """The same with another nonce, for a stream that has sent this one already."""
        return type(self)(
            (self.data[: -self._tail],), count=self.count, digest=self.digest, version=self.version
        )
