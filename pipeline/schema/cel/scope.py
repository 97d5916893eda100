"""What the compiler knows where it is: the variables in sight, and how to compile what is below."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from pipeline.schema.cel.errors import no_such_overload
from pipeline.schema.cel.syntax import Node
from pipeline.schema.vocabulary import Schema

Variables: TypeAlias = list[Any]
Run: TypeAlias = Callable[[Variables], Any]
"""Takes the variables, by place, and gives a value."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way into a value."""

    run: Run
    """Gives the plain JSON, or a CEL value where `schema` is None."""
    schema: Schema | None
    optional: bool = False
    """Whether it gives an optional."""


@dataclass(frozen=True)
class Scope:
    """The variables in sight."""

    compiler: Callable[[Node, "Scope"], Run]
    """Compiles a node; paths and macros ask it for what is below theirs."""
    places: Mapping[str, int]
    schemas: Mapping[str, Schema | None]
    taken: list[int]
    """One number: how many places there are, shared by all scopes of an expression."""

    def value_of(self, node: Node) -> Run:
        """What gives the CEL value of an expression here.

        Raises:
            NotEvaluable: it uses what is not evaluated here.
        """
        return self.compiler(node, self)

    def with_variable(self, name: str, schema: Schema | None) -> tuple["Scope", int]:
        """The scope with one more variable, and its place."""
        place = self.taken[0]
        self.taken[0] += 1
        places, schemas = {**self.places, name: place}, {**self.schemas, name: schema}
        return replace(self, places=places, schemas=schemas), place


def boolean(value: Any) -> bool:
    """The value, which must be true or false."""
    if value is True or value is False:
        return value
    raise no_such_overload()
