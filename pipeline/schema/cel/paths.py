"""Names, fields and items: the ways into a value.

A path into a typed value (`self.spec.hosts[0]`) is followed through the plain JSON, and only what
is at its end is made a CEL value.
"""

from collections.abc import Callable
from typing import Any

from pipeline.schema.cel.errors import CelError, NotEvaluable, no_such_overload
from pipeline.schema.cel.scope import Path, Run, Scope, Variables
from pipeline.schema.cel.syntax import Index, Name, Node, Select
from pipeline.schema.cel.typed import converter, declared, unescaped, values_of
from pipeline.schema.cel.values import NAMED_TYPES, NOTHING, Maybe


def finished(path: Path) -> Run:
    """The value at the end of a path as a CEL value."""
    run, convert = path.run, converter(path.schema)
    if convert is None:
        return run
    if path.optional:
        return lambda variables: _mapped(run(variables), convert)
    return lambda variables: convert(run(variables))


def _mapped(value: Any, convert: Callable[[Any], Any]) -> Any:
    return (
        Maybe(convert(value.value)) if isinstance(value, Maybe) and value is not NOTHING else value
    )


def path_of(node: Node, scope: Scope) -> Path:
    """A way to what an expression means, with its schema where that is known.

    Raises:
        NotEvaluable: a name is not known.
    """
    if isinstance(node, Name):
        return _variable(node.name, scope)
    if isinstance(node, Select):
        qualified = qualified_name(node)
        if qualified in NAMED_TYPES and root_name(node) not in scope.places:
            named = NAMED_TYPES[qualified]
            return Path(lambda variables: named, None)  # noqa: ARG005  # the same signature for all
        return _select(path_of(node.operand, scope), node.field, optional=node.optional)
    if isinstance(node, Index):
        return _index(path_of(node.operand, scope), node, scope)
    return Path(scope.value_of(node), None)


def _variable(name: str, scope: Scope) -> Path:
    if name in scope.places:
        place = scope.places[name]
        return Path(lambda variables: variables[place], scope.schemas[name])
    if name in NAMED_TYPES:
        named = NAMED_TYPES[name]
        return Path(lambda variables: named, None)  # noqa: ARG005  # the same signature for all
    raise NotEvaluable(f"{name} is not known")


def qualified_name(node: Node) -> str:
    """`a.b.c`, where it is nothing but names; else empty."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Select) and not node.optional:
        operand = qualified_name(node.operand)
        return f"{operand}.{node.field}" if operand else ""
    return ""


def root_name(node: Node) -> str:
    """The name that a selection begins with; empty where it begins with something else."""
    while isinstance(node, Select):
        node = node.operand
    return node.name if isinstance(node, Name) else ""


def _select(operand: Path, field: str, *, optional: bool) -> Path:
    fields = declared(operand.schema)
    if fields is None and operand.schema is not None and values_of(operand.schema) is None:
        operand = Path(finished(operand), None, operand.optional)
    name = unescaped(field) if fields is not None else field
    schema = fields.get(name) if fields is not None else values_of(operand.schema)
    run = operand.run
    if operand.optional:
        return Path(lambda variables: _select_of_optional(run(variables), name), schema, True)
    if optional:
        return Path(lambda variables: _maybe_field(run(variables), name), schema, True)
    keeps_null = fields is None

    def get(variables: Variables) -> Any:
        value = run(variables)
        try:
            held = value[name]
        except (KeyError, TypeError):
            raise _no_field(value, field) from None
        if held is None and not keeps_null:
            raise CelError(f"no such key: {field}")
        return held

    return Path(get, schema)


def _no_field(value: Any, field: str) -> CelError:
    return CelError(f"no such key: {field}") if isinstance(value, dict) else no_such_overload()


def _select_of_optional(value: Any, name: str) -> Any:
    return value if value is NOTHING else _maybe_field(value.value, name)


def _maybe_field(value: Any, name: Any) -> Maybe:
    if not isinstance(value, dict):
        raise no_such_overload()
    return Maybe(value[name]) if value.get(name) is not None else NOTHING


def _index(operand: Path, node: Index, scope: Scope) -> Path:
    schema, run, index = values_of(operand.schema), operand.run, scope.value_of(node.index)
    if declared(operand.schema) is not None:
        run, schema = finished(operand), None
    if operand.optional or node.optional:
        within = operand.optional

        def maybe(variables: Variables) -> Any:
            value, place = run(variables), index(variables)
            if within:
                if value is NOTHING:
                    return NOTHING
                value = value.value
            try:
                return Maybe(_item(value, place))
            except CelError:
                return NOTHING

        return Path(maybe, schema, optional=True)
    return Path(lambda variables: _item(run(variables), index(variables)), schema)


def _item(value: Any, index: Any) -> Any:
    if isinstance(value, list):
        if isinstance(index, float) and index.is_integer():
            index = int(index)
        if isinstance(index, bool) or not isinstance(index, int):
            raise CelError(f"unsupported index: {index}")
        if not 0 <= index < len(value):
            raise CelError(f"index out of bounds: {index}")
        return value[index]
    if isinstance(value, dict):
        if isinstance(index, list | dict) or index not in value:
            raise CelError(f"no such key: {index}")
        return value[index]
    raise no_such_overload()


def present(node: Node, scope: Scope) -> Run:
    """`has(a.b)`.

    Raises:
        NotEvaluable: it is no selection of a field.
    """
    if not isinstance(node, Select):
        raise NotEvaluable("has() of something that is no field")
    operand = path_of(node.operand, scope)
    run = operand.run
    name = unescaped(node.field) if declared(operand.schema) is not None else node.field
    null_counts = declared(operand.schema) is None

    def judge(variables: Variables) -> bool:
        value = run(variables)
        if isinstance(value, Maybe):
            if value is NOTHING:
                return False
            value = value.value
        if not isinstance(value, dict):
            raise no_such_overload()
        return name in value and (null_counts or value[name] is not None)

    return judge
