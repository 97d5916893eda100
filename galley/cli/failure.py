"""What a command says when it cannot do what was asked: one line, a remedy, an exit code."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """Exit codes, the same for every command."""

    DONE = 0
    NEGATIVE = 1
    """Different, invalid, not ready, not there."""
    USAGE = 2
    """Also: no server, no permission."""
    TIMED_OUT = 3
    REFUSED = 4
    """By subscribers."""
    CONFLICT = 5


CODES = {
    "not-found": Exit.NEGATIVE,
    "refused": Exit.NEGATIVE,
    "timed-out": Exit.TIMED_OUT,
    "conflict": Exit.CONFLICT,
}
"""Code of a problem document to exit code; all others are `USAGE`."""


class Failure(Exception):  # noqa: N818  # a negative answer is not an error of the program
    """A command ends here, with something to say."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        code: str = "usage",
        diagnostics: Sequence[Any] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        """A sentence."""
        self.remedy = remedy
        self.code = code
        """Code of a problem document."""
        self.diagnostics = list(diagnostics)

    @classmethod
    def of(cls, problem: dict[str, Any]) -> "Failure":
        """From a server's problem document."""
        return cls(
            problem.get("detail") or problem.get("title") or "The server refused.",
            remedy=problem.get("remedy", ""),
            code=problem.get("code", "internal"),
            diagnostics=problem.get("diagnostics", []),
        )

    @property
    def exit(self) -> Exit:
        return CODES.get(self.code, Exit.USAGE)

    def document(self) -> dict[str, Any]:
        """As a problem document, for `-o json`."""
        return {
            "title": self.message,
            "detail": self.message,
            "code": self.code,
            "remedy": self.remedy,
            "diagnostics": self.diagnostics,
        }
