"""The digest of a set: what it is, whatever way it came about."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.digest import BUCKETS, EMPTY_SET, Buckets, bucket_of

HASHES = st.integers(0, 40).map(lambda n: hashlib.sha256(str(n).encode()).digest())
DIGESTS = st.integers(0, 3).map(lambda n: hashlib.sha256(b"d%d" % n).digest())


def plain(pairs: dict[bytes, bytes]) -> bytes:
    """The definition, word for word."""
    buckets: list[list[bytes]] = [[] for _ in range(BUCKETS)]
    for key_hash, digest in pairs.items():
        buckets[int(key_hash.hex()[:3], 16)].append(key_hash + digest)
    joined = b"".join(hashlib.sha256(b"".join(sorted(held))).digest() for held in buckets)
    return hashlib.sha256(joined).digest()


def test_an_empty_set_has_the_digest_of_empty_buckets() -> None:
    assert Buckets().digest() == EMPTY_SET == plain({})


@given(st.lists(st.tuples(HASHES, st.none() | DIGESTS)))
def test_any_sequence_of_changes_ends_at_the_digest_of_the_set(
    changes: list[tuple[bytes, bytes | None]],
) -> None:
    buckets, model = Buckets(), dict[bytes, bytes]()
    for key_hash, digest in changes:
        if digest is None:
            buckets.discard(key_hash)
            model.pop(key_hash, None)
        else:
            buckets.put(key_hash, digest)
            model[key_hash] = digest
        assert buckets.get(key_hash) == digest

    assert buckets.digest() == plain(model)
    assert len(buckets) == len(model)


@pytest.mark.parametrize("count", [10, 1_000, 5_000])
def test_large_and_small_sets_keep_their_digests_differently_and_agree(count: int) -> None:
    """A set grows past the size at which bucket digests are kept, and shrinks again."""
    pairs = {
        hashlib.sha256(b"%d" % n).digest(): hashlib.sha256(b"v").digest() for n in range(count)
    }
    buckets = Buckets(pairs.items())
    assert buckets.digest() == plain(pairs)
    for key_hash in list(pairs)[: count - 5]:
        buckets.discard(key_hash)
        del pairs[key_hash]

    assert buckets.digest() == plain(pairs)
    assert hashlib.sha256(buckets.bucket_digests()).digest() == buckets.digest()


def test_a_copy_goes_its_own_way() -> None:
    one = Buckets([(b"a" * 32, b"1" * 32)])
    before = one.digest()
    other = one.copy()

    other.put(b"a" * 32, b"2" * 32)

    assert one.digest() == before != other.digest()


def test_the_first_twelve_bits_choose_the_bucket() -> None:
    assert bucket_of(bytes.fromhex("abc" + "0" * 61)) == 0xABC
