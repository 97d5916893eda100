"""Keywords of JSON Schema as the API server reads them, where the library reads them otherwise.

jsonschema-rs matches patterns with Rust's engine, which is quick, and reads most of them as Go's
does. Those that it may read otherwise (classes such as `\\s`, word boundaries, quoting, set
operations) are matched with RE2, whose language Go's is. Of an integer and a `multipleOf` with
decimals the API server looks at the factor's whole part only.
"""

import re
from collections.abc import Mapping
from typing import Any

from pipeline.schema import regex

PATTERN, MULTIPLE_OF = "x-go-pattern", "x-go-multiple-of"
"""Stand in a translated schema in the place of `pattern` and `multipleOf`."""

_ALIKE = re.compile(
    r"(?:[^\\\[\]{}]"  # a plain character, an anchor, a group, an operator
    r"|\\[dDwW./^$|?*+()\[\]{}\\-]"  # an escape that both know
    r"|\{\d+(?:,\d*)?\}"  # a repetition
    r"|\[\^?(?:[^\\\[\]&~-]|\\[dDwW./^$|?*+()\[\]{}\\-]|-(?!-))+\])*"  # a class
)


def for_pattern(pattern: str) -> str:
    """The keyword that matches this pattern exactly.

    Raises:
        ValueError: it is no pattern of RE2.
    """
    if _ALIKE.fullmatch(pattern):
        return "pattern"
    regex.compiled(pattern)
    return PATTERN


def for_multiple_of(factor: float) -> str:
    """The keyword that judges multiples of this number."""
    return "multipleOf" if factor == int(factor) else MULTIPLE_OF


class GoPattern:
    """The keyword `x-go-pattern`, in the form that jsonschema-rs asks for."""

    def __init__(self, parent: Mapping[str, Any], value: str, path: list[str | int]) -> None:  # noqa: ARG002  # the library's signature
        self._compiled = regex.compiled(value)

    def validate(self, instance: Any) -> None:
        """Raises:
        ValueError: a text that does not match.
        """
        if isinstance(instance, str) and self._compiled.search(instance) is None:
            raise ValueError("it does not match")


class GoMultipleOf:
    """The keyword `x-go-multiple-of`, in the form that jsonschema-rs asks for."""

    def __init__(self, parent: Mapping[str, Any], value: float, path: list[str | int]) -> None:  # noqa: ARG002  # the library's signature
        self._factor = value

    def validate(self, instance: Any) -> None:
        """Raises:
        ValueError: a number that is no multiple.
        """
        if isinstance(instance, bool) or not isinstance(instance, int | float):
            return
        if not self._fits(instance):
            raise ValueError("it is no multiple")

    def _fits(self, number: float) -> bool:
        if isinstance(number, int):
            whole = int(self._factor)
            return whole > 0 and number % whole == 0
        times = 1 / self._factor * number if self._factor < 1 else number / self._factor
        return abs(times - round(times)) < 1e-9 * max(1.0, abs(times))


KEYWORDS = {PATTERN: GoPattern, MULTIPLE_OF: GoMultipleOf}
"""All of them, as a validator of jsonschema-rs takes them."""
