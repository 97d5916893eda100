"""All functions by name, from the libraries that Kubernetes gives to rules (1.36)."""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.schema.cel import (
    conversions,
    lists,
    named_formats,
    network,
    quantity,
    semver,
    strings,
    times,
    urls,
)

_MODULES = (
    conversions, lists, named_formats, network, quantity, semver, strings, urls
)  # fmt: skip


def _place(of_list: Callable[..., int], of_text: Callable[..., int]) -> Callable[..., int]:
    """`indexOf` and `lastIndexOf` are there for lists and for text."""

    def find(value: Any, *others: Any) -> int:
        if isinstance(value, list) and len(others) == 1:
            return of_list(value, *others)
        return of_text(value, *others)

    return find


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    name: function for module in _MODULES for name, function in module.FUNCTIONS.items()
}
"""`function(arguments)`, with qualified names such as `sets.contains`."""

MEMBERS: Mapping[str, Callable[..., Any]] = {
    **times.MEMBERS,
    **{name: method for module in _MODULES for name, method in module.MEMBERS.items()},
    "indexOf": _place(lists.index_of, strings.index_of),
    "lastIndexOf": _place(lists.last_index_of, strings.last_index_of),
}
"""`value.function(arguments)`."""
