"""CEL in a template: what it sees, and that it makes values of JSON."""

import math
from collections.abc import Mapping
from typing import Any

from pipeline.expression import ANYTHING, ROOT, ExpressionError, Failure, Given, Language, Makes
from pipeline.transform.template.errors import EvaluationError, TemplateSyntaxError

ITEM = "item"
_ALONE, _WITH_ITEM = Language(), Language({ITEM: ANYTHING})


def variables(manifest: Mapping[str, Any]) -> Given:
    """What expressions about a resource see."""
    return Given({ROOT: manifest})


def variables_with_item(manifest: Mapping[str, Any], item: Any) -> Given:
    """What expressions about a resource, and one element of a list, see."""
    return Given({ROOT: manifest, ITEM: item})


class Expression:
    """One compiled expression.

    Raises:
        TemplateSyntaxError: it is not CEL, uses a variable that is not there, or cannot make what
            it has to.
    """

    def __init__(self, text: str, *, item: bool = False, makes: Makes = "value") -> None:
        try:
            self._compiled = (_WITH_ITEM if item else _ALONE).compile(text, makes)
        except ExpressionError as error:
            raise TemplateSyntaxError(str(error)) from error

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
