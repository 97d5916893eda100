"""Values as CEL has them, where Python's own are not enough; their equality and order.

bool, int, float (CEL's double), str, bytes, None, list and dict stand for themselves. Python holds
True for 1 and CEL does not, so values of unknown type are compared by `equal`, never by `==`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pipeline.schema.cel.errors import CelError, no_such_overload

SMALLEST_INT, LARGEST_INT = -(2**63), 2**63 - 1
LARGEST_UINT = 2**64 - 1


class Uint(int):
    """An unsigned integer of 64 bits."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time."""

    nanoseconds: int


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A point in time."""

    nanoseconds: int
    """Since 1970-01-01T00:00:00Z."""


@dataclass(frozen=True, slots=True)
class Type:
    """What `type(x)` gives."""

    name: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """An optional with a value."""

    value: Any


NOTHING: Final = Maybe(None)
"""The optional without a value, told apart by identity."""


class SetList(list[Any]):
    """A list of type `set`: equal in any order, and nothing is added to it twice."""

    __slots__ = ()


class MapList(list[Any]):
    """A list of type `map`: equal in any order, and what is added replaces what has its keys."""

    __slots__ = ("keys",)

    def __init__(self, items: Sequence[Any], keys: tuple[str, ...]) -> None:
        super().__init__(items)
        self.keys = keys

    def identity(self, item: Any) -> tuple[Any, ...]:
        """What tells an item apart."""
        if not isinstance(item, dict):
            raise CelError("unexpected data format for an item of a list of type map")
        return tuple(item.get(key) for key in self.keys)


_NUMBERS = (int, float)


def equal(left: Any, right: Any) -> bool:
    """CEL's `==`: numbers across their types, anything else only within its type."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    for kind, compare in _COMPOUND:
        if isinstance(left, kind):
            return isinstance(right, kind) and compare(left, right)
    if type(left) is not type(right) and not (
        isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS)
    ):
        return False
    return bool(left == right)


def _equal_maps(left: dict[Any, Any], right: dict[Any, Any]) -> bool:
    return left.keys() == right.keys() and all(equal(v, right[k]) for k, v in left.items())


def _equal_lists(left: list[Any], right: list[Any]) -> bool:
    if len(left) != len(right):
        return False
    if isinstance(left, SetList):
        return all(contains(left, item) for item in right)
    if isinstance(left, MapList):
        held = {left.identity(item): item for item in left}
        names = [left.identity(item) for item in right]
        return all(
            name in held and equal(held[name], item)
            for name, item in zip(names, right, strict=True)
        )
    return all(map(equal, left, right))


def _equal_optionals(left: Maybe, right: Maybe) -> bool:
    if left is NOTHING or right is NOTHING:
        return left is right
    return equal(left.value, right.value)


_COMPOUND: tuple[tuple[type, Callable[[Any, Any], bool]], ...] = (
    (list, _equal_lists),
    (dict, _equal_maps),
    (Maybe, _equal_optionals),
)


def contains(items: Sequence[Any], wanted: Any) -> bool:
    """Whether any item equals a value."""
    if type(wanted) is str:
        return wanted in items
    return any(equal(item, wanted) for item in items)


def added(left: list[Any], right: list[Any]) -> list[Any]:
    """CEL's `+` for lists, after the manner of the left one."""
    if isinstance(left, SetList):
        made = SetList(left)
        made.extend(item for item in right if not contains(left, item))
        return made
    if isinstance(left, MapList):
        held = {left.identity(item): item for item in left}
        held.update((left.identity(item), item) for item in right)
        return MapList(list(held.values()), left.keys)
    return [*left, *right]


_ORDERED = (str, bytes, Duration, Timestamp)


def comparison(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """One of `<`, `<=`, `>`, `>=` for values of any type that has an order."""

    def ordered(left: Any, right: Any) -> bool:
        kind = type(left)
        if kind is type(right) and (kind is int or kind is str or kind is bool or kind is float):
            return compare(left, right)
        if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
            if isinstance(left, bool) or isinstance(right, bool):
                raise no_such_overload()
            return compare(left, right)
        if kind is type(right) and isinstance(left, _ORDERED):
            return compare(left, right)
        raise no_such_overload()

    return ordered


def compared(left: Any, right: Any) -> int:
    """-1, 0 or 1 as `left` is before, like or after `right`."""
    before = comparison(lambda a, b: a < b)
    return -1 if before(left, right) else int(before(right, left))


_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "bool"),
    (Uint, "uint"),
    (int, "int"),
    (float, "double"),
    (str, "string"),
    (bytes, "bytes"),
    (list, "list"),
    (dict, "map"),
    (type(None), "null_type"),
    (Timestamp, "google.protobuf.Timestamp"),
    (Duration, "google.protobuf.Duration"),
    (Type, "type"),
    (Maybe, "optional_type"),
)

NAMED_TYPES = {name: Type(name) for _, name in _TYPES}
"""The types that an expression can name."""


def type_of(value: Any) -> Type:
    """CEL's `type(x)`."""
    for kind, name in _TYPES:
        if isinstance(value, kind):
            return NAMED_TYPES[name]
    return Type(f"kubernetes.{type(value).__name__}")
