"""A rule, and the expression that makes its message, compiled for the schema that they stand in."""

from typing import Any, Final

from pipeline.schema.cel.compile import compiled
from pipeline.schema.cel.errors import CelError, NotEvaluable, no_such_overload
from pipeline.schema.cel.macros import MOST_STEPS
from pipeline.schema.cel.parser import parse
from pipeline.schema.cel.syntax import names
from pipeline.schema.cel.typed import converter
from pipeline.schema.cel.values import NOTHING, Maybe
from pipeline.schema.vocabulary import Schema


class _Absent:
    """No older value."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()
_LONGEST_MESSAGE = 5 * 1024


class Expression:
    """An expression over `self` and `oldSelf`.

    Raises:
        CelSyntaxError: it is not CEL.
        NotEvaluable: it uses something that is not evaluated here exactly.
    """

    def __init__(self, text: str, schema: Schema) -> None:
        try:
            tree = parse(text)
            self.uses_old_self = "oldSelf" in names(tree)
            """Whether it is about a change."""
            typed = {"": None, "self": schema, "oldSelf": schema}
            self._run, self._places = compiled(tree, typed)
            self._run_optional = self._run
            if self.uses_old_self:
                self._run_optional, places = compiled(tree, {**typed, "oldSelf": None})
                self._places = max(self._places, places)
        except RecursionError as error:
            raise NotEvaluable("it is nested too deep") from error
        self._convert = converter(schema)

    def _value(self, value: Any, old: Any, *, old_optional: bool) -> Any:
        """What it makes of a value.

        Raises:
            CelError: it fails.
        """
        variables: list[Any] = [None] * self._places
        variables[0], variables[1], variables[2] = MOST_STEPS, value, old
        run = self._run
        if old_optional:
            run = self._run_optional
            variables[2] = NOTHING if old is ABSENT else Maybe(self._converted(old))
        elif old is ABSENT and self.uses_old_self:
            raise CelError("there is no oldSelf")
        try:
            return run(variables)
        except TypeError as error:  # another number of arguments than the function takes
            raise no_such_overload() from error
        except RecursionError as error:
            raise CelError("the value is nested too deep") from error

    def _converted(self, value: Any) -> Any:
        return value if self._convert is None else self._convert(value)


class Rule(Expression):
    """An expression that is true of a good value."""

    def evaluate(self, value: Any, old: Any = ABSENT, *, old_optional: bool = False) -> bool:
        """Whether it is true of a value: plain JSON that fits the schema, as `old` does.

        `old_optional`: `oldSelf` is an optional, without a value where `old` is ABSENT.

        Raises:
            CelError: the evaluation fails, in the words of the API server where those are known.
        """
        made = self._value(value, old, old_optional=old_optional)
        if made is True or made is False:
            return made
        raise no_such_overload()


class Message(Expression):
    """An expression that makes a message."""

    def evaluate(self, value: Any, old: Any = ABSENT, *, old_optional: bool = False) -> str:
        """The message for a value.

        Raises:
            CelError: the evaluation fails, or makes no usable message.
        """
        made = self._value(value, old, old_optional=old_optional)
        text = made.strip() if isinstance(made, str) else ""
        if not text or "\n" in text or len(text.encode()) > _LONGEST_MESSAGE:
            raise CelError("messageExpression makes no message of one line")
        return text


def compile_rule(text: str, schema: Schema) -> Rule:
    """A rule for values of a schema; see `Expression` for what it raises."""
    return Rule(text, schema)


def compile_message(text: str, schema: Schema) -> Message:
    """A message for values of a schema; see `Expression` for what it raises."""
    return Message(text, schema)
