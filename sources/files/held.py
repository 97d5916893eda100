"""What every locator last held: enough to tell news from no news, and no more.

Packed, 80 bytes for a file with one resource; as objects it would be five times as much.
"""

import hashlib
from array import array
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple, Self

from pipeline.model import Broken, Read
from sources.files.place import Signature

UNREAD = Signature(-1, -1, -1)
"""The signature of what could not be read: equal to no file's."""

_HEAD = Struct("q16s")
"""The hash of a signature and a digest; the hashes of the keys come behind."""


class Holding(NamedTuple):
    """One locator: the file that was read, a digest of what came of it, its keys.

    Hashes are those of this process, of 64 bits: enough to see that a file or its keys are others.
    """

    signature: int
    digest: bytes
    keys: frozenset[int]

    def pack(self) -> bytes:
        return _HEAD.pack(self.signature, self.digest) + array("q", self.keys).tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> Self:
        signature, digest = _HEAD.unpack_from(packed)
        return cls(signature, digest, frozenset(array("q", packed[_HEAD.size :])))


class Held:
    """All locators of a source."""

    def __init__(self) -> None:
        self._by_locator: dict[str, bytes] = {}

    def unchanged(self, locator: str, signature: Signature) -> bool:
        """Whether this is the file that was read last."""
        holding = self._get(locator)
        return holding is not None and holding.signature == hash(signature)

    def same(self, locator: str, digest: bytes) -> bool:
        """Whether this content is what was emitted last."""
        holding = self._get(locator)
        return holding is not None and holding.digest == digest

    def loses(self, change: Read) -> bool:
        """Whether the locator held a key that this read of it does not."""
        holding = self._get(change.locator)
        return holding is not None and not holding.keys <= _hashes(change)

    def put(self, change: Read | Broken, signature: Signature, digest: bytes) -> None:
        """Remember what is emitted; a broken locator keeps its keys."""
        if isinstance(change, Read):
            keys = _hashes(change)
        else:
            before = self._get(change.locator)
            keys = before.keys if before else frozenset()
        self._by_locator[change.locator] = Holding(hash(signature), digest, keys).pack()

    def seen(self, locator: str, signature: Signature) -> None:
        """The same content under a new signature."""
        holding = Holding.unpack(self._by_locator[locator])
        self._by_locator[locator] = holding._replace(signature=hash(signature)).pack()

    def drop(self, locator: str) -> bool:
        """Forget a locator; whether there was anything to forget."""
        return self._by_locator.pop(locator, None) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._by_locator))

    def __contains__(self, locator: str) -> bool:
        return locator in self._by_locator

    def __len__(self) -> int:
        return len(self._by_locator)

    def _get(self, locator: str) -> Holding | None:
        packed = self._by_locator.get(locator)
        return None if packed is None else Holding.unpack(packed)


def _hashes(change: Read) -> frozenset[int]:
    return frozenset(hash(one.resource.key) for one in change.resources)


def digest_of(data: bytes) -> bytes:
    """What tells two contents of a file apart."""
    return hashlib.blake2b(data, digest_size=16).digest()


def digest_of_errors(change: Broken) -> bytes:
    """What tells two states of an unreadable place apart; no content has this digest."""
    said = "\n".join(f"{one.code} {one.message}" for one in change.errors)
    return hashlib.blake2b(said.encode(), digest_size=16, person=b"broken").digest()
