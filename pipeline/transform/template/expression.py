"""CEL in a template: what it sees, and that it makes values of JSON."""

import math
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

from pipeline import expression
from pipeline.expression import (
    ANYTHING,
    ROOT,
    ExpressionError,
    Failure,
    Given,
    Language,
    Makes,
    Tree,
    looked_at,
    project,
)
from pipeline.transform.template.errors import EvaluationError, TemplateSyntaxError

ITEM = "item"
_ALONE, _WITH_ITEM = Language(), Language({ITEM: ANYTHING})

Question: TypeAlias = Callable[[Mapping[str, Any]], Any]
"""An expression about a manifest, asked about one."""


class Expression:
    """One compiled expression."""

    def __init__(self, compiled: expression.Expression) -> None:
        self._compiled = compiled

    def value(self, given: Given) -> Any:
        """What it makes, in the types of JSON.

        Raises:
            EvaluationError: it fails, or makes something else than it has to, or what JSON does not
                have.
        """
        made = self._compiled.evaluate(given)
        if isinstance(made, Failure):
            raise EvaluationError(made.problem)
        return _json(made)


class Scope:
    """The names that some expressions know, handed to CEL once for all of them: as much of what
    they stand for as any of them looks at, so that one element does not cost what all hold."""

    def __init__(self, *, item: bool = False) -> None:
        """`item`: whether they are about an element of a list, too."""
        self._language = _WITH_ITEM if item else _ALONE
        self._names = (ROOT, ITEM) if item else (ROOT,)
        self._texts: list[str] = []

    def expression(self, text: str, makes: Makes = "value") -> Expression:
        """Compile one more.

        Raises:
            TemplateSyntaxError: it is not CEL, uses a variable that is not there, or cannot make
                what it has to.
        """
        try:
            compiled = self._language.compile(text, makes)
        except ExpressionError as error:
            raise TemplateSyntaxError(str(error)) from error
        self._texts.append(text)
        return Expression(compiled)

    def given(self, seen: Mapping[str, Any]) -> Given:
        """What they see, once all are compiled, of the values of the names."""
        return Given({name: project(seen[name], tree) for name, tree in self._trees.items()})

    @cached_property
    def _trees(self) -> dict[str, Tree | None]:
        return {name: looked_at(self._texts, name) for name in self._names}


def alone(text: str, makes: Makes = "value") -> Question:
    """An expression about a manifest that shares nothing with others.

    Raises:
        TemplateSyntaxError: as for `Scope.expression`.
    """
    scope = Scope()
    compiled = scope.expression(text, makes)
    return lambda manifest: compiled.value(scope.given({ROOT: manifest}))


def _json(value: Any) -> Any:
    """The value, held to the types of JSON; integral map keys and the like are refused."""
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise EvaluationError(f"it makes the number {value}, which JSON does not have")
    if isinstance(value, list):
        return [_json(item) for item in value]
    if isinstance(value, dict):
        for name in value:
            if not isinstance(name, str):
                raise EvaluationError(f"it makes a map with the key {name!r}, which is no text")
        return {name: _json(item) for name, item in value.items()}
    kind = type(value).__name__
    raise EvaluationError(f"it makes a {kind}, which JSON does not have; string(...) makes it text")
