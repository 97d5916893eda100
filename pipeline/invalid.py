"""What pydantic finds wrong with settings, as field and problem in words."""

import difflib
from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ValidationError


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
        field = model.model_fields.get(str(part))
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return []
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]
