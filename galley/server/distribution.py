"""Whose turn it is: what is sent to a subscription, and what its answers mean.

At most one step per subscription is out. Whoever is idle and lacks the present content is offered
the step to it, so a slow one skips what came in between. A small step to everybody with the same
content is one frame, written in one pass; everything else is left to `catchup`.
"""

import logging
from time import monotonic
from typing import TYPE_CHECKING

from galley.protocol.messages import Compare, Nack
from galley.server import steps
from galley.server.counts import Counts
from galley.server.slices import Job
from galley.server.steps import Step
from galley.server.views import LiveView

if TYPE_CHECKING:
    from galley.server.channel import Channel
    from galley.server.session import Subscription

log = logging.getLogger("galley.stream")

WRITE_SECONDS = 6e-6
"""What the loop needs later for one small write; it ends a slice early enough."""
CATCH_UP_SECONDS = 20e-6
"""The same for a task that begins to find out what somebody misses."""
LOOK_SECONDS = 16 * WRITE_SECONDS
"""Work that is left to the loop between two looks at the clock."""
NAMED = 20
"""Refused resources that a subscription remembers by name."""
RETRY_SECONDS = (5.0, 300.0)
"""First and longest pause after a NACK that says retry; it doubles in between."""
DIVERGED_SECONDS = (60.0, 3600.0)
"""The same after two digests in a row that came out different."""


class Distribution:
    """Sends and judges for one channel line."""

    def __init__(self, channel: "Channel", counts: Counts) -> None:
        self._channel = channel
        self._counts = counts
        self._early: dict[Subscription, None] = {}
        self.announced = 0
        """The newest version that everybody is told of, also those whose content it leaves."""

    def fan_out(self, live: LiveView) -> Job[None]:
        """Offer the present content to everybody who subscribes to the view.

        Most have the same content and nothing against the new one; they get the same frame.
        """
        common: Step | None = None
        left = 0.0
        for subscription in tuple(live.subscriptions):
            if common is not None and self._is_plain(subscription, common):
                self.write(subscription, common)
                left += WRITE_SECONDS
            else:
                if subscription.nack_kind == "retry":
                    subscription.retry_at = 0.0
                if self.offer(subscription):
                    common = subscription.step
                left += CATCH_UP_SECONDS if subscription.busy else WRITE_SECONDS
            if left >= LOOK_SECONDS:
                yield left
                left = 0.0

    def _is_plain(self, subscription: "Subscription", step: Step) -> bool:
        return (
            subscription.step is None
            and subscription.digest == step.base
            and subscription.zstd is step.zstd
            and not (subscription.busy or subscription.troubled)
        )

    def offer_again(self) -> Job[None]:
        """Offer to those whose turn came while the line was between two versions."""
        early, self._early = self._early, {}
        for subscription in early:
            self.offer(subscription)
            yield CATCH_UP_SECONDS if subscription.busy else WRITE_SECONDS

    def offer(self, subscription: "Subscription") -> bool:
        """Send what it lacks if it is its turn; whether something was written."""
        if subscription.step is not None or subscription.busy or not self._wanted(subscription):
            return False
        step = self._inline(subscription)
        if step is None or step.frame is None:
            if not subscription.session.closing:
                self._channel.catch_up(subscription)
            return False
        return self.write(subscription, step)

    def write(self, subscription: "Subscription", step: Step) -> bool:
        """Write a step that is one frame; False if the connection is going away."""
        frame, counts = step.frame, self._counts
        if frame is None:
            return False
        self.expect(subscription, step)
        counts.steps[step.kind] += 1
        counts.resources += step.resources
        counts.bytes += len(frame)
        return subscription.session.websocket.write(frame)

    def expect(self, subscription: "Subscription", step: Step) -> None:
        """A step goes out: from now on its answer may come."""
        subscription.step = step
        subscription.told = step.version
        subscription.sent = monotonic()
        subscription.session.expecting[step.ack] = subscription

    def acknowledged(self, subscription: "Subscription", step: Step) -> None:
        """It has applied the step that was out."""
        subscription.step = None
        subscription.digest = step.target
        subscription.version = step.version
        subscription.nack = subscription.nack_kind = ""
        subscription.nacked = ()
        subscription.mismatches = subscription.retries = 0
        subscription.retry_at = 0.0
        subscription.troubled = False
        self._counts.acks += 1
        self._channel.received(subscription)
        if not subscription.synced or self.announced > subscription.told:
            self.offer(subscription)

    def refused(self, subscription: "Subscription", step: Step, nack: Nack) -> None:
        """It has not applied the step that was out, and says why."""
        subscription.step = None
        subscription.troubled = True
        self._counts.nacks[nack.kind] += 1
        if nack.kind == "mismatch":
            self.mismatch(subscription, step)
            return
        named = "; ".join(f"{key}: {reason}" for key, reason in nack.resources)
        subscription.nack = " ".join(filter(None, (nack.reason, named)))[:2000] or "no reason given"
        subscription.nack_kind = nack.kind
        subscription.nacked = tuple(nack.resources[:NAMED])
        log.warning(
            "%s refused version %d: %s",
            subscription.label,
            step.version,
            subscription.nack,
            extra={"channel": self._channel.name, "kind": nack.kind},
        )
        self._channel.members.does_not_take(subscription, step.version)
        if nack.kind == "invalid":
            subscription.refuse(step.target)
        else:
            self._pause(subscription, RETRY_SECONDS)
        self._channel.not_received(subscription, step)
        self.offer(subscription)

    def mismatch(self, subscription: "Subscription", step: Step) -> None:
        """What it has does not add up: compare buckets; if that does not help either, pause."""
        subscription.step = None
        subscription.troubled = True
        self._counts.mismatches += 1
        again = subscription.mismatched == step.target and subscription.mismatches > 0
        subscription.mismatches = subscription.mismatches + 1 if again else 1
        subscription.mismatched = step.target
        log.warning(
            "%s computes another digest for version %d.",
            subscription.label,
            step.version,
            extra={"channel": self._channel.name, "times": subscription.mismatches},
        )
        self._channel.not_received(subscription, step)
        if subscription.mismatches > 1:
            subscription.digest = None
            self._pause(subscription, DIVERGED_SECONDS)
        else:
            self.compare(subscription)

    def compare(self, subscription: "Subscription") -> None:
        """Ask for its bucket digests."""
        subscription.busy = subscription.comparing = True
        subscription.sent = monotonic()
        subscription.session.send(Compare(subscription.live.number))

    def retry(self, subscription: "Subscription") -> None:
        """Its pause is over."""
        subscription.retry_at = 0.0
        self.offer(subscription)

    def resend(self, subscription: "Subscription") -> bool:
        """Forget what it refused and offer again; whether there was something to offer."""
        if subscription.synced and not subscription.nack:
            return False
        subscription.refused.clear()
        subscription.nack = subscription.nack_kind = ""
        subscription.nacked = ()
        subscription.retries = subscription.mismatches = 0
        subscription.told = 0
        self.retry(subscription)
        return True

    def _wanted(self, subscription: "Subscription") -> bool:
        """Whether there is something to send now."""
        if not self._channel.settled:
            self._early[subscription] = None
            return False
        if subscription.retry_at:
            return False
        live, head = subscription.live, self._channel.head
        if head is None or head.number < subscription.floor:
            return False
        if self.announced > subscription.told:
            return True
        if live.digest in subscription.refused:
            return False
        return not subscription.synced

    def _inline(self, subscription: "Subscription") -> Step | None:
        live, note = subscription.live, self._channel.note
        if subscription.digest is None or note is None or not live.built:
            return None
        key = (subscription.digest, subscription.zstd)
        step = live.steps.get(key)
        if step is None or step.version < self.announced:
            step = steps.inline(live, self._channel.resources, note, key[0], zstd=key[1])
            if step is not None and step.frame is not None:
                live.steps[key] = step
        return step

    def _pause(self, subscription: "Subscription", pauses: tuple[float, float]) -> None:
        first, longest = pauses
        pause = min(longest, first * 2**subscription.retries)
        subscription.retries += 1
        subscription.retry_at = monotonic() + pause
