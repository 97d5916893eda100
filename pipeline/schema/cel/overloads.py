"""What a function is made for: arguments of certain types, and no other ones."""

from collections.abc import Callable
from typing import Any

from pipeline.schema.cel.errors import no_such_overload


def typed(*kinds: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Makes a function raise a CelError for values of other types, or for more of them.

    `int` is CEL's, so neither a bool nor a Uint; `object` is anything.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def checked(*values: Any) -> Any:
            if len(values) > len(kinds) or not all(map(_is, values, kinds)):
                raise no_such_overload()
            return function(*values)

        return checked

    return decorate


def _is(value: Any, kind: type) -> bool:
    return type(value) is kind or (kind is not int and isinstance(value, kind))
