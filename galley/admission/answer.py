"""What an API server is told of a write, in the form of admission.k8s.io/v1.

Source: Kubernetes' API reference, AdmissionReview and AdmissionResponse. A warning may be cut at
256 characters, and all of them together at 4,096; one with control characters is dropped.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from galley.protocol.control import FindingNote

_MOST, _LONGEST = 10, 250
"""Findings that are told, and characters of a warning."""


def refusing(notes: Iterable[FindingNote], codes: Collection[str]) -> list[FindingNote]:
    """Those that refuse a write: blocking by themselves, or by a code that is set to."""
    return [each for each in notes if each.new and (each.level == "error" or each.code in codes)]


def answer(uid: str, refused: Sequence[FindingNote], others: Iterable[FindingNote]) -> Any:
    """The review that answers one."""
    response: dict[str, Any] = {"uid": uid, "allowed": not refused}
    if refused:
        message = "\n".join(_limited([_words(each) for each in refused]))
        response["status"] = {"code": 422, "reason": "Invalid", "message": message}
    warnings = [_words(each) for each in others if each.level != "info"]
    if warnings:
        response["warnings"] = [_cut(_line(each)) for each in _limited(warnings)]
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}


def no_answer(detail: str) -> Any:
    """Why there is none; with an HTTP status of 503, so that the failure policy decides."""
    return {
        "apiVersion": "v1",
        "kind": "Status",
        "status": "Failure",
        "reason": "ServiceUnavailable",
        "code": 503,
        "message": f"Galley cannot judge this now. {detail}",
    }


def _words(found: FindingNote) -> str:
    where = ", ".join(filter(None, (found.key, found.field, found.code)))
    return f"{found.message.removesuffix('.')} ({where})"


def _limited(texts: list[str]) -> list[str]:
    more = len(texts) - _MOST
    return [*texts[:_MOST], f"and {more} more"] if more > 0 else texts


def _line(text: str) -> str:
    """The text as it stands in a header: on one line, of characters that can be seen."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
