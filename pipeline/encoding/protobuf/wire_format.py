"""Protobuf's bytes: numbers of variable length, tags, what has its length in front."""

import struct
from collections.abc import Iterable, Iterator

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
"""Wire types."""

_SIZES = {FIXED64: 8, LENGTH: 0, FIXED32: 4}
_SMALL = tuple(bytes((number,)) for number in range(128))
_UINT64 = 2**64


def varint(number: int) -> bytes:
    """A number in groups of seven bits, the lowest first; a negative one as 64 bits have it."""
    if 0 <= number < 128:
        return _SMALL[number]
    rest = number % _UINT64
    groups = bytearray()
    while rest > 127:
        groups.append(rest & 127 | 128)
        rest >>= 7
    groups.append(rest)
    return bytes(groups)


def tag(number: int, wire_type: int) -> bytes:
    """What stands in front of a field's value."""
    return varint(number << 3 | wire_type)


def sized(content: bytes) -> bytes:
    """The content with its length in front."""
    length = len(content)
    return (_SMALL[length] if length < 128 else varint(length)) + content


def double(number: float) -> bytes:
    """Eight bytes."""
    return struct.pack("<d", number)


def single(number: float) -> bytes:
    """Four bytes.

    Raises:
        OverflowError: the number is too large for them.
    """
    return struct.pack("<f", number)


def text(number: int, value: str) -> bytes:
    """A field of text; nothing if it is empty, as the field then has its default."""
    return tag(number, LENGTH) + sized(value.encode()) if value else b""


def integer(field: int, value: int) -> bytes:
    """A field that holds a whole number; nothing if it is zero, which is its default."""
    return tag(field, VARINT) + varint(value) if value else b""


def nested(number: int, content: bytes) -> bytes:
    """A field that holds a message."""
    return tag(number, LENGTH) + sized(content)


def text_map(number: int, values: Iterable[tuple[str, str]]) -> bytes:
    """A map of text to text, in order of its keys."""
    entries = (nested(1, key.encode()) + nested(2, value.encode()) for key, value in sorted(values))
    return b"".join([nested(number, entry) for entry in entries])


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message as they come: number and bare value.

    Raises:
        ValueError: these are not the bytes of a message, or it has fields of types long gone.
    """
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        number, wire_type = key >> 3, key & 7
        if wire_type == VARINT:
            value, at = read_varint(data, at)
            yield number, value
            continue
        if wire_type not in _SIZES:
            raise ValueError(
                f"field {number} has the wire type {wire_type}, which is not used here"
            )
        size, at = read_varint(data, at) if wire_type == LENGTH else (_SIZES[wire_type], at)
        if at + size > len(data):
            raise ValueError(f"field {number} ends behind the end of the message")
        yield number, data[at : at + size]
        at += size


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins there, and where the next thing begins.

    Raises:
        ValueError: it does not end.
    """
    value = shift = 0
    for position in range(at, min(at + 10, len(data))):
        byte = data[position]
        value |= (byte & 127) << shift
        if byte < 128:
            return value % _UINT64, position + 1
        shift += 7
    raise ValueError(f"the number at byte {at} does not end")
