"""Findings that are known and accepted: by annotation on the resource, or by the settings.

Only findings about content can be suppressed (families GAL03 to GAL06 and GAL14 to GAL20): never
text that cannot be read, a broken structure, or what the gate and the wires say. A suppressed
finding is not reported and does not block; whoever applies suppressions counts them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pipeline.invalid import settings_problems
from pipeline.match import Matcher
from pipeline.model import Diagnostic, Document, Kinds
from pipeline.model.messages import policy as messages
from pipeline.policy.annotation import SUPPRESS, entries
from pipeline.policy.errors import PolicyError
from pipeline.policy.expiring import Agenda
from pipeline.policy.suppression import SuppressionSettings, code_problem


@dataclass(frozen=True, slots=True)
class _Suppression:
    code: str
    matcher: Matcher
    reason: str


class Suppressions:
    """The suppressions in force at one time."""

    def __init__(self, active: Iterable[_Suppression]) -> None:
        self._active = tuple(active)

    def apply(self, diagnostic: Diagnostic, document: Document | None) -> Diagnostic | None:
        """The finding, or None if it is suppressed; `document` is that of the finding's key."""
        return None if self.reason(diagnostic, document) is not None else diagnostic

    def reason(self, diagnostic: Diagnostic, document: Document | None) -> str | None:
        """Why the finding is suppressed; None if it is not."""
        key = diagnostic.key
        if key is None or document is None or code_problem(diagnostic.code):
            return None
        if SUPPRESS in document.annotations:
            for entry in entries(document.annotations[SUPPRESS]):
                if entry.problem is None and means(entry.code, diagnostic):
                    return entry.reason
        for suppression in self._active:
            if means(suppression.code, diagnostic) and suppression.matcher.matches(
                key, document.labels
            ):
                return suppression.reason
        return None


def build(
    settings: Sequence[Mapping[str, Any]], agenda: Agenda, kinds: Kinds | None = None
) -> Suppressions:
    """The suppressions of these settings that have not expired; the agenda knows the time.

    Raises:
        PolicyError: with everything wrong in all of the settings.
    """
    errors: list[Diagnostic] = []
    active: list[_Suppression] = []
    for number, given in enumerate(settings):
        for each in _read(given, number + 1, errors):
            what = f"Suppression {number + 1} of {each.code}"
            if agenda.holds(what, each, ("suppressions", number)):
                active.append(_Suppression(each.code, Matcher(each.match, kinds), each.reason))
    if errors:
        raise PolicyError(errors)
    return Suppressions(active)


def _read(
    given: Mapping[str, Any], number: int, errors: list[Diagnostic]
) -> tuple[SuppressionSettings, ...]:
    try:
        return (SuppressionSettings.model_validate(dict(given)),)
    except ValidationError as error:
        for field, problem in settings_problems(error, SuppressionSettings):
            report = messages.BAD_SUPPRESSION.report(number=number, field=field, problem=problem)
            errors.append(report)
        return ()


def means(code: str, diagnostic: Diagnostic) -> bool:
    """Whether a code that somebody wrote is that of the finding; `GAL0501/NAME` is one policy's."""
    own, _, policy = code.partition("/")
    if own != diagnostic.code:
        return False
    return not policy or diagnostic.message.startswith((f"Policy {policy}: ", f"Policy {policy} "))
