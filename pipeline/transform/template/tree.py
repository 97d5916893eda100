"""A manifest with expressions in it, compiled: maps and lists whose leaves are texts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from pipeline.expression import Given
from pipeline.model import Path
from pipeline.schema.phrases import field
from pipeline.transform.template.errors import EvaluationError, LeafError, TemplateSyntaxError
from pipeline.transform.template.expression import Scope
from pipeline.transform.template.texts import Text

Node: TypeAlias = Callable[[Given], Any]


class Manifests:
    """Manifests of one template.

    Raises:
        TemplateSyntaxError: one of their expressions is no CEL.
    """

    def __init__(self, manifests: Sequence[Mapping[str, Any]], *, item: bool) -> None:
        """`item`: whether they are made for each element of a list."""
        self._scope = Scope(item=item)
        self._nodes = [
            _compiled(held, ("resources", at), self._scope) for at, held in enumerate(manifests)
        ]

    def made(self, seen: Mapping[str, Any]) -> Iterator[Any]:
        """What they are for one resource, and one element, in their order.

        Raises:
            LeafError: an expression fails.
        """
        given = self._scope.given(seen)
        return (node(given) for node in self._nodes)


def _compiled(value: Any, path: Path, scope: Scope) -> Node:
    """A function that makes the value for the variables of one evaluation. An expression that makes
    null leaves its field, or its element of a list, out.

    Raises:
        TemplateSyntaxError: naming the field.
    """
    if isinstance(value, str):
        return _leaf(value, path, scope)
    if isinstance(value, Mapping):
        fields = {k: _compiled(v, (*path, k), scope) for k, v in value.items()}
        return lambda given: _map(fields, given)
    if isinstance(value, list | tuple):
        items = [_compiled(v, (*path, at), scope) for at, v in enumerate(value)]
        return lambda given: [made for node in items if (made := node(given)) is not None]
    return lambda _: value


def _leaf(value: str, path: Path, scope: Scope) -> Node:
    try:
        text = Text(value, scope)
    except TemplateSyntaxError as error:
        raise TemplateSyntaxError(f"{field(path)}: {error}") from None
    if text.constant is not None:
        constant = text.constant
        return lambda _: constant

    def value_of(given: Given) -> Any:
        try:
            return text.value(given)
        except EvaluationError as error:
            raise LeafError(field(path), str(error)) from error

    return value_of


def _map(fields: Mapping[str, Node], given: Given) -> dict[str, Any]:
    made = ((name, node(given)) for name, node in fields.items())
    return {name: value for name, value in made if value is not None}
