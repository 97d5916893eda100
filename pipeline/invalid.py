"""What pydantic finds wrong with settings, as field and problem in words."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo


def settings_problems(error: ValidationError, model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """(field, problem) for everything wrong; an unknown field gets the nearest known one."""
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        place = detail["loc"]
        field = ".".join(map(str, place)) or "(the whole entry)"
        if detail["type"] == "extra_forbidden":
            known = _fields(model, place[:-1])
            yield field, f"the field is not known{nearest(str(place[-1]), known)}"
        else:
            said = detail["msg"].removeprefix("Value error, ")
            yield field, said.replace("a valid tuple", "a list")  # what YAML has


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean NAME`, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}" if near else ""


def _fields(model: type[BaseModel], place: Iterable[str | int]) -> list[str]:
    for part in place:
        if isinstance(part, int):
            continue  # which of several that have the same fields
        field = _by_name(model).get(part)
        inner = next(_models(field.annotation), None) if field else None
        if inner is None:
            return []
        model = inner
    return list(_by_name(model))


def _by_name(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field is made of: its own, or those in a list or beside None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
