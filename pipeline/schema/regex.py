"""Patterns by RE2, whose language Go's is: whatever the text, a match takes linear time."""

from functools import lru_cache
from typing import Any

import re2


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:
    """The pattern, ready to search.

    Raises:
        ValueError: it is none of RE2.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"the pattern {pattern!r} is not one of RE2") from error
