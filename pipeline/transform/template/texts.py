"""A text with expressions in it: `${object.metadata.name}-public`; `$$` is a dollar sign.

A text that is one expression and nothing else keeps the type of what that makes.
"""

from collections.abc import Iterator
from typing import Any

from pipeline.expression import Given
from pipeline.transform.template.errors import EvaluationError, TemplateSyntaxError
from pipeline.transform.template.expression import Expression, Scope


class Text:
    """A text taken apart.

    Raises:
        TemplateSyntaxError: an expression has no end, or is not CEL.
    """

    def __init__(self, text: str, scope: Scope) -> None:
        self._parts = tuple(part for part in _parts(text, scope) if part != "")

    @property
    def constant(self) -> str | None:
        """The text, if it has no expressions."""
        if all(isinstance(part, str) for part in self._parts):
            return "".join(map(str, self._parts))
        return None

    def value(self, given: Given) -> Any:
        """What it makes.

        Raises:
            EvaluationError: an expression fails, or makes nothing that stands in a text.
        """
        if len(self._parts) == 1 and isinstance(self._parts[0], Expression):
            return self._parts[0].value(given)
        return "".join(
            part if isinstance(part, str) else _as_text(part.value(given)) for part in self._parts
        )


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise EvaluationError("only texts, numbers, true and false can stand within a text")


def _parts(text: str, scope: Scope) -> Iterator[str | Expression]:
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        following = text[dollar + 1 : dollar + 2]
        if following == "{":
            end = _end(text, dollar + 2)
            yield text[at:dollar]
            yield scope.expression(text[dollar + 2 : end])
            at = end + 1
        else:
            yield text[at : dollar + 1]
            at = dollar + (2 if following == "$" else 1)
    yield text[at:]


def _end(text: str, at: int) -> int:
    """Where the brace is that ends an expression; those in it, and in its texts, are passed over.

    Raises:
        TemplateSyntaxError: there is none.
    """
    depth, quote, begin = 0, "", at
    while at < len(text):
        here = text[at]
        if quote:
            at += here == "\\"
            quote = "" if here == quote else quote
        elif here in "\"'":
            quote = here
        elif here == "}" and not depth:
            return at
        else:
            depth += (here == "{") - (here == "}")
        at += 1
    raise TemplateSyntaxError(f"the expression ${{{text[begin : begin + 40]} has no closing brace")
