"""Why a worker does not do what it was asked: answers with a code, a sentence and a remedy."""

from collections.abc import Iterable, Mapping
from typing import Any

from galley.store.errors import (
    PurgedError,
    StoreDamagedError,
    StoreError,
    UnknownVersionError,
)


class RefusedError(Exception):
    """A request is answered with a problem document instead of a result."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        remedy: str = "",
        diagnostics: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.diagnostics = list(diagnostics)

    def problem(self) -> dict[str, Any]:
        """The map that `ProblemResult` describes."""
        return {
            "title": TITLES[self.code],
            "status": STATUS[self.code],
            "detail": self.detail,
            "code": self.code,
            "remedy": self.remedy,
            "diagnostics": self.diagnostics,
        }


TITLES = {
    "usage": "The request makes no sense",
    "not-found": "There is no such thing",
    "conflict": "Something else came first",
    "refused": "The checks refuse it",
    "unavailable": "It cannot be done now",
    "internal": "Galley has a defect",
}

STATUS = {
    "usage": 400,
    "not-found": 404,
    "conflict": 409,
    "refused": 422,
    "unavailable": 503,
    "internal": 500,
}


def conflict(detail: str, remedy: str = "") -> RefusedError:
    """Head, candidate or state is not what was expected."""
    return RefusedError("conflict", detail, remedy=remedy)


def not_found(detail: str, remedy: str = "") -> RefusedError:
    """A version, candidate, resource or hold that does not exist."""
    return RefusedError("not-found", detail, remedy=remedy)


def usage(detail: str, remedy: str = "") -> RefusedError:
    """The request itself is wrong."""
    return RefusedError("usage", detail, remedy=remedy)


def of_store(error: StoreError) -> RefusedError:
    """What a failure of the store means to whoever asked."""
    if isinstance(error, UnknownVersionError):
        return not_found(f"{error}.".capitalize(), "`galley history` lists what is kept.")
    if isinstance(error, (PurgedError, StoreDamagedError)):
        return RefusedError("refused", f"The stored content cannot be used: {error}.")
    return RefusedError("unavailable", f"The store refuses: {error}.")


def expect_version(expected: int | None, live: int) -> None:
    """Whether the caller has seen what is live, where they say what they have seen.

    Raises:
        RefusedError: another version is live.
    """
    if expected is not None and expected != live:
        raise conflict(
            f"Version {live} is live, not {expected} as expected.",
            "Look at `galley history` and decide again.",
        )
