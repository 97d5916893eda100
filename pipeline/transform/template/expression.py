"""CEL that makes any value of JSON, by Google's C++ runtime.

As in policies (`pipeline.policy.expression`): the strings extension is on, an expression that takes
more than 9,999 steps of iteration fails, and one that is nested more than 32 deep does not compile.
"""

import math
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from cel_expr_python import cel
from cel_expr_python.ext import ext_strings

from pipeline.transform.template.errors import EvaluationError, TemplateSyntaxError

Activation: TypeAlias = Any
"""The variables of one evaluation, as the runtime keeps them."""

OBJECT, ITEM = "object", "item"
_COMPILE_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): ([^\n]*)")
_STATUS = re.compile(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$")
_MISSING = re.compile(r'^Key not found in map : "(.*)"$')


def _environment(*names: str) -> Any:
    variables = dict.fromkeys(names, cel.Type.DYN)
    return cel.NewEnv(variables=variables, extensions=[ext_strings.ExtStrings()])


_ALONE, _WITH_ITEM = _environment(OBJECT), _environment(OBJECT, ITEM)


def variables(manifest: Mapping[str, Any]) -> Activation:
    """What expressions about a resource see."""
    return _ALONE.Activation({OBJECT: manifest})


def variables_with_item(manifest: Mapping[str, Any], item: Any) -> Activation:
    """What expressions about a resource, and one element of a list, see."""
    return _WITH_ITEM.Activation({OBJECT: manifest, ITEM: item})


class Expression:
    """One compiled expression.

    Raises:
        TemplateSyntaxError: it is not CEL, or uses a variable that is not there.
    """

    def __init__(self, text: str, *, item: bool = False) -> None:
        self.text = text
        try:
            self._compiled = (_WITH_ITEM if item else _ALONE).compile(text)
        except RuntimeError as error:
            raise TemplateSyntaxError(_compile_problem(str(error))) from error

    def value(self, activation: Activation) -> Any:
        """What it makes, in the types of JSON.

        Raises:
            EvaluationError: it fails, or makes what JSON does not have.
        """
        try:
            made = self._compiled.eval(activation)
        except RuntimeError as error:
            raise EvaluationError(_evaluation_problem(str(error))) from error
        value = made.plain_value()
        if made.type() == cel.Type.ERROR:
            raise EvaluationError(_evaluation_problem(str(value)))
        return _json(value)


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


def _compile_problem(text: str) -> str:
    """The first error of the compiler's report, which draws a picture of each."""
    found = _COMPILE_ERROR.search(text)
    if found is None:
        return _STATUS.sub("", text.partition("\n")[0])
    line, column, problem = found.groups()
    return f"{problem} (line {line}, column {column})"


def _evaluation_problem(text: str) -> str:
    problem = _STATUS.sub("", text)
    missing = _MISSING.match(problem)
    if missing:
        name = missing[1]
        return f"there is no field {name}; ask has(...{name}) first where it is optional"
    return problem[:1].lower() + problem[1:]
