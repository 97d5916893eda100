"""CEL by Google's C++ runtime: the only place that knows the library.

The extensions for strings (`split`, `format`, `upperAscii`, ...) and for optional fields
(`object.?spec`, `orValue`) are on. An expression that takes more than 9,999 steps of iteration
fails, so no rule runs for long, and one that is nested more than 32 deep does not compile.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

ROOT = "object"
"""The name that every expression knows: the manifest of the resource that it is about."""

Makes: TypeAlias = Literal["bool", "text", "value"]
"""What an expression has to make: true or false, text, or whatever can be handed on."""

_COMPILE_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): ([^\n]*)")
_CONTAINER = re.compile(r" \(in container '[^']*'\)")
_STATUS = re.compile(r"^[A-Z_]+: |\s*\[[A-Z_]+\]$")
_NO_FIELD = re.compile(r'^Key not found in map : "(.*)"$')
_NO_VALUE = re.compile(r'^No value with name "(.*)" found in Activation$')
_NOT_TAKEN = re.compile(r"^Non-CEL value type for '([^']*)'")
_NO_FIELDS = "Applying SELECT to non-message type"
_NOT_HANDED_ON = re.compile(r"optional_type|TYPE|^\*")
_TYPES: dict[Makes, Any] = {
    "bool": cel.Type.BOOL,
    "text": cel.Type.STRING,
    "value": cel.Type.DYN,
}
_WORDS: dict[Makes, str] = {"bool": "true or false", "text": "text", "value": "a plain value"}


class ExpressionError(ValueError):
    """An expression is not CEL, or has the wrong type; the text ends with line and column."""


class Failure(NamedTuple):
    """An expression could not be evaluated."""

    problem: str
    """Why, without a full stop."""
    missing: str = ""
    """The field, or the name without a value, that it stumbled over."""


class Given:
    """What expressions see, by name; handed to CEL once for several of them."""

    __slots__ = ("activation",)

    def __init__(self, values: Mapping[str, Any], environment: Any = None) -> None:
        """`environment`: the runtime's, where it is to know the types of the names."""
        self.activation = (environment or _PLAIN).Activation(dict(values))


class Expression:
    """One compiled expression."""

    __slots__ = ("_compiled", "_environment", "_makes", "text")

    def __init__(self, text: str, makes: Makes, compiled: Any, environment: Any) -> None:
        self.text = text
        self._makes = makes
        self._compiled = compiled
        self._environment = environment

    @property
    def type(self) -> Any:
        """CEL's type of what it makes, as far as it is known before."""
        return self._compiled.return_type()

    def given(self, values: Mapping[str, Any]) -> Given:
        """Values for this expression alone: a duration is one only where that is known before."""
        return Given(values, self._environment)

    def evaluate(self, given: Given) -> Any:
        """What it makes, or a `Failure`."""
        try:
            made = self._compiled.eval(given.activation)
        except RuntimeError as error:
            return _failure(str(error))
        if self._makes == "value":
            return _taken(made)
        kind = made.type()
        if kind == cel.Type.ERROR:  # its value is a text
            return _failure(str(made.value()))
        if kind == _TYPES[self._makes]:
            return made.value()
        return Failure(_unfit(kind.name(), self._makes))


class Language:
    """The names that expressions may use besides `object`, with the types of what they stand for.

    A name may have dots (`variables.hosts`); one that is not known does not compile.
    """

    def __init__(self, types: Mapping[str, Any] | None = None) -> None:
        self._types = {**(types or {})}
        extensions = [ext_strings.ExtStrings(), ext_optional.ExtOptional()]
        variables = {ROOT: cel.Type.DYN, **self._types}
        self._environment = cel.NewEnv(variables=variables, extensions=extensions)

    def knowing(self, name: str, kind: Any) -> "Language":
        """The same with one more name."""
        return Language({**self._types, name: kind})

    def compile(self, text: str, makes: Makes) -> Expression:
        """Read an expression.

        Raises:
            ExpressionError: it is not CEL, or cannot make what it has to.
        """
        try:
            compiled = self._environment.compile(text)
        except RuntimeError as error:
            raise ExpressionError(_compile_problem(str(error))) from error
        kind = compiled.return_type()
        fits = kind in (_TYPES[makes], cel.Type.DYN)
        if not fits and (makes != "value" or _NOT_HANDED_ON.search(kind.name())):
            raise ExpressionError(_unfit(kind.name(), makes))
        return Expression(text, makes, compiled, self._environment)


ANYTHING = cel.Type.DYN
MANIFESTS = cel.Type.List(cel.Type.DYN)
BY_NAME = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
"""Types of names that stand for what is not computed by an expression."""

_PLAIN = cel.NewEnv()


def _unfit(made: str, makes: Makes) -> str:
    return f"it makes {made}, and {_WORDS[makes]} is needed"


def _taken(made: Any) -> Any:
    """What was made, as Python has it, or a `Failure`.

    Lists and maps are taken apart here, and nulls are made here, because the library (0.1.3) hands
    over optionals within by ending the process, and gives up a reference to None for each null,
    which Python up to 3.11 does not survive for long.
    """
    kind = made.type()
    if kind == cel.Type.NULL:
        return None
    if kind in (cel.Type.LIST, cel.Type.MAP):
        return _taken_apart(made.value())
    if kind == cel.Type.TYPE:
        return Failure(_unfit("a type", "value"))
    try:
        return _failure(str(made.value())) if kind == cel.Type.ERROR else made.plain_value()
    except TypeError:  # there is nothing like it in Python
        return Failure(_unfit("an optional", "value"))


def _taken_apart(held: list[Any] | dict[Any, Any]) -> Any:
    items = held.items() if isinstance(held, dict) else enumerate(held)
    found = {name: _taken(item) for name, item in items}
    failed = next((each for each in found.values() if isinstance(each, Failure)), None)
    if failed:
        return failed
    return found if isinstance(held, dict) else list(found.values())


def _compile_problem(text: str) -> str:
    """The first error of the compiler's report, which draws a picture of each."""
    found = _COMPILE_ERROR.search(text)
    if found is None:
        return _STATUS.sub("", text.partition("\n")[0])
    line, column, problem = found.groups()
    return f"{_CONTAINER.sub('', problem)} (line {line}, column {column})"


def _failure(text: str) -> Failure:
    problem = _STATUS.sub("", text)
    if found := _NO_VALUE.match(problem):
        return Failure(f"{found[1]} has no value", found[1])
    if found := _NOT_TAKEN.match(problem):
        return Failure(f"{found[1]} holds a duration or a time where none can be told before")
    if problem == _NO_FIELDS:
        return Failure("a field is asked of something that has none, such as null")
    if found := _NO_FIELD.match(problem):
        hint = f"ask has(...{found[1]}) first where it is optional"
        return Failure(f"there is no field {found[1]}; {hint}", found[1])
    return Failure(problem[:1].lower() + problem[1:])
