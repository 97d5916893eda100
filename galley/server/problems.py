"""Errors as problem documents: one code, one status, one title.

Whoever refuses a request says it with `problem(code, detail, remedy)`; the middleware and the
command line know nothing else about errors.
"""

from collections.abc import Iterator

from pydantic import ValidationError

from galley.protocol.results import ProblemResult
from galley.server.backend import BackendError
from galley.suggest import nearest

STATUS = {
    "usage": (400, "The request makes no sense"),
    "unauthorized": (401, "No valid token"),
    "forbidden": (403, "Not allowed"),
    "not-found": (404, "Not found"),
    "conflict": (409, "Somebody was faster"),
    "too-large": (413, "Too large"),
    "refused": (422, "Refused"),
    "too-many": (429, "Too many requests"),
    "internal": (500, "A defect of Galley"),
    "unavailable": (503, "Not available now"),
    "timed-out": (504, "Timed out"),
}
"""Code to HTTP status and title."""


def problem(code: str, detail: str, *, remedy: str = "") -> ProblemResult:
    """The problem document for a code; `detail` and `remedy` are sentences."""
    status, title = STATUS[code]
    return ProblemResult(title=title, status=status, detail=detail, code=code, remedy=remedy)


def refuse(code: str, detail: str, *, remedy: str = "") -> BackendError:
    """The exception that carries such a document."""
    return BackendError(problem(code, detail, remedy=remedy))


def invalid(error: ValidationError, known: list[str]) -> ProblemResult:
    """What is wrong with a request's parameters, with the nearest known name for a misspelt one."""
    return problem("usage", " ".join(_sentences(error, known)))


def _sentences(error: ValidationError, known: list[str]) -> Iterator[str]:
    for found in error.errors(include_url=False, include_context=False):
        name = ".".join(map(str, found["loc"]))
        if found["type"] == "extra_forbidden":
            yield f"There is no parameter {name[:100]!r}{nearest(name, known)}"
        elif found["type"] == "missing":
            yield f"The parameter {name!r} is missing."
        else:
            text = found["msg"].removeprefix("Value error, ")
            yield f"{name + ': ' if name else ''}{text}."
