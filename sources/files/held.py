"""What every locator last held: enough to tell news from no news, and no more.

Some hundred bytes for a file, of which the keys are shared with the resources.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.model import Broken, Key, Read
from sources.files.place import Signature

UNREAD = Signature(-1, -1, -1)
"""The signature of what could not be read: equal to no file's."""


@dataclass(slots=True)
class Holding:
    """One locator: the file that was read, a digest of what came of it, its keys."""

    signature: Signature
    digest: bytes
    keys: tuple[Key, ...]


class Held:
    """All locators of a source."""

    def __init__(self) -> None:
        self._by_locator: dict[str, Holding] = {}

    def get(self, locator: str) -> Holding | None:
        return self._by_locator.get(locator)

    def same(self, locator: str, digest: bytes) -> bool:
        """Whether this content is what was emitted last."""
        holding = self._by_locator.get(locator)
        return holding is not None and holding.digest == digest

    def loses(self, change: Read) -> bool:
        """Whether the locator held a key that this read of it does not."""
        holding = self._by_locator.get(change.locator)
        if holding is None or not holding.keys:
            return False
        return not set(holding.keys) <= {one.resource.key for one in change.resources}

    def put(self, change: Read | Broken, signature: Signature, digest: bytes) -> None:
        """Remember what is emitted; a broken locator keeps its keys."""
        if isinstance(change, Read):
            keys = tuple(one.resource.key for one in change.resources)
        else:
            before = self._by_locator.get(change.locator)
            keys = before.keys if before else ()
        self._by_locator[change.locator] = Holding(signature, digest, keys)

    def seen(self, locator: str, signature: Signature) -> None:
        """The same content under a new signature."""
        self._by_locator[locator].signature = signature

    def drop(self, locator: str) -> bool:
        """Forget a locator; whether there was anything to forget."""
        return self._by_locator.pop(locator, None) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._by_locator))

    def __len__(self) -> int:
        return len(self._by_locator)


def digest_of(data: bytes) -> bytes:
    """What tells two contents of a file apart."""
    return hashlib.blake2b(data, digest_size=16).digest()


def digest_of_errors(change: Broken) -> bytes:
    """What tells two states of an unreadable place apart; no content has this digest."""
    said = "\n".join(f"{one.code} {one.message}" for one in change.errors)
    return hashlib.blake2b(said.encode(), digest_size=16, person=b"broken").digest()
