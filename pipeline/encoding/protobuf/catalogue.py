"""The messages by name, read from the tables when they are first asked for."""

from functools import cache

from pipeline.encoding.protobuf import tables
from pipeline.encoding.protobuf.notation import Declared, Generation, Message, read

_SCALARS = frozenset(("bool", "bytes", "double", "int32", "int64", "string", "uint32", "uint64"))


def is_scalar(kind: str) -> bool:
    """Whether a type is one of numbers, text, bytes and booleans."""
    return kind in _SCALARS


def is_googles(kind: str) -> bool:
    """Whether a type is one of protobuf's own messages, which JSON writes in ways of their own."""
    return kind.startswith("google.")


def declared(name: str, generation: Generation) -> Declared:
    """The message or enum of that full name.

    Raises:
        KeyError: no table has it.
    """
    package = max((each for each in tables.TEXTS if name.startswith(f"{each}.")), key=len)
    return _package(package, generation)[name]


def message(name: str, generation: Generation) -> Message:
    """The message of that full name.

    Raises:
        KeyError: no table has it, or it is an enum.
    """
    found = declared(name, generation)
    if not isinstance(found, Message):
        raise KeyError(name)
    return found


@cache
def _package(package: str, generation: Generation) -> dict[str, Declared]:
    return read(package, tables.TEXTS[package], generation)
