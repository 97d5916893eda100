"""Subscribers that left lately, and what they refused, as people see it."""

import time
from collections import deque
from collections.abc import Iterable

from galley.protocol.results import NackedResult, SubscriberResult
from pipeline.model import Key

GONE_SECONDS = 3600.0
MOST_GONE = 1000


class Gone:
    """Those who left within the last hour, the newest thousand of them."""

    def __init__(self) -> None:
        self._left: deque[SubscriberResult] = deque(maxlen=MOST_GONE)

    def add(self, left: SubscriberResult) -> None:
        self._left.append(left)

    def list(self, present: set[str]) -> list[SubscriberResult]:
        """Those who did not come back; `present`: the identities of those who are there."""
        oldest = time.time() - GONE_SECONDS
        while self._left and self._left[0].last_seen < oldest:
            self._left.popleft()
        newest = {identity(result): result for result in self._left}
        return [result for name, result in newest.items() if name not in present]


def identity(subscriber: SubscriberResult) -> str:
    """By what somebody is known again: its name; or, as Pilot has none, where it comes from."""
    host = subscriber.address.rpartition(":")[0]
    return subscriber.node or f"{subscriber.credential}@{host}"


def named(nacked: Iterable[tuple[Key, str]]) -> list[NackedResult]:
    """The resources that a subscriber named when it refused."""
    return [NackedResult(resource=str(key), reason=reason) for key, reason in nacked]
