"""One value, one sequence of bytes: what makes two resources with equal content equal.

Map keys are sorted (by code point, which is the order of their UTF-8 bytes), integers take their
shortest form, integral floats within ±2^53 become integers, other floats are 64-bit. Text is never
normalised. What has no canonical form is refused here, so that nothing downstream can be surprised.

Almost every value is text, maps, lists, integers and booleans alone. Of these ormsgpack makes the
canonical bytes by itself, eight times as fast as they are made here; numbers with a fraction, what
is to be refused and what cannot be told from either by a glance at the bytes go the slow way.
"""

import math
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgpack
import ormsgpack

Path: TypeAlias = tuple[str | int, ...]
"""The way to one field: map keys and list indexes from the top of the manifest."""

EXACT_FLOAT = 2**53
INT64_MIN, UINT64_MAX = -(2**63), 2**64 - 1

_PLAIN = (
    ormsgpack.OPT_SORT_KEYS
    | ormsgpack.OPT_PASSTHROUGH_DATACLASS
    | ormsgpack.OPT_PASSTHROUGH_DATETIME
    | ormsgpack.OPT_PASSTHROUGH_ENUM
    | ormsgpack.OPT_PASSTHROUGH_SUBCLASS
    | ormsgpack.OPT_PASSTHROUGH_UUID
)
"""Maps in order, and no type that JSON has not."""
_NOT_PLAIN = bytes((*range(0xC4, 0xCC), *range(0xD4, 0xD9)))
"""How msgpack begins bytes, floats and extensions; in text and integers they can occur too."""


class UnencodableError(ValueError):
    """A value without canonical form: NaN, infinity, an integer outside 64 bits, a strange type."""

    def __init__(self, problem: str, path: Path = ()) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = path


def canonical(value: object) -> object:
    """The same value with maps in order and numbers in their one form.

    Raises:
        UnencodableError: with the path of the offending value.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is dict:
        return _canonical_map(value)  # type: ignore[arg-type]  # narrowed by `kind`
    if kind is list or kind is tuple:
        return _canonical_list(value)  # type: ignore[arg-type]  # narrowed by `kind`
    if kind is int:
        return _canonical_int(value)  # type: ignore[arg-type]  # narrowed by `kind`
    if kind is float:
        return _canonical_float(value)  # type: ignore[arg-type]  # narrowed by `kind`
    raise UnencodableError(f"a value of type {kind.__name__} cannot be configuration")


def pack(value: object) -> bytes:
    """Canonical msgpack of any value; see `canonical` for what is refused."""
    try:
        packed = ormsgpack.packb(value, option=_PLAIN)
    except ormsgpack.MsgpackEncodeError:
        return _pack(value)
    return packed if len(packed.translate(None, _NOT_PLAIN)) == len(packed) else _pack(value)


def _pack(value: object) -> bytes:
    ordered = canonical(value)
    try:
        packed: bytes = msgpack.packb(ordered)
    except UnicodeEncodeError as error:
        path = next(_surrogates(ordered), ())
        raise UnencodableError("text holds a lone surrogate, which is not Unicode", path) from error
    return packed


def _canonical_map(value: dict[object, object]) -> dict[str, object]:
    ordered: dict[str, object] = {}
    for key in _sorted(value):
        try:
            ordered[key] = canonical(value[key])
        except UnencodableError as error:
            raise UnencodableError(error.problem, (key, *error.path)) from None
    return ordered


def _sorted(keys: Iterable[object]) -> list[str]:
    """Map keys in order; every one must be text."""
    strange = [key for key in keys if not isinstance(key, str)]
    if strange:
        raise UnencodableError(f"the map key {strange[0]!r} is not text")
    return sorted(keys)  # type: ignore[arg-type]  # all of them are text


def _canonical_list(value: list[object]) -> list[object]:
    items = []
    for index, item in enumerate(value):
        try:
            items.append(canonical(item))
        except UnencodableError as error:
            raise UnencodableError(error.problem, (index, *error.path)) from None
    return items


def _canonical_int(value: int) -> int:
    if not INT64_MIN <= value <= UINT64_MAX:
        raise UnencodableError(f"the integer {str(value)[:40]} does not fit into 64 bits")
    return value


def _canonical_float(value: float) -> int | float:
    if not math.isfinite(value):
        raise UnencodableError(f"{value!r} is not a finite number")
    if value.is_integer() and abs(value) <= EXACT_FLOAT:
        return int(value)
    return value


def _surrogates(value: object, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _surrogates(key, path)
            yield from _surrogates(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _surrogates(item, (*path, index))
