"""At the door of one source's webhook: floods, replays, and how often a look is hastened.

Bounded whatever comes: a flood costs one look every few seconds, and is answered with how long to
wait. Forged requests can use up what is let in; then the source looks at its own interval, as it
would without a webhook.
"""

BURST, PER_SECOND = 30.0, 1.0
"""Requests that are let in at once, and how many more each second."""

EVERY = 3.0
"""Seconds between two looks that webhooks ask for."""

REMEMBERED = 1000
"""Requests that are known again."""


class Doorkeeper:
    """Decides over the requests for one source; times are seconds of any steady clock."""

    def __init__(self, now: float) -> None:
        self._tokens = BURST
        self._counted = now
        self._seen: dict[bytes, None] = {}
        self._looks_at = now - EVERY

    def wait(self, now: float) -> float:
        """Let a request in (0), or say after how many seconds one would be."""
        self._tokens = min(BURST, self._tokens + (now - self._counted) * PER_SECOND)
        self._counted = now
        if self._tokens < 1.0:
            return (1.0 - self._tokens) / PER_SECOND
        self._tokens -= 1.0
        return 0.0

    def is_new(self, identity: bytes) -> bool:
        """Whether a genuine request was not here before."""
        if identity in self._seen:
            return False
        self._seen[identity] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True

    def look_in(self, now: float) -> float | None:
        """After how many seconds the source is to look; None: a look is to come already."""
        if self._looks_at > now:
            return None
        self._looks_at = max(now, self._looks_at + EVERY)
        return self._looks_at - now
