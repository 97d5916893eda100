"""A resource of Envoy's taken apart: every mapping in it, and which of them are whole messages."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pipeline.model import Path

_TYPE = "@type"


class Node(NamedTuple):
    """A mapping somewhere within a resource."""

    path: Path
    value: dict[str, Any]
    type: str
    """The full name of the message, where it says what it is; empty: a part of one."""


def nodes(value: Any, path: Path) -> Iterator[Node]:
    """Every mapping within a value that stands at a path, the outer one before what it holds."""
    waiting = [(path, value)]
    while waiting:
        at, each = waiting.pop()
        if isinstance(each, dict):
            yield Node(at, each, _type_of(each))
            waiting += [((*at, name), each[name]) for name in reversed(each)]
        elif isinstance(each, list):
            waiting += [((*at, index), each[index]) for index in reversed(range(len(each)))]


def _type_of(value: dict[str, Any]) -> str:
    named = value.get(_TYPE)
    return named.rpartition("/")[2] if isinstance(named, str) else ""
