"""How what is written in one version of a kind reads in its storage version.

A conversion is a list of steps, data and no code, so that it can be read both ways: forward for a
body, backward for the path of a finding, which is shown where it was written. What a step does not
find, or finds in another shape, it passes over: a body that is wrong stays wrong and is told so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pipeline.model.canonical import Path

_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Move:
    """A field that has another name, or another place, in the storage version."""

    at: Path
    """The maps in which it is; `*` stands for each element of a list."""
    old: Path
    """The field, from there."""
    new: Path
    """Where it goes, from there. What is there already stays, and then so does the field."""
    only: type = object
    """Only values of this type are moved."""
    also: Mapping[Path, Any] = field(default_factory=dict, hash=False)
    """What the storage version wants beside it."""
    copies: bool = False
    """Whether the field stays where it is, too."""
    unless: Path = ()
    """A field whose presence keeps it from being moved; none: the new one."""

    def apply(self, held: dict[str, Any]) -> dict[str, Any]:
        value = _get(held, self.old)
        if value is _NOTHING or not isinstance(value, self.only):
            return held
        if not _is_free(held, self.unless or self.new):
            return held
        made: dict[str, Any] = held if self.copies else _without(held, self.old)
        made = _with(made, self.new, value)
        for place, beside in self.also.items():
            if _is_free(made, place):
                made = _with(made, place, beside)
        return made

    def back(self, path: Path, body: Mapping[str, Any]) -> Path:
        """Where what is at a path of the storage version was written in a body."""
        head, rest = path[: len(self.at)], path[len(self.at) :]
        if not _fits(head, self.at) or rest[: len(self.new)] != self.new:
            return path
        if _get(body, path) is not _NOTHING:  # written as the storage version has it
            return path
        return (*head, *self.old, *rest[len(self.new) :])


@dataclass(frozen=True, slots=True)
class Default:
    """A field that the older version may leave out and the storage version wants."""

    at: Path
    new: Path
    value: Any

    def apply(self, held: dict[str, Any]) -> dict[str, Any]:
        if not _is_free(held, self.new):
            return held
        made: dict[str, Any] = _with(held, self.new, self.value)
        return made

    def back(self, path: Path, body: Mapping[str, Any]) -> Path:  # noqa: ARG002  # it moves nothing
        return path


Step: TypeAlias = Move | Default


@dataclass(frozen=True, slots=True)
class Conversion:
    """One older apiVersion of a kind, maybe of another group, and what is different in it."""

    api_version: str
    """As it is written: `extensions/v1beta1`."""
    steps: tuple[Step, ...] = ()
    """In the order in which they are taken; none: the body stays as it is."""

    def convert(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body as the storage version has it; the one given is not touched."""
        for step in self.steps:
            body = _each(body, step.at, step.apply)
        return body

    def written(self, path: Path, body: Mapping[str, Any]) -> Path:
        """Where in a body the field with this path of the storage version was written."""
        for step in reversed(self.steps):
            path = step.back(path, body)
        return path


def as_stored(
    body: dict[str, Any], name: str, conversion: Conversion | None, named_by: Iterable[Path]
) -> dict[str, Any]:
    """The body of a resource of this name as the storage version has it.

    Args:
        body: as it is written.
        name: the resource's.
        conversion: what is different in the version in which it is written; None: nothing.
        named_by: fields that hold the name once more; see `Kind`.
    """
    if conversion is not None:
        body = conversion.convert(body)
    return _with_name(body, named_by, name) if named_by else body


def place(text: str) -> Path:
    """`spec.metrics.0.name` as a path."""
    return (
        tuple(int(part) if part.isdecimal() else part for part in text.split(".")) if text else ()
    )


def move(
    at: str,
    old: str,
    new: str,
    *,
    only: type = object,
    also: Mapping[str, Any] | None = None,
    copies: bool = False,
    unless: str = "",
) -> Move:
    """A `Move` whose paths are written with dots."""
    beside = {place(name): value for name, value in (also or {}).items()}
    return Move(place(at), place(old), place(new), only, beside, copies, place(unless))


def default(at: str, new: str, value: Any) -> Default:
    """A `Default` whose paths are written with dots."""
    return Default(place(at), place(new), value)


def _with_name(body: dict[str, Any], fields: Iterable[Path], name: str) -> dict[str, Any]:
    """The body with its resource's name in the first of the fields if it is in none of them."""
    first, *_ = fields = tuple(fields)
    parent = _get(body, first[:-1])
    if type(parent) is not dict or any(_get(body, each) is not _NOTHING for each in fields):
        return body
    made: dict[str, Any] = _with(body, first, name)
    return made


def _each(value: Any, at: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """The value with each map at a place changed; only what is on the way there is copied."""
    if not at:
        return change(value) if type(value) is dict else value
    name, below = at[0], at[1:]
    if name == "*":
        if type(value) is list:
            return [_each(item, below, change) for item in value]
    elif type(value) is dict and name in value:
        made = _each(value[name], below, change)
        return value if made is value[name] else {**value, name: made}
    return value


def _get(value: Any, path: Path) -> Any:
    for step in path:
        value = _item(value, step)
        if value is None:
            return _NOTHING
    return value


def _item(value: Any, step: Any) -> Any:
    """What is one step further; None where nothing is, which a null counts as."""
    if type(value) is dict:
        return value.get(step)
    if type(value) is list and type(step) is int and step < len(value):
        return value[step]
    return None


def _is_free(value: Any, path: Path) -> bool:
    """Whether nothing is at a path, nor anything on the way there that is no map or list."""
    for step in path:
        if value is None:
            return True
        if type(value) is not (list if type(step) is int else dict):
            return False
        value = _item(value, step)
    return value is None


def _without(held: Any, path: Path) -> Any:
    """The map without what is at a path, nor the maps that this leaves empty."""
    name, below = path[0], path[1:]
    rest = {key: item for key, item in held.items() if key != name}
    left = _without(held[name], below) if below else None
    return {**rest, name: left} if left else rest


def _with(held: Any, path: Path, value: Any) -> Any:
    """The value with something at a path; maps and lists on the way there are made."""
    if not path:
        return value
    step, below = path[0], path[1:]
    if type(step) is int:
        items = list(held) if type(held) is list else []
        if step < len(items):
            items[step] = _with(items[step], below, value)
        else:
            items.append(_with(None, below, value))
        return items
    known = held if type(held) is dict else {}
    return {**known, step: _with(known.get(step), below, value)}


def _fits(path: Path, pattern: Path) -> bool:
    return len(path) == len(pattern) and all(
        want in ("*", part) for part, want in zip(path, pattern, strict=True)
    )
