"""What a forge's answer means: told, to be told again, or never to be told so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum

from sources.forge_settings import ForgeKind

LONGEST = 3600.0
"""Seconds that a forge can make us wait."""

SHOWN = 200
"""Characters of an answer that are quoted."""

SAME_STATE = "Cannot transition status"
"""How GitLab refuses a state that the commit is in already."""

PASSING = frozenset({408, 425, 429})
"""Answers of the 4xx that another try may change."""


class Verdict(Enum):
    """What an answer asks for."""

    TOLD = "told"
    AGAIN = "again"
    NEVER = "never"
    """Telling the same again would change nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A forge's answer; headers are looked up without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: str = ""

    def verdict(self, kind: ForgeKind) -> Verdict:
        """What to do now; a redirect is not followed, for it would take the token elsewhere."""
        if 200 <= self.status < 300:
            return Verdict.TOLD
        if kind == "gitlab" and self.status == 400 and SAME_STATE in self.body:
            return Verdict.TOLD
        throttled = self.status == 403 and self._throttled()
        passing = self.status >= 500 or self.status in PASSING or throttled
        return Verdict.AGAIN if passing else Verdict.NEVER

    def pause(self, now: float) -> float:
        """Seconds that the forge asks to wait, at most an hour; 0 if it says nothing."""
        asked = _after(self.headers.get("Retry-After", ""), now)
        if not asked and self.headers.get("X-RateLimit-Remaining") == "0":
            reset = self.headers.get("X-RateLimit-Reset", "")
            asked = float(reset) - now if _number(reset) else 0.0
        return min(LONGEST, max(0.0, asked))

    def __str__(self) -> str:
        text = " ".join(re.sub(r"<[^>]*>", " ", self.body).split())
        shown = "".join(each for each in text[:SHOWN] if each.isprintable())
        return f"the forge answered {self.status}{f': {shown}' if shown else ''}"

    def _throttled(self) -> bool:
        """Whether a 403 of GitHub's is about the rate and not about the token."""
        return "Retry-After" in self.headers or self.headers.get("X-RateLimit-Remaining") == "0"


def _after(value: str, now: float) -> float:
    """Seconds of a Retry-After: a number, or a date."""
    if _number(value):
        return float(value)
    try:
        return parsedate_to_datetime(value).timestamp() - now
    except ValueError:
        return 0.0


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16
