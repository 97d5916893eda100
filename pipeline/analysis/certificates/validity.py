"""Certificates that are not valid on the day of their environment, or not for long.

What a stage says may depend on nothing but its inputs, so it has no clock: the environment has the
day, and is built again on one on which something else is to be said.
"""

from collections.abc import Iterator
from datetime import date

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.certificates.facts import facts_in
from pipeline.loose import text
from pipeline.model import Diagnostic, Document
from pipeline.model.messages import certificates as messages
from pipeline.model.messages.message import Message

_SOON = 14
"""Days before its end in which a certificate should have been renewed."""
_PART = 4
"""Those that live shorter than so many times that long are renewed in their last quarter."""


class Validity:
    """Reports the certificates of Secrets by their dates."""

    metadata = Metadata(
        name="validity",
        description="Certificates that have ended, begin later or will end soon.",
        codes=frozenset({messages.NOT_VALID.code, messages.ENDS_SOON.code}),
        handles=frozenset({kinds.SECRET}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Compare the dates with the day, where that is known."""
        for message, file, begin, end in _judged(subject.document, subject.today):
            yield message.report(
                key=subject.resource.key, path=("data", file), file=file, begin=begin, end=end
            )


def turns(secret: Document, since: date, until: date) -> bool:
    """Whether something else is to be said of a Secret on one day than on another."""
    return list(_judged(secret, since)) != list(_judged(secret, until))


def _judged(secret: Document, today: date | None) -> Iterator[tuple[Message, str, date, date]]:
    """What is to be said of each certificate, with its place and dates."""
    facts = facts_in(secret)
    for held in (facts.server, facts.authority):
        begin, end = _day(text(held, "notBefore")), _day(text(held, "notAfter"))
        if today is None or begin is None or end is None:
            continue
        left, lasting = (end - today).days, (end - begin).days
        if begin > today or left < 0:
            yield messages.NOT_VALID, text(held, "file"), begin, end
        elif left <= min(_SOON, lasting // _PART):
            yield messages.ENDS_SOON, text(held, "file"), begin, end


def _day(moment: str) -> date | None:
    try:
        return date.fromisoformat(moment[:10])
    except ValueError:
        return None
