"""What was encoded lately, so that judging a resource and serving it encode it once.

The encoding stage encodes a resource to see whether it can be; the version that it becomes part of
is told to those who serve it a moment later.
"""

from collections import OrderedDict
from collections.abc import Callable

MOST_BYTES = 32 * 1024 * 1024


class Recent:
    """The newest encodings of one wire by resource digest, up to a number of bytes."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._size = 0
        self._held: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, digest: bytes, encode: Callable[[], bytes]) -> bytes:
        """The encoding of the resource with this digest, made now if it is not held; what
        `encode` raises is not held."""
        found = self._held.get(digest)
        if found is None:
            found = self._held[digest] = encode()
            self._size += len(found)
            while self._size > self._most:
                self._size -= len(self._held.popitem(last=False)[1])
        return found
