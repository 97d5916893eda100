"""Subscribers as people see them: what each has, in a word, and who left lately."""

import time
from collections import deque

from galley.protocol.results import NackedResult, SubscriberResult
from galley.server.session import Subscription

GONE_SECONDS = 3600.0
MOST_GONE = 1000


class Gone:
    """Those who left within the last hour, the newest thousand of them."""

    def __init__(self) -> None:
        self._left: deque[SubscriberResult] = deque(maxlen=MOST_GONE)

    def add(self, subscription: Subscription) -> None:
        self._left.append(describe(subscription, gone=True))

    def list(self, present: set[str]) -> list[SubscriberResult]:
        """Those who did not come back under the same name."""
        oldest = time.time() - GONE_SECONDS
        while self._left and self._left[0].last_seen < oldest:
            self._left.popleft()
        newest = {result.node: result for result in self._left}
        return [result for node, result in newest.items() if node not in present]


def describe(subscription: Subscription, *, gone: bool = False) -> SubscriberResult:
    """One subscriber now; `gone`: it leaves."""
    session, asked = subscription.session, subscription.asked
    newest, lag = subscription.newest, subscription.lag()
    return SubscriberResult.model_construct(
        channel=subscription.channel.name,
        node=asked.node,
        session=session.id,
        wire="stream",
        credential=session.credential,
        address=session.address,
        view=asked.view.as_map(),
        state="gone" if gone else state(subscription, lag),
        version=newest,
        received=newest,
        verified=newest,
        lag=lag,
        nack=subscription.nack,
        nack_kind=subscription.nack_kind,
        nacked=[
            NackedResult(resource=str(key), reason=reason) for key, reason in subscription.nacked
        ],
        since=subscription.since,
        last_seen=time.time() if gone else session.last_seen,
    )


def state(subscription: Subscription, lag: float) -> str:
    """The one word for it; a refusal is never shown as synced."""
    if subscription.mismatches > 1:
        return "diverged"
    if subscription.nack:
        return "nacked"
    if subscription.session.missed > 0 or 0 < subscription.asked.max_staleness < lag:
        return "stale"
    return "synced" if subscription.synced else "pending"
