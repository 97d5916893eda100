"""What holds for a while, with a reason: suppressions, and exemptions from policies.

Stages know no time. What has expired is left out when an environment is built; `Agenda` says when
it has to be built again, and what is to be told meanwhile.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from pipeline.model import Diagnostic
from pipeline.model.canonical import Path
from pipeline.model.messages import policy as messages

NOTICE = 7 * 86400.0
"""Seconds before its end in which it is told that something expires."""


class Expiring(BaseModel):
    """What somebody has accepted, why, and until when."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    reason: str = Field(min_length=1)
    """Why, for those who ask later."""
    expires: datetime | None = None
    """An ISO date or time from which on it no longer holds; a date means its first moment, and a
    time without zone is UTC."""

    @property
    def expires_at(self) -> float | None:
        """Seconds since the epoch; None: never."""
        if self.expires is None:
            return None
        return self.expires.replace(tzinfo=self.expires.tzinfo or UTC).timestamp()


class Agenda:
    """What of some accepted things has expired or soon will, as of one time."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._ends: list[tuple[float, str, Path, str]] = []

    def holds(self, what: str, entry: Expiring, path: Path) -> bool:
        """Note something, under the words for it and its place in the settings; whether it still
        holds."""
        end = entry.expires_at
        if end is not None:
            self._ends.append((end, what, path, entry.reason))
        return end is None or end > self._now

    @property
    def due(self) -> float | None:
        """When something expires next, or comes near its end, in seconds since the epoch; None:
        nothing does."""
        times = (time for end, *_ in self._ends for time in (end - NOTICE, end))
        return min((time for time in times if time > self._now), default=None)

    @property
    def expired(self) -> frozenset[str]:
        """What does not hold any more."""
        return frozenset(what for end, what, *_ in self._ends if end <= self._now)

    def remarks(self) -> Iterator[Diagnostic]:
        """A warning for what has expired, a word for what soon will."""
        for end, what, path, reason in self._ends:
            if end > self._now + NOTICE:
                continue
            message = messages.EXPIRED if end <= self._now else messages.EXPIRES
            time = datetime.fromtimestamp(end, UTC).isoformat(" ", "minutes")[:16]
            yield message.report(path=path, what=what, time=f"{time} UTC", reason=reason)
