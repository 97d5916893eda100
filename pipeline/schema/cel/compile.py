"""A tree to closures: each takes the variables, by place, and gives a value."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.schema.cel import arithmetic
from pipeline.schema.cel.errors import CelError, NotEvaluable, no_such_overload
from pipeline.schema.cel.functions import FUNCTIONS, MEMBERS
from pipeline.schema.cel.macros import MACROS
from pipeline.schema.cel.paths import finished, path_of, qualified_name, root_name
from pipeline.schema.cel.scope import Run, Scope, Variables, boolean
from pipeline.schema.cel.syntax import Call, List, Literal, Map, Node
from pipeline.schema.cel.text_format import EXACT, clauses
from pipeline.schema.cel.values import NOTHING, Maybe, comparison, contains, equal
from pipeline.schema.vocabulary import Schema


def compiled(node: Node, variables: Mapping[str, Schema | None]) -> tuple[Run, int]:
    """What gives the value of an expression, and how many places for variables it needs; those
    that are given here have the first ones, in their order.

    Raises:
        NotEvaluable: it uses what is not evaluated here.
    """
    places = {name: place for place, name in enumerate(variables)}
    taken = [len(variables)]
    scope = Scope(_value_of, places, variables, taken)
    return scope.value_of(node), taken[0]


def _value_of(node: Node, scope: Scope) -> Run:
    match node:
        case Literal(value):
            return _constant(value)
        case List():
            return _list(node, scope)
        case Map():
            return _map(node, scope)
        case Call():
            return _call(node, scope)
        case _:
            return finished(path_of(node, scope))


def _constant(value: Any) -> Run:
    return lambda variables: value  # noqa: ARG005  # the same signature for all


def _list(node: List, scope: Scope) -> Run:
    items = tuple(scope.value_of(item) for item in node.items)
    if not node.optional:
        return lambda variables: [item(variables) for item in items]
    optional = node.optional

    def build(variables: Variables) -> list[Any]:
        made: list[Any] = []
        for place, item in enumerate(items):
            made.extend(_given(item(variables), optional=place in optional))
        return made

    return build


def _given(value: Any, *, optional: bool) -> Sequence[Any]:
    if not optional:
        return (value,)
    if not isinstance(value, Maybe):
        raise no_such_overload()
    return () if value is NOTHING else (value.value,)


def _map(node: Map, scope: Scope) -> Run:
    entries = tuple((scope.value_of(key), scope.value_of(held)) for key, held in node.entries)
    optional = node.optional

    def build(variables: Variables) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        for place, (key, held) in enumerate(entries):
            name = key(variables)
            for value in _given(held(variables), optional=place in optional):
                if name in made:
                    raise CelError(f"Failed with repeated key: {name}")
                made[name] = value
        return made

    return build


_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": arithmetic.add,
    "*": arithmetic.multiply,
    "/": arithmetic.divide,
    "%": arithmetic.remainder,
    "<": comparison(lambda left, right: left < right),
    "<=": comparison(lambda left, right: left <= right),
    ">": comparison(lambda left, right: left > right),
    ">=": comparison(lambda left, right: left >= right),
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
}


def _call(node: Call, scope: Scope) -> Run:
    macro = MACROS.get((node.function, node.target is not None, len(node.arguments)))
    if macro is not None:
        return macro(node, scope)
    if node.target is None and (node.function in _BINARY or node.function in _SPECIAL):
        return _operator(node, scope)
    if node.target is not None:
        qualified = qualified_name(node.target)
        if qualified and root_name(node.target) not in scope.places:
            return _function(f"{qualified}.{node.function}", node.arguments, scope)
        return _member(node, node.target, scope)
    return _function(node.function, node.arguments, scope)


def _operator(node: Call, scope: Scope) -> Run:
    operands = tuple(map(scope.value_of, node.arguments))
    if node.function in _SPECIAL:
        return _SPECIAL[node.function](*operands)
    compute = _BINARY[node.function]
    first, second = operands
    if node.function in ("==", "!=") and _is_text(node.arguments[1]):
        same = node.function == "=="  # nothing but an equal text equals a text
        return lambda variables: (first(variables) == second(variables)) is same
    return lambda variables: compute(first(variables), second(variables))


def _is_text(node: Node) -> bool:
    return isinstance(node, Literal) and type(node.value) is str


def _choice(condition: Run, chosen: Run, other: Run) -> Run:
    return lambda variables: (chosen if boolean(condition(variables)) else other)(variables)


def _not(operand: Run) -> Run:
    return lambda variables: not boolean(operand(variables))


def _minus(*operands: Run) -> Run:
    if len(operands) == 1:
        return _called(arithmetic.negate, operands)
    return _called(arithmetic.subtract, operands)


def _decided(sides: tuple[Run, ...], *, by: bool) -> Run:
    """`||` and `&&`: a side that decides makes up for an error of another."""

    def judge(variables: Variables) -> bool:
        failed: CelError | None = None
        for side in sides:
            try:
                if boolean(side(variables)) is by:
                    return by
            except CelError as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return not by

    return judge


def _in(item: Any, held: Any) -> bool:
    if isinstance(held, list):
        return contains(held, item)
    if isinstance(held, dict):
        return not isinstance(item, list | dict) and item in held
    raise no_such_overload()


def _function(name: str, arguments: Sequence[Node], scope: Scope) -> Run:
    function = FUNCTIONS.get(name)
    if function is None:
        raise NotEvaluable(f"the function {name} is not known")
    return _applied(function, arguments, tuple(scope.value_of(one) for one in arguments))


def _member(node: Call, target: Node, scope: Scope) -> Run:
    function = MEMBERS.get(node.function)
    if function is None:
        raise NotEvaluable(f"the function {node.function} is not known")
    if node.function == "format":
        _check_format(target)
    arguments = (target, *node.arguments)
    return _applied(function, arguments, tuple(scope.value_of(one) for one in arguments))


def _check_format(template: Node) -> None:
    known = isinstance(template, Literal) and isinstance(template.value, str)
    if not known or not EXACT.issuperset(clauses(template.value)):  # type: ignore[union-attr]  # it is a literal
        raise NotEvaluable("format() with a template or a clause that depends on a locale")


def _applied(function: Callable[..., Any], nodes: Sequence[Node], runs: tuple[Run, ...]) -> Run:
    """A call; one of constants alone is made once."""
    if nodes and all(isinstance(node, Literal) for node in nodes):
        values = [node.value for node in nodes if isinstance(node, Literal)]
        try:
            made = function(*values)
        except (CelError, TypeError):
            pass  # it fails whenever it is evaluated
        else:
            return _constant(made)
    return _called(function, runs)


def _called(function: Callable[..., Any], runs: tuple[Run, ...]) -> Run:
    if len(runs) == 1:
        (one,) = runs
        return lambda variables: function(one(variables))
    if len(runs) == 2:
        first, second = runs
        return lambda variables: function(first(variables), second(variables))
    return lambda variables: function(*[run(variables) for run in runs])


_SPECIAL: Mapping[str, Callable[..., Run]] = {
    "&&": lambda *sides: _decided(sides, by=False),
    "||": lambda *sides: _decided(sides, by=True),
    "?:": _choice,
    "!": _not,
    "-": _minus,
    "in": lambda item, held: _called(_in, (item, held)),
}
"""Operators with one operand or three, or which do not evaluate all of them."""
