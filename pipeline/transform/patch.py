"""JSON patch, RFC 6902, applied to a copy along the touched paths only.

Own code because the common library works in place or copies the whole document, and because its
errors do not say which operation failed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from pipeline.transform.errors import PatchFailedError

Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation with its pointers taken apart."""

    op: str
    path: Steps
    source: Steps = ()
    value: Any = None

    @classmethod
    def build(cls, op: str, path: str, *, source: str = "", value: Any = None) -> Self:
        return cls(op, steps(path), steps(source), value)


def steps(pointer: str) -> Steps:
    """The parts of a JSON pointer: `/a~1b/0` is `("a/b", "0")`."""
    parts = pointer.split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def patched(document: Any, operations: Iterable[Operation]) -> Any:
    """The document after all operations; the one that was given is not changed.

    Raises:
        PatchFailedError: naming the operation's number, its kind and path, and the reason.
    """
    for number, operation in enumerate(operations, start=1):
        try:
            document = _APPLY[operation.op](document, operation)
        except PatchFailedError as error:
            where = "/" + "/".join(operation.path)
            raise PatchFailedError(f"step {number} ({operation.op} {where}) {error}") from None
    return document


def _add(document: Any, operation: Operation) -> Any:
    return _inserted(document, operation.path, operation.value)


def _remove(document: Any, operation: Operation) -> Any:
    if not operation.path:
        raise PatchFailedError("would remove the whole document")
    return _changed(document, operation.path, _without)


def _replace(document: Any, operation: Operation) -> Any:
    if not operation.path:
        return operation.value
    return _changed(document, operation.path, lambda held, at: _with(held, at, operation.value))


def _move(document: Any, operation: Operation) -> Any:
    if operation.path[: len(operation.source)] == operation.source != operation.path:
        raise PatchFailedError("would move a value into itself")
    value = _found(document, operation.source)
    if operation.path == operation.source:
        return document
    return _inserted(_changed(document, operation.source, _without), operation.path, value)


def _copy(document: Any, operation: Operation) -> Any:
    return _inserted(document, operation.path, _found(document, operation.source))


def _test(document: Any, operation: Operation) -> Any:
    if not _equal(_found(document, operation.path), operation.value):
        raise PatchFailedError("finds another value than the one it expects")
    return document


_APPLY: dict[str, Callable[[Any, Operation], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


def _inserted(document: Any, path: Steps, value: Any) -> Any:
    if not path:
        return value

    def insert(held: Any, at: str) -> Any:
        if isinstance(held, list):
            index = len(held) if at == "-" else _index(at, len(held))
            return [*held[:index], value, *held[index:]]
        return {**held, at: value}

    return _changed(document, path, insert)


def _without(held: Any, at: str) -> Any:
    if isinstance(held, list):
        index = _index(at, len(held) - 1)
        return [*held[:index], *held[index + 1 :]]
    _found(held, (at,))
    return {name: item for name, item in held.items() if name != at}


def _with(held: Any, at: str, value: Any) -> Any:
    _found(held, (at,))
    if isinstance(held, list):
        index = int(at)
        return [*held[:index], value, *held[index + 1 :]]
    return {**held, at: value}


def _changed(document: Any, path: Steps, change: Callable[[Any, str], Any]) -> Any:
    """The document with `change` applied to the container of the path's last step."""
    at, *below = path
    if not isinstance(document, dict | list):
        raise PatchFailedError(f"goes through {at!r} of a value that is no mapping and no list")
    if not below:
        return change(document, at)
    return _with(document, at, _changed(_found(document, (at,)), tuple(below), change))


def _found(document: Any, path: Sequence[str]) -> Any:
    for at in path:
        if isinstance(document, list):
            document = document[_index(at, len(document) - 1)]
        elif isinstance(document, dict) and at in document:
            document = document[at]
        else:
            raise PatchFailedError(f"finds no {at!r}")
    return document


def _index(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit()) or (text != "0" and text.startswith("0")):
        raise PatchFailedError(f"has {text!r} where a list index is needed")
    index = int(text[:20])
    if index > most:
        raise PatchFailedError(f"is beyond the end of a list at index {index}")
    return index


def _equal(left: Any, right: Any) -> bool:
    """Equality in JSON: true is not 1, and 1 is 1.0."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return bool(left == right)
