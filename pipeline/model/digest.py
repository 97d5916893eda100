"""The digest of a set of resources, kept up to date in proportion to the change.

A set is 4,096 buckets. A resource falls into the bucket given by the first 12 bits of its key's
hash. A bucket's digest is the SHA-256 of its (key hash, resource digest) pairs, sorted, written one
after the other; the set's digest is the SHA-256 of the 4,096 bucket digests in order.
`docs/protocol.md` has a worked example for writers of clients.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator

BUCKETS = 4096
HASH_SIZE = 32
PAIR_SIZE = 2 * HASH_SIZE

EMPTY_BUCKET = hashlib.sha256(b"").digest()
EMPTY_SET = hashlib.sha256(EMPTY_BUCKET * BUCKETS).digest()

DENSE = 128
"""From so many buckets in use on, all bucket digests are kept; below they are computed anew."""


def bucket_of(key_hash: bytes) -> int:
    """The bucket, 0 to 4,095, that a key with this hash falls into."""
    return key_hash[0] << 4 | key_hash[1] >> 4


class Buckets:
    """(key hash, resource digest) pairs with their digests; 64 bytes a resource and no more.

    A bucket is one `bytes` of sorted pairs: at 100,000 resources it holds about 24, so a change
    copies 1.5 kB and hashes it once. The bucket digests of a large set are kept as they are hashed,
    131,072 bytes; a small one (a thousand views may exist) keeps its pairs alone.
    """

    __slots__ = ("_changed", "_count", "_kept", "_pairs", "_set_digest")

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._pairs: dict[int, bytes] = {}
        self._kept: bytearray | None = None
        self._changed: set[int] = set()
        self._set_digest: bytes | None = EMPTY_SET
        self._count = 0
        self.fill(pairs)

    def fill(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """Put many new pairs at once; their keys must not be in the set yet."""
        fresh: dict[int, list[bytes]] = {}
        for key_hash, digest in pairs:
            fresh.setdefault(bucket_of(key_hash), []).append(key_hash + digest)
        for bucket, added in fresh.items():
            held = self._pairs.get(bucket, b"")
            added.extend(held[at : at + PAIR_SIZE] for at in range(0, len(held), PAIR_SIZE))
            self._store(bucket, b"".join(sorted(added)))

    def put(self, key_hash: bytes, digest: bytes) -> None:
        """Add a resource, or replace its digest."""
        bucket = bucket_of(key_hash)
        held = self._pairs.get(bucket, b"")
        at, found = _find(held, key_hash)
        tail = held[at + PAIR_SIZE :] if found else held[at:]
        self._store(bucket, held[:at] + key_hash + digest + tail)

    def discard(self, key_hash: bytes) -> None:
        """Take a resource out; nothing happens if it is not there."""
        bucket = bucket_of(key_hash)
        held = self._pairs.get(bucket, b"")
        at, found = _find(held, key_hash)
        if found:
            self._store(bucket, held[:at] + held[at + PAIR_SIZE :])

    def get(self, key_hash: bytes) -> bytes | None:
        """The digest of the resource with this key hash, or None."""
        held = self._pairs.get(bucket_of(key_hash), b"")
        at, found = _find(held, key_hash)
        return held[at + HASH_SIZE : at + PAIR_SIZE] if found else None

    def bucket_digest(self, bucket: int) -> bytes:
        kept = self._kept
        if kept is not None and bucket not in self._changed:
            return bytes(kept[bucket * HASH_SIZE : (bucket + 1) * HASH_SIZE])
        return self._hashed(bucket)

    def bucket_digests(self) -> bytes:
        """All 4,096 bucket digests in order: 131,072 bytes."""
        return bytes(self._joined())

    def bucket_hashes(self, bucket: int) -> Iterator[bytes]:
        """The key hashes in one bucket, sorted."""
        held = self._pairs.get(bucket, b"")
        return (held[at : at + HASH_SIZE] for at in range(0, len(held), PAIR_SIZE))

    def digest(self) -> bytes:
        """The digest of the set, 32 bytes."""
        if self._set_digest is None:
            self._set_digest = hashlib.sha256(self._joined()).digest()
        return self._set_digest

    def copy(self) -> "Buckets":
        """An independent set with the same pairs; the bytes are shared."""
        other = Buckets()
        other._pairs = self._pairs.copy()
        other._kept = None if self._kept is None else self._kept.copy()
        other._changed = self._changed.copy()
        other._set_digest = self._set_digest
        other._count = self._count
        return other

    def __len__(self) -> int:
        return self._count

    def _joined(self) -> bytearray:
        """The bucket digests in order; kept for a large set, with only the changed ones hashed."""
        joined, stale = self._kept, self._changed
        if joined is None:
            joined = bytearray(EMPTY_BUCKET * BUCKETS)
            stale = set(self._pairs)
        for bucket in stale:
            joined[bucket * HASH_SIZE : (bucket + 1) * HASH_SIZE] = self._hashed(bucket)
        if len(self._pairs) >= DENSE:
            self._kept = joined
        elif self._kept is not None and len(self._pairs) < DENSE // 2:
            self._kept = None
        self._changed = set()
        return joined

    def _hashed(self, bucket: int) -> bytes:
        pairs = self._pairs.get(bucket)
        return hashlib.sha256(pairs).digest() if pairs else EMPTY_BUCKET

    def _store(self, bucket: int, pairs: bytes) -> None:
        self._count += (len(pairs) - len(self._pairs.get(bucket, b""))) // PAIR_SIZE
        if self._kept is not None:
            self._changed.add(bucket)
        self._set_digest = None
        if pairs:
            self._pairs[bucket] = pairs
        else:
            self._pairs.pop(bucket, None)


def _find(pairs: bytes, key_hash: bytes) -> tuple[int, bool]:
    """The offset at which this key hash is, or belongs, and whether it is there."""
    index = bisect_left(
        range(len(pairs) // PAIR_SIZE),
        key_hash,
        key=lambda i: pairs[i * PAIR_SIZE : i * PAIR_SIZE + HASH_SIZE],
    )
    at = index * PAIR_SIZE
    return at, pairs[at : at + HASH_SIZE] == key_hash
