"""The tree of an expression.

Operators are calls: `a + b` is a call of `+`. Macros are calls, too, until they are compiled.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it is written."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or the beginning of a qualified name."""

    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`, or `operand.?field`."""

    operand: "Node"
    field: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """`operand[index]`, or `operand[?index]`."""

    operand: "Node"
    index: "Node"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """`function(arguments)`, or `target.function(arguments)`."""

    function: str
    arguments: tuple["Node", ...]
    target: "Node | None" = None


@dataclass(frozen=True, slots=True)
class List:
    """`[items]`; an item marked by `?` is left out where it is an optional without value."""

    items: tuple["Node", ...]
    optional: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Map:
    """`{key: value}`; an entry marked by `?` is left out like an item of a list."""

    entries: tuple[tuple["Node", "Node"], ...]
    optional: frozenset[int] = frozenset()


Node: TypeAlias = Literal | Name | Select | Index | Call | List | Map


def names(node: Node) -> frozenset[str]:
    """The variables that an expression mentions, including those that its macros introduce."""
    own = frozenset((node.name,)) if isinstance(node, Name) else frozenset[str]()
    return own.union(*map(names, _parts(node)))


def _parts(node: Node) -> tuple[Node, ...]:
    """The nodes right below one."""
    match node:
        case Select(operand):
            return (operand,)
        case Index(operand, index):
            return (operand, index)
        case Call(_, arguments, target):
            return arguments if target is None else (*arguments, target)
        case List(items):
            return items
        case Map(entries):
            return tuple(part for entry in entries for part in entry)
    return ()
