"""Functions on lists: Kubernetes' own, cel-go's lists extension (version 3) and sets extension."""

from collections.abc import Callable, Mapping
from functools import cmp_to_key, reduce
from itertools import pairwise
from typing import Any

from pipeline.schema.cel.arithmetic import add
from pipeline.schema.cel.errors import CelError, no_such_overload
from pipeline.schema.cel.values import compared, contains, equal, type_of

MOST_ITEMS = 1_000_000
"""How long a list `lists.range` makes at most."""


def _of_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*values: Any) -> Any:
        if not values or not isinstance(values[0], list):
            raise no_such_overload(*values)
        return function(*values)

    return checked


def _is_sorted(items: list[Any]) -> bool:
    return all(compared(one, two) <= 0 for one, two in pairwise(items))


def _sum(items: list[Any]) -> Any:
    return reduce(add, items) if items else 0


def _extreme(name: str, sign: int) -> Callable[[list[Any]], Any]:
    def choose(items: list[Any]) -> Any:
        if not items:
            raise CelError(f"{name} called on empty list")
        return reduce(lambda one, two: two if compared(one, two) == sign else one, items)

    return choose


def index_of(items: list[Any], wanted: Any) -> int:
    """Where a value first is; -1: nowhere."""
    return next((place for place, item in enumerate(items) if equal(item, wanted)), -1)


def last_index_of(items: list[Any], wanted: Any) -> int:
    """Where a value last is; -1: nowhere."""
    places = range(len(items) - 1, -1, -1)
    return next((place for place in places if equal(items[place], wanted)), -1)


def _slice(items: list[Any], start: Any, end: Any) -> list[Any]:
    if type(start) is not int or type(end) is not int:
        raise no_such_overload(items, start, end)
    if start < 0 or end < 0 or start > end or end > len(items):
        raise CelError(f"cannot slice({start}, {end}), list is length {len(items)}")
    return list(items[start:end])


def _flatten(items: list[Any], depth: Any = 1) -> list[Any]:
    if type(depth) is not int:
        raise no_such_overload(items, depth)
    if depth < 0:
        raise CelError("level must be non-negative")
    made: list[Any] = []
    for item in items:
        if isinstance(item, list) and depth:
            made.extend(_flatten(item, depth - 1))
        else:
            made.append(item)
    return made


def sort_by(items: list[Any], keys: list[Any]) -> list[Any]:
    """The items in the order of their keys, which must be of one type that has an order."""
    if len({type_of(key) for key in keys}) > 1:
        raise CelError("list elements must have the same type")
    if len(keys) == 1:
        compared(keys[0], keys[0])

    def order(one: int, two: int) -> int:
        return compared(keys[one], keys[two])

    return [items[place] for place in sorted(range(len(items)), key=cmp_to_key(order))]


def _distinct(items: list[Any]) -> list[Any]:
    made: list[Any] = []
    for item in items:
        if not contains(made, item):
            made.append(item)
    return made


def _range(count: Any) -> list[int]:
    if type(count) is not int:
        raise no_such_overload(count)
    if count > MOST_ITEMS:
        raise CelError(f"lists.range makes at most {MOST_ITEMS} items")
    return list(range(max(count, 0)))


def _sets(function: Callable[[list[Any], list[Any]], bool]) -> Callable[[Any, Any], bool]:
    def checked(left: Any, right: Any) -> bool:
        if not isinstance(left, list) or not isinstance(right, list):
            raise no_such_overload(left, right)
        return function(left, right)

    return checked


def _holds(left: list[Any], right: list[Any]) -> bool:
    return all(contains(left, item) for item in right)


MEMBERS: Mapping[str, Callable[..., Any]] = {
    "distinct": _of_lists(_distinct),
    "flatten": _of_lists(_flatten),
    "isSorted": _of_lists(_is_sorted),
    "max": _of_lists(_extreme("max", -1)),
    "min": _of_lists(_extreme("min", 1)),
    "reverse": _of_lists(lambda items: items[::-1]),
    "slice": _of_lists(_slice),
    "sort": _of_lists(lambda items: sort_by(items, items)),
    "sum": _of_lists(_sum),
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "lists.range": _range,
    "sets.contains": _sets(_holds),
    "sets.equivalent": _sets(lambda left, right: _holds(left, right) and _holds(right, left)),
    "sets.intersects": _sets(lambda left, right: any(contains(right, item) for item in left)),
}
