"""Fields by a pattern: `spec.http.*.route.*.destination`, where `*` is each element of a list.

An analyzer may see resources that their schema refuses, so nothing here depends on shapes: what is
absent or misshapen is passed over.
"""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from pipeline.model import Path

_T = TypeVar("_T")


class Fields(Generic[_T]):
    """Many patterns, each with a payload, matched in one walk over a document."""

    __slots__ = ("_root",)

    def __init__(self, patterns: Iterable[tuple[str, _T]]) -> None:
        self._root: _Step[_T] = _Step()
        for pattern, payload in patterns:
            step = self._root
            for name in pattern.split("."):
                step = step.below(name)
            step.payloads.append(payload)

    def match(self, value: Any) -> list[tuple[Path, Any, list[_T]]]:
        """Path, value and payloads of each field that any of the patterns matches."""
        found: list[tuple[Path, Any, list[_T]]] = []
        self._root.walk(value, (), found)
        return found


class _Step(Generic[_T]):
    """One place in the patterns, with the places below it."""

    __slots__ = ("each", "named", "payloads")

    def __init__(self) -> None:
        self.named: dict[str, _Step[_T]] = {}
        self.each: _Step[_T] | None = None
        self.payloads: list[_T] = []

    def below(self, name: str) -> "_Step[_T]":
        if name != "*":
            return self.named.setdefault(name, _Step())
        if self.each is None:
            self.each = _Step()
        return self.each

    def walk(self, value: Any, path: Path, found: list[tuple[Path, Any, list[_T]]]) -> None:
        if self.payloads:
            found.append((path, value, self.payloads))
        if type(value) is dict:
            get = value.get
            for name, below in self.named.items():
                item = get(name)
                if item is not None:
                    below.walk(item, (*path, name), found)
        elif type(value) is list and self.each is not None:
            walk = self.each.walk
            for at, item in enumerate(value):
                walk(item, (*path, at), found)
