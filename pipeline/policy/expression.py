"""CEL over a manifest, by Google's C++ runtime: the only place that knows the library.

The strings extension is on (`split`, `format`, `upperAscii`, ...). An expression that takes more
than 9,999 steps of iteration fails, so no rule runs for long, and one that is nested more than 32
deep does not compile.
"""

import re
from typing import Any, NamedTuple

from cel_expr_python import cel
from cel_expr_python.ext import ext_strings

from pipeline.policy.errors import ExpressionError
from pipeline.policy.projection import ROOT

_ENVIRONMENT = cel.NewEnv(variables={ROOT: cel.Type.DYN}, extensions=[ext_strings.ExtStrings()])
_COMPILE_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): ([^\n]*)")
_STATUS = re.compile(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$")
_MISSING = re.compile(r'^Key not found in map : "(.*)"$')
_TYPES: dict[type, Any] = {bool: cel.Type.BOOL, str: cel.Type.STRING}
_WORDS: dict[type, str] = {bool: "true or false", str: "text"}


class Failure(NamedTuple):
    """An expression could not be evaluated."""

    problem: str
    """Why, without a full stop."""


class Manifest:
    """A manifest, or the parts of it that matter, handed to CEL once for several expressions."""

    def __init__(self, content: Any) -> None:
        self.activation = _ENVIRONMENT.Activation({ROOT: content})


class Expression:
    """One compiled expression that makes a `bool` or a `str`.

    Raises:
        ExpressionError: it is not CEL, or cannot make a value of that type.
    """

    def __init__(self, text: str, result: type[bool] | type[str]) -> None:
        self.text = text
        self._result = result
        try:
            self._compiled = _ENVIRONMENT.compile(text)
        except RuntimeError as error:
            raise ExpressionError(_compile_problem(str(error))) from error
        made = self._compiled.return_type()
        if made not in (_TYPES[result], cel.Type.DYN):
            raise ExpressionError(f"it makes {made.name()}, and {_WORDS[result]} is needed")

    def evaluate(self, manifest: Manifest) -> Any:
        """A value of the expression's type, or a `Failure`."""
        try:
            made = self._compiled.eval(manifest.activation)
        except RuntimeError as error:
            return Failure(_evaluation_problem(str(error)))
        value = made.value()
        if value is True or value is False:
            return value if self._result is bool else Failure(self._wrong_type("BOOL"))
        kind = made.type()
        if kind == cel.Type.ERROR:
            return Failure(_evaluation_problem(str(value)))
        return value if type(value) is self._result else Failure(self._wrong_type(kind.name()))

    def _wrong_type(self, name: str) -> str:
        return f"it makes {name}, and {_WORDS[self._result]} is needed"


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
