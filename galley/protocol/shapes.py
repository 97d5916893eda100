"""What the fields of messages may be; each function returns the value or says what is wrong."""

from collections.abc import Callable
from typing import Any

from galley.protocol.view import View
from pipeline.model import Key
from pipeline.model.digest import BUCKETS, HASH_SIZE

PREFIX_SIZE = 8
"""Bytes of a bucket's digest that are compared; the final digest catches what they miss."""
MOST_NAMED = 1024
"""Most collections, namespaces or labels that one view, and resources that one NACK may name."""
SHORT = 256
"""Characters of the longest name."""


class ProtocolError(Exception):
    """The other end said something that is not a message of this protocol."""


def exactly(kind: type) -> Callable[[Any], Any]:
    """A check for a value of this type and no other."""

    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise ProtocolError(f"expected {kind.__name__}, got {type(value).__name__}")
        return value

    return check


text = exactly(str)
binary = exactly(bytes)
flag = exactly(bool)
array = exactly(list)
mapping = exactly(dict)


def seconds(value: Any) -> float:
    """A duration or a time; not negative."""
    if type(value) not in (int, float) or not 0 <= value < 1e12:
        raise ProtocolError("expected seconds")
    return float(value)


def count(value: Any) -> int:
    """A number that counts something."""
    if type(value) is not int or not 0 <= value < 2**63:
        raise ProtocolError("expected a number from 0 to 2^63 - 1")
    return value


def short(value: Any) -> str:
    """A name."""
    if type(value) is not str or len(value) > SHORT:
        raise ProtocolError(f"expected text of at most {SHORT} characters")
    return value


def digest(value: Any) -> bytes:
    """A SHA-256."""
    if type(value) is not bytes or len(value) != HASH_SIZE:
        raise ProtocolError(f"expected a digest of {HASH_SIZE} bytes")
    return value


def base(value: Any) -> bytes | None:
    """A digest, or nil for nothing."""
    return None if value is None else digest(value)


def contents(value: Any) -> list[bytes]:
    """Encoded resources."""
    return [binary(item) for item in array(value)]


def key(value: Any) -> Key:
    """Collection, namespace and name."""
    collection, namespace, name = array(value)
    return Key(text(collection), text(namespace), text(name))


def keys(value: Any) -> list[Key]:
    """Keys of resources."""
    return [key(item) for item in array(value)]


def blamed(value: Any) -> list[tuple[Key, str]]:
    """Keys with what is wrong with each."""
    if len(array(value)) > MOST_NAMED:
        raise ProtocolError(f"more than {MOST_NAMED} resources are named")
    return [(key(name), text(reason)) for name, reason in value]


def bucket_numbers(value: Any) -> list[int]:
    """Some of the 4,096 buckets."""
    if not all(type(item) is int and 0 <= item < BUCKETS for item in array(value)):
        raise ProtocolError(f"buckets are numbered from 0 to {BUCKETS - 1}")
    return list(value)


def prefixes(value: Any) -> bytes:
    """The beginnings of all bucket digests, one after the other."""
    if type(value) is not bytes or len(value) != BUCKETS * PREFIX_SIZE:
        raise ProtocolError(f"expected {BUCKETS * PREFIX_SIZE} bytes")
    return value


def nack_kind(value: Any) -> str:
    """Why an update was refused."""
    if value not in ("invalid", "retry", "mismatch"):
        raise ProtocolError("expected invalid, retry or mismatch")
    return str(value)


def view(value: Any) -> View:
    """A filter; unknown parts are refused."""
    unknown = set(mapping(value)) - {"collections", "namespaces", "labels"}
    if unknown:
        raise ProtocolError(f"unknown part {min(map(str, unknown))!r}")
    parts = ("collections", "namespaces")
    names = [[short(item) for item in array(value.get(part, []))] for part in parts]
    labels = mapping(value.get("labels", {}))
    if max(map(len, (*names, labels))) > MOST_NAMED:
        raise ProtocolError(f"more than {MOST_NAMED} names are given")
    for item in (*labels, *labels.values()):
        short(item)
    return View.of(names[0], names[1], labels)
