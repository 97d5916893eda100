"""Functions on lists: Kubernetes' own, cel-go's lists extension (version 3) and sets extension."""

from collections.abc import Callable, Mapping
from functools import cmp_to_key, reduce
from itertools import pairwise
from typing import Any

from pipeline.schema.cel.arithmetic import add
from pipeline.schema.cel.errors import CelError
from pipeline.schema.cel.overloads import typed
from pipeline.schema.cel.values import compared, contains, equal, type_of

MOST_ITEMS = 1_000_000
"""How long a list `lists.range` makes at most."""


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


def _slice(items: list[Any], start: int, end: int) -> list[Any]:
    if start < 0 or end < 0 or start > end or end > len(items):
        raise CelError(f"cannot slice({start}, {end}), list is length {len(items)}")
    return list(items[start:end])


def _flatten(items: list[Any], depth: int = 1) -> list[Any]:
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


def _range(count: int) -> list[int]:
    if count > MOST_ITEMS:
        raise CelError(f"lists.range makes at most {MOST_ITEMS} items")
    return list(range(max(count, 0)))


def _holds(left: list[Any], right: list[Any]) -> bool:
    return all(contains(left, item) for item in right)


_of_list, _of_lists = typed(list), typed(list, list)

MEMBERS: Mapping[str, Callable[..., Any]] = {
    "distinct": _of_list(_distinct),
    "flatten": typed(list, int)(_flatten),
    "isSorted": _of_list(_is_sorted),
    "max": _of_list(_extreme("max", -1)),
    "min": _of_list(_extreme("min", 1)),
    "reverse": _of_list(lambda items: items[::-1]),
    "slice": typed(list, int, int)(_slice),
    "sort": _of_list(lambda items: sort_by(items, items)),
    "sum": _of_list(_sum),
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "lists.range": typed(int)(_range),
    "sets.contains": _of_lists(_holds),
    "sets.equivalent": _of_lists(lambda left, right: _holds(left, right) and _holds(right, left)),
    "sets.intersects": _of_lists(lambda left, right: any(contains(right, item) for item in left)),
}
