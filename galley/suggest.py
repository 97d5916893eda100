"""The nearest known name for a misspelt one: settings, parameters, codes, names of commands."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, get_args


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a complaint: `; did you mean 'reason'?`, or a full stop if nothing is near."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]!r}?" if found else "."


def names_at(model: Any, where: Sequence[str | int]) -> list[str]:
    """Names of the fields at a place within a model; steps that only unions have are passed."""
    models: list[Any] = [model]
    for part in where:
        if isinstance(part, str):
            inner = [each for outer in models for each in _inner(outer, part)]
            models = inner or models
    return [name for each in models for name in _fields(each)]


def _inner(model: Any, name: str) -> list[Any]:
    field = getattr(model, "model_fields", {}).get(name)
    return list(_models(field.annotation)) if field else []


def _fields(model: Any) -> Iterator[str]:
    """Names of the fields of a model or a dataclass."""
    yield from getattr(model, "model_fields", ())
    yield from getattr(model, "__dataclass_fields__", ())


def _models(annotation: Any) -> Iterator[Any]:
    """The models that a type is made of."""
    if hasattr(annotation, "model_fields") or hasattr(annotation, "__dataclass_fields__"):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
