"""A manifest with expressions in it, compiled: maps and lists whose leaves are texts."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pipeline.expression import Given
from pipeline.model import Path
from pipeline.schema.phrases import field
from pipeline.transform.template.errors import EvaluationError, LeafError, TemplateSyntaxError
from pipeline.transform.template.texts import Text

Node: TypeAlias = Callable[[Given], Any]


def compiled(value: Any, path: Path, *, item: bool) -> Node:
    """A function that makes the value for the variables of one evaluation. An expression that makes
    null leaves its field, or its element of a list, out.

    Raises:
        TemplateSyntaxError: naming the field.
    """
    if isinstance(value, str):
        return _leaf(value, path, item=item)
    if isinstance(value, Mapping):
        fields = {k: compiled(v, (*path, k), item=item) for k, v in value.items()}
        return lambda activation: _map(fields, activation)
    if isinstance(value, list | tuple):
        items = [compiled(v, (*path, at), item=item) for at, v in enumerate(value)]
        return lambda activation: [made for node in items if (made := node(activation)) is not None]
    return lambda _: value


def _leaf(value: str, path: Path, *, item: bool) -> Node:
    try:
        text = Text(value, item=item)
    except TemplateSyntaxError as error:
        raise TemplateSyntaxError(f"{field(path)}: {error}") from None
    if text.constant is not None:
        constant = text.constant
        return lambda _: constant

    def value_of(activation: Given) -> Any:
        try:
            return text.value(activation)
        except EvaluationError as error:
            raise LeafError(field(path), str(error)) from error

    return value_of


def _map(fields: Mapping[str, Node], activation: Given) -> dict[str, Any]:
    made = ((name, node(activation)) for name, node in fields.items())
    return {name: value for name, value in made if value is not None}
