"""Who has got a version, of those who were connected when it was published.

Only the live version is counted, in constant time per acknowledgement; with the next version its
counts are final. Somebody who leaves while it is live was not connected throughout and is counted
out. Those who wait for a version hold the set of subscriptions that they still wait for.
"""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from galley.protocol.results import DeliveryResult, Laggard

if TYPE_CHECKING:
    from galley.server.member import Member

MOST_FINISHED = 1000
"""Versions whose final counts wait to be fetched."""


Outcome = Literal["acked", "timed-out", "refused", "no-subscribers"]


class Delivery:
    """Counts of one version."""

    __slots__ = ("connected", "had", "refused", "refusers", "version")

    def __init__(self, version: int, connected: int, had: int, refusers: set["Member"]) -> None:
        self.version = version
        self.connected = connected
        self.had = had
        self.refusers = refusers
        """Who refused it as invalid, of those connected throughout."""

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.connected, self.had, len(self.refusers)


class Waiter:
    """Somebody who waits until a version was received."""

    __slots__ = ("connected", "done", "gone", "had", "quorum", "refused", "remaining", "version")

    def __init__(self, version: int, quorum: float, there: Iterable["Member"]) -> None:
        self.version = version
        self.quorum = quorum
        self.remaining: set[Member] = set()
        self.refused: set[Member] = set()
        self.gone: list[Member] = []
        self.had = 0
        self.done = asyncio.Event()
        self.connected = 0
        for member in there:
            self.connected += 1
            if member.newest >= version:
                self.had += 1
            elif member.nack_kind == "invalid":
                self.refused.add(member)
            else:
                self.remaining.add(member)
        self.judge()

    def check(self, member: "Member") -> None:
        """Look at one member again."""
        if member not in self.remaining and member not in self.refused:
            return
        if member.newest >= self.version:
            self.remaining.discard(member)
            self.refused.discard(member)
            self.had += 1
        elif member.nack_kind == "invalid":
            self.remaining.discard(member)
            self.refused.add(member)
        self.judge()

    def left(self, member: "Member") -> None:
        """It is gone, and so are its claims."""
        if member in self.remaining or member in self.refused:
            self.remaining.discard(member)
            self.refused.discard(member)
            self.connected -= 1
            self.gone.append(member)
        self.judge()

    def judge(self) -> None:
        if not self.remaining or self.had >= self.quorum * self.connected:
            self.done.set()

    def result(self) -> DeliveryResult:
        missing = [_laggard(each) for each in (*self.refused, *self.remaining)]
        missing += [Laggard(subscriber=each.label, state="gone") for each in self.gone]
        return DeliveryResult(
            version=self.version,
            connected=self.connected,
            had=self.had,
            missing=missing,
            outcome=self._outcome(),
        )

    def _outcome(self) -> Outcome:
        if not self.connected:
            return "no-subscribers"
        if self.had >= self.quorum * self.connected:
            return "acked"
        return "timed-out" if self.remaining else "refused"


class Deliveries:
    """The counts of a channel line's live version, and those who wait."""

    def __init__(self) -> None:
        self._live: Delivery | None = None
        self._told: tuple[int, int, int] | None = None
        self._finished: dict[int, tuple[int, int, int]] = {}
        self._waiters: list[Waiter] = []

    def published(self, version: int, connected: int, had: int, refusing: set["Member"]) -> None:
        """A version took over; `had` of those connected already hold what it holds for them, and
        these have refused that already, so that they are not sent it again."""
        live = self._live
        if live is not None and live.counts != self._told:
            self._finished[live.version] = live.counts
            if len(self._finished) > MOST_FINISHED:
                del self._finished[next(iter(self._finished))]
        self._live = Delivery(version, connected, had, refusing)
        self._told = None

    def received(self, member: "Member", *, live: bool) -> None:
        """It acknowledged something; `live`: what the live version holds for it, newly so."""
        counted = self._live
        if live and counted is not None and member.joined < counted.version:
            counted.had += 1
            counted.refusers.discard(member)
        for waiter in self._waiters:
            waiter.check(member)

    def refused(self, member: "Member", *, had: bool) -> None:
        """It refused the live content; `had`: it was counted as having it."""
        counted = self._live
        if counted is not None and member.joined < counted.version:
            counted.had -= had
            if member.nack_kind == "invalid":
                counted.refusers.add(member)
        for waiter in self._waiters:
            waiter.check(member)

    def left(self, member: "Member", *, had: bool) -> None:
        """It is gone."""
        counted = self._live
        if counted is not None and member.joined < counted.version:
            counted.connected -= 1
            counted.had -= had
            counted.refusers.discard(member)
        for waiter in self._waiters:
            waiter.left(member)

    def changed(self) -> dict[int, tuple[int, int, int]]:
        """Version to (connected, had, refused): what differs from the last call's answer."""
        changed, self._finished = self._finished, {}
        live = self._live
        if live is not None and live.counts != self._told:
            self._told = changed[live.version] = live.counts
        return changed

    async def wait(
        self,
        version: int,
        there: Iterable["Member"],
        *,
        timeout: float,  # noqa: ASYNC109  # an answer, not an error
        quorum: float,
    ) -> DeliveryResult:
        """Wait until this share of those who are there has the version, or refused it."""
        waiter = Waiter(version, quorum, there)
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(timeout):
                await waiter.done.wait()
        except TimeoutError:
            pass
        finally:
            self._waiters.remove(waiter)
        return waiter.result()


def _laggard(member: "Member") -> Laggard:
    state = "nacked" if member.nack else "pending"
    return Laggard(subscriber=member.label, state=state, reason=member.nack)
