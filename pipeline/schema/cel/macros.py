"""Macros: expressions that are not evaluated before the call but once for each item.

Sources: the CEL language definition, cel-go (parser/macro.go, ext/comprehensions.go, the optional
library). `all` and `exists` make up for the error of one item by another one that decides.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from pipeline.schema.cel.errors import CelError, CelSyntaxError, no_such_overload
from pipeline.schema.cel.lists import sort_by
from pipeline.schema.cel.paths import path_of, present
from pipeline.schema.cel.scope import Path, Run, Scope, Variables, boolean
from pipeline.schema.cel.syntax import Call, Name, Node
from pipeline.schema.cel.typed import declared, values_of
from pipeline.schema.cel.values import NOTHING, Maybe

MOST_STEPS = 20_000_000
"""Items that one evaluation goes over at most: many times what the API server's budget allows."""

Macro: TypeAlias = Callable[[Call, Scope], Run]


class _Loop(NamedTuple):
    """What goes over the items of a list or the entries of a map."""

    steps: Callable[[Variables], Iterator[None]]
    """Sets the variables for one item after the other."""
    scope: Scope
    """Where the body is compiled."""


def _loop(node: Call, scope: Scope, *, two: bool) -> _Loop:
    """Over `node.target`; the variables are the first argument, or the first two."""
    assert node.target is not None  # noqa: S101  # a receiver macro has one
    path = path_of(node.target, scope)
    if declared(path.schema) is not None:
        path = Path(scope.value_of(node.target), None)
    items = values_of(path.schema)
    is_list = path.schema is not None and path.schema.get("type") == "array"
    within, first = scope.with_variable(
        _name(node.arguments[0]), items if is_list and not two else None
    )
    second = first
    if two:
        within, second = within.with_variable(_name(node.arguments[1]), items)
    run = path.run

    def steps(variables: Variables) -> Iterator[None]:
        for one, other in _entries(run(variables), two=two):
            variables[0] -= 1
            if variables[0] < 0:
                raise CelError(f"it takes more than {MOST_STEPS} steps")
            variables[first], variables[second] = (one, other) if two else (one, one)
            yield

    return _Loop(steps, within)


def _entries(held: Any, *, two: bool) -> Iterator[tuple[Any, Any]]:
    if isinstance(held, list):
        return iter(enumerate(held)) if two else ((item, item) for item in held)
    if isinstance(held, dict):
        return iter(held.items()) if two else ((key, key) for key in held)
    raise no_such_overload()


def _name(node: Node) -> str:
    if not isinstance(node, Name):
        raise CelSyntaxError("a macro's variable must be a name")
    return node.name


def _quantifier(*, two: bool, decides: bool) -> Macro:
    """`exists` is decided by a true item, `all` by a false one."""

    def build(node: Call, scope: Scope) -> Run:
        loop = _loop(node, scope, two=two)
        steps, body = loop.steps, loop.scope.value_of(node.arguments[-1])

        def judge(variables: Variables) -> bool:
            failed: CelError | None = None
            for _ in steps(variables):
                try:
                    if boolean(body(variables)) is decides:
                        return decides
                except CelError as error:
                    failed = error
            if failed is not None:
                raise failed
            return not decides

        return judge

    return build


def _exists_one(*, two: bool) -> Macro:
    def build(node: Call, scope: Scope) -> Run:
        loop = _loop(node, scope, two=two)
        steps, body = loop.steps, loop.scope.value_of(node.arguments[-1])
        return lambda variables: sum(boolean(body(variables)) for _ in steps(variables)) == 1

    return build


def _listing(*, two: bool, filtered: bool) -> Macro:
    """`map` and `transformList`: a list of what is made of each item that passes."""

    def build(node: Call, scope: Scope) -> Run:
        loop = _loop(node, scope, two=two)
        steps, make = loop.steps, loop.scope.value_of(node.arguments[-1])
        if not filtered:
            return lambda variables: [make(variables) for _ in steps(variables)]
        passes = loop.scope.value_of(node.arguments[-2])
        return lambda variables: [
            make(variables) for _ in steps(variables) if boolean(passes(variables))
        ]

    return build


def _filter(node: Call, scope: Scope) -> Run:
    loop = _loop(node, scope, two=False)
    steps, passes = loop.steps, loop.scope.value_of(node.arguments[1])
    item = loop.scope.value_of(node.arguments[0])
    return lambda variables: [
        item(variables) for _ in steps(variables) if boolean(passes(variables))
    ]


def _mapping(*, entries: bool, filtered: bool) -> Macro:
    """`transformMap`, and `transformMapEntry`, whose body makes the key, too."""

    def build(node: Call, scope: Scope) -> Run:
        loop = _loop(node, scope, two=True)
        steps, make = loop.steps, loop.scope.value_of(node.arguments[-1])
        key = loop.scope.value_of(node.arguments[0])
        passes = loop.scope.value_of(node.arguments[-2]) if filtered else None

        def run(variables: Variables) -> dict[Any, Any]:
            made: dict[Any, Any] = {}
            for _ in steps(variables):
                if passes is not None and not boolean(passes(variables)):
                    continue
                value = make(variables)
                for name, held in _one_entry(value) if entries else ((key(variables), value),):
                    if name in made:
                        raise CelError(f"insert failed: key {name} already exists")
                    made[name] = held
            return made

        return run

    return build


def _one_entry(value: Any) -> Iterator[tuple[Any, Any]]:
    if not isinstance(value, dict):
        raise no_such_overload()
    return iter(value.items())


def _sort_by(node: Call, scope: Scope) -> Run:
    loop = _loop(node, scope, two=False)
    steps, make = loop.steps, loop.scope.value_of(node.arguments[1])
    item = loop.scope.value_of(node.arguments[0])

    def run(variables: Variables) -> list[Any]:
        pairs = [(item(variables), make(variables)) for _ in steps(variables)]
        return sort_by([one for one, _ in pairs], [key for _, key in pairs])

    return run


def _of_optional(*, flat: bool) -> Macro:
    """`optMap` and `optFlatMap`."""

    def build(node: Call, scope: Scope) -> Run:
        assert node.target is not None  # noqa: S101  # a receiver macro has one
        optional = scope.value_of(node.target)
        within, place = scope.with_variable(_name(node.arguments[0]), None)
        make = within.value_of(node.arguments[1])

        def run(variables: Variables) -> Any:
            value = optional(variables)
            if not isinstance(value, Maybe):
                raise no_such_overload()
            if value is NOTHING:
                return NOTHING
            variables[place] = value.value
            made = make(variables)
            return made if flat else Maybe(made)

        return run

    return build


MACROS: Mapping[tuple[str, bool, int], Macro] = {
    ("has", False, 1): lambda node, scope: present(node.arguments[0], scope),
    ("all", True, 2): _quantifier(two=False, decides=False),
    ("all", True, 3): _quantifier(two=True, decides=False),
    ("exists", True, 2): _quantifier(two=False, decides=True),
    ("exists", True, 3): _quantifier(two=True, decides=True),
    **{(name, True, 2): _exists_one(two=False) for name in ("exists_one", "existsOne")},
    **{(name, True, 3): _exists_one(two=True) for name in ("exists_one", "existsOne")},
    ("filter", True, 2): _filter,
    ("map", True, 2): _listing(two=False, filtered=False),
    ("map", True, 3): _listing(two=False, filtered=True),
    ("optFlatMap", True, 2): _of_optional(flat=True),
    ("optMap", True, 2): _of_optional(flat=False),
    ("sortBy", True, 2): _sort_by,
    ("transformList", True, 3): _listing(two=True, filtered=False),
    ("transformList", True, 4): _listing(two=True, filtered=True),
    ("transformMap", True, 3): _mapping(entries=False, filtered=False),
    ("transformMap", True, 4): _mapping(entries=False, filtered=True),
    ("transformMapEntry", True, 3): _mapping(entries=True, filtered=False),
    ("transformMapEntry", True, 4): _mapping(entries=True, filtered=True),
}
"""By name, whether it has a target, and how many arguments it takes."""
