"""Which versions a channel keeps: a pure rule over what is known of each."""

from collections.abc import Iterable
from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept; ages are seconds since a version was published."""

    every: float = DAY
    """Age up to which every version is kept."""
    most: int = 10_000
    """But at most so many of them, the newest."""
    hourly: float = 7 * DAY
    """Age up to which the last version of each hour is kept."""
    daily: float = 90 * DAY
    """Age up to which the last version of each day is kept."""
    kept_live: float = 90 * DAY
    """Age up to which a version is kept that was live for longer than `lived`, or is the last of a
    source's revision."""
    lived: float = 600.0


OBSERVED = Retention(every=float("inf"), most=10, hourly=0.0, daily=0.0, kept_live=0.0)
"""For a companion channel, where only the latest counts."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the rule needs to know of a version."""

    number: int
    time: float
    ended: float
    """0 while it is live."""
    protected: bool = False
    """Pinned, in quarantine, or held."""
    revision: bool = False
    """The last of a source's revision."""


def doomed(versions: Iterable[Kept], now: float, rule: Retention) -> list[int]:
    """The numbers of the versions to remove, oldest first."""
    newest_first = sorted(versions, key=lambda version: -version.number)
    hours: set[int] = set()
    days: set[int] = set()
    gone = []
    for rank, version in enumerate(newest_first):
        age = now - version.time
        hour, day = int(version.time // HOUR), int(version.time // DAY)
        last_of_hour = age <= rule.hourly and hour not in hours
        last_of_day = age <= rule.daily and day not in days
        hours.add(hour)
        days.add(day)
        recent = age <= rule.every and rank < rule.most
        remembered = age <= rule.kept_live and _memorable(version, rule)
        for_good = version.protected or not version.ended
        if not (recent or last_of_hour or last_of_day or remembered or for_good):
            gone.append(version.number)
    return gone[::-1]


def _memorable(version: Kept, rule: Retention) -> bool:
    """Whether people may remember it, and want to go back to it."""
    return version.revision or version.ended - version.time > rule.lived
