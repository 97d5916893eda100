"""Suppressions that a resource carries itself: `galley.dev/suppress: "GAL0601 reason; ..."`."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.model import Diagnostic, Key
from pipeline.model.messages import policy as messages
from pipeline.policy.suppression import code_problem

SUPPRESS = "galley.dev/suppress"
"""The annotation's name."""


class Entry(NamedTuple):
    """One suppression of an annotation."""

    code: str
    reason: str
    problem: str | None
    """Why it suppresses nothing; None: it does."""


def entries(text: str) -> Iterator[Entry]:
    """The entries of an annotation's text; empty ones are passed over."""
    for part in filter(None, map(str.strip, text.split(";"))):
        code, _, reason = part.partition(" ")
        problem = code_problem(code) or (None if reason.strip() else "it gives no reason")
        yield Entry(code, reason.strip(), problem)


def idle_entries(key: Key, text: str) -> Iterator[Diagnostic]:
    """A warning for each entry that suppresses nothing."""
    for entry in entries(text):
        if entry.problem:
            yield messages.IDLE_SUPPRESSION.report(
                key=key,
                path=("metadata", "annotations", SUPPRESS),
                annotation=SUPPRESS,
                entry=repr(entry.code),
                problem=entry.problem,
            )
