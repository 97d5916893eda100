"""Path patterns as `.gitignore` has them: which paths do they name?"""

from collections.abc import Iterable
from typing import Annotated

from pathspec import GitIgnoreSpec
from pydantic import AfterValidator


class PatternError(ValueError):
    """Something is no pattern; the text says what."""


def _spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """By the one of the library's engines that takes any file name, also one that is no UTF-8."""
    return GitIgnoreSpec.from_lines(lines, backend="simple")


class Patterns:
    """Some lines of patterns, of which a later one decides over an earlier one.

    Raises:
        PatternError: a line is no pattern.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        lines = tuple(lines)
        try:
            self._spec = _spec(lines)
        except ValueError as error:
            raise _complaint(lines) from error

    def decide(self, path: str) -> bool | None:
        """Whether they name a path; None if no line says anything of it."""
        return self._spec.check_file(path).include

    def match(self, path: str) -> bool:
        return self._spec.match_file(path)


def _complaint(lines: Iterable[str]) -> PatternError:
    for number, line in enumerate(lines, 1):
        try:
            _spec([line])
        except ValueError:
            return PatternError(f"line {number}, {line.strip()[:100]!r}, is no pattern")
    return PatternError("these are no patterns")


def _checked(pattern: str) -> str:
    try:
        _spec([pattern])
    except ValueError:
        raise ValueError(f"{pattern!r} is no pattern as in .gitignore") from None
    return pattern


PathPattern = Annotated[str, AfterValidator(_checked)]
"""One pattern, as a setting."""
