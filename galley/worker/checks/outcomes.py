"""What checks have said of which content, and when it is worth asking again.

What a check lets pass is not asked about again. What it blocks is, after a while, because it may
look at more than the content; and a check that could not be asked is tried again soon.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import TypeAlias

from galley.worker.checks.asking import Outcome

Content: TypeAlias = tuple[str, str]
"""Digests of content and environment."""

KEPT = 500
"""Outcomes that are kept; the oldest are dropped."""

FAILED_FIRST, FAILED_MOST = 5.0, 60.0
BLOCKED_FIRST, BLOCKED_MOST = 60.0, 3600.0
"""Seconds until the same is asked again, twice as many each time."""


@dataclass(frozen=True, slots=True)
class Held:
    """An outcome, as long as it is kept."""

    outcome: Outcome
    again: float
    """When to ask again; seconds since the epoch, infinity for never."""
    times: int
    """How often it came out like this before."""


class Outcomes:
    """Outcomes by check and content."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, Content], Held] = OrderedDict()
        self._failures: dict[str, int] = {}

    def of(self, check: str, content: Content) -> Held | None:
        return self._held.get((check, content))

    def put(self, check: str, content: Content, outcome: Outcome, now: float) -> None:
        """A check was asked about a content."""
        before = self._held.pop((check, content), None)
        failures = self._failures.get(check, -1) + 1 if outcome.problem else -1
        self._failures[check] = failures
        times, again = 0, math.inf
        if outcome.problem:
            again = now + min(FAILED_FIRST * 2**failures, FAILED_MOST)
        elif outcome.blocking:
            times = before.times + 1 if before and not before.outcome.problem else 0
            again = now + min(BLOCKED_FIRST * 2**times, BLOCKED_MOST)
        self._held[check, content] = Held(outcome, again, times)
        while len(self._held) > KEPT:
            self._held.popitem(last=False)

    def ask_again(self) -> None:
        """Forget whatever blocks or could not be asked."""
        for name, held in list(self._held.items()):
            if held.again < math.inf:
                del self._held[name]
