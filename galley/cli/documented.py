"""Settings models as Markdown: a heading and a table for each, in the order of reading."""

import ast
import inspect
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from galley.times import duration
from pipeline.transform.settings import TransformSettings

CONTAINERS: dict[Any, str] = {
    Annotated: "{}",
    tuple: "list of {}",
    list: "list of {}",
    dict: "map of {} to {}",
}
PLAIN: dict[Any, str] = {
    Any: "anything",
    datetime: "date or time",
    str: "text",
    int: "number",
    float: "number",
    bool: "true or false",
    Path: "path",
}


def models_below(model: type[Any]) -> Iterator[type[Any]]:
    """A model, then those that its fields are made of."""
    yield model
    for field in getattr(model, "model_fields", {}).values():
        for inner in _inner(field.annotation):
            yield from models_below(inner)


def table(model: type[Any]) -> Iterator[str]:
    """The lines of a model's section."""
    yield from (f"## {_heading(model)}", "", _sentence(model), "")
    yield "| setting | value | default | meaning |"
    yield "|---|---|---|---|"
    for name, field in _fields(model).items():
        default = _default(field)
        meaning = _cell(field.description or "")
        yield f"| `{field.alias or name}` | {_cell(_type(field))} | {default} | {meaning} |"
    yield ""


def _fields(model: type[Any]) -> dict[str, FieldInfo]:
    if not is_dataclass(model):
        found: dict[str, FieldInfo] = model.model_fields
        return found
    texts = _docstrings(model)
    return {
        each.name: FieldInfo(
            annotation=each.type,  # type: ignore[arg-type]  # a type, for annotations are evaluated
            default=each.default,
            description=texts.get(each.name),
        )
        for each in fields(model)
    }


def _docstrings(model: type[Any]) -> dict[str, str]:
    """The texts under the fields of a dataclass; pydantic reads those of its models itself."""
    body = cast("ast.ClassDef", ast.parse(inspect.getsource(model)).body[0]).body
    found: dict[str, str] = {}
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            found[ast.unparse(field.target)] = str(ast.literal_eval(text.value))
    return found


def _heading(model: type[Any]) -> str:
    name = model.__name__.removesuffix("Settings")
    if issubclass(model, TransformSettings):
        name = f"Transform{name}"
    words = "".join(f" {each.lower()}" if each.isupper() else each for each in name)
    return words.strip().capitalize()


def _sentence(model: type[Any]) -> str:
    return " ".join((model.__doc__ or "").split())


def _type(field: FieldInfo) -> str:
    if field.annotation is float and any(getattr(each, "func", None) for each in field.metadata):
        return "duration"
    return _type_name(field.annotation)


def _type_name(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in inner)
    if origin in {Union, UnionType}:
        parts = [_type_name(each) for each in inner if each is not type(None)]
        return " or ".join(dict.fromkeys(parts))
    if origin in CONTAINERS:
        return CONTAINERS[origin].format(*map(_type_name, inner))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return " or ".join(f"`{each}`" for each in kind)
    if _is_model(kind):
        return f"[{_heading(kind).lower()}](#{_heading(kind).lower().replace(' ', '-')})"
    return PLAIN.get(kind, getattr(kind, "__name__", str(kind)).lower())


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    first = value[0] if isinstance(value, tuple) and value else value
    if value in (PydanticUndefined, None, "", (), {}) or _is_model(type(first)):
        return "its defaults" if _is_model(type(first)) else ""
    if _type(field) == "duration":
        return f"`{duration(value)}`" if value else "`0`"
    return f"`{_cell(json.dumps(value, default=str, ensure_ascii=False))}`"


def _inner(annotation: Any) -> Iterator[type[Any]]:
    if _is_model(annotation):
        yield annotation
    for each in get_args(annotation):
        yield from _inner(each)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and (issubclass(kind, BaseModel) or is_dataclass(kind))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
