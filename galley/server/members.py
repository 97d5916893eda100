"""Everybody who subscribes to a channel line: how many have what is live, who, and who left lately.

Members of every wire are counted alike, in constant time for each acknowledgement.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from galley.protocol.results import DeliveryResult, SubscriberResult
from galley.server.delivery import Deliveries
from galley.server.refusals import Refusals
from galley.server.subscribers import Gone, identity

if TYPE_CHECKING:
    from galley.server.member import Member


class Members:
    """Those of one channel line; confined to the serving loop."""

    def __init__(self) -> None:
        self._all: dict[Member, None] = {}
        self._synced = 0
        self._deliveries = Deliveries()
        self._gone = Gone()
        self.refusals = Refusals()

    def __iter__(self) -> Iterator["Member"]:
        return iter(tuple(self._all))

    # What happens to them.

    def join(self, member: "Member") -> None:
        """It subscribes; `joined` says what was live then."""
        self._all[member] = None

    def leave(self, member: "Member", *, had: bool) -> None:
        """It is gone; `had`: it was counted as having what is live."""
        del self._all[member]
        self._synced -= had
        self._deliveries.left(member, had=had)
        self.refusals.left(member)
        self._gone.add(member.describe(gone=True))

    def received(self, member: "Member", *, newly: bool) -> None:
        """It acknowledged something; `newly`: it has all that is live for it, and had not."""
        self._synced += newly
        self._deliveries.received(member, live=newly)
        if newly:
            self.refusals.received(member)

    def does_not_take(self, member: "Member", version: int) -> None:
        """It refused what it was sent of a version, live or not; `nack` says why."""
        self.refusals.refused(member, version)

    def refused(self, member: "Member", *, had: bool) -> None:
        """It refused what is live; `had`: it was counted as having it."""
        self._synced -= had
        self._deliveries.refused(member, had=had)

    def lost(self, number: int) -> None:
        """So many of those who were counted are not any more: there is something new for them."""
        self._synced -= number

    def published(self, version: int) -> None:
        """A version took over; `lost` was told of those for whom it has something."""
        refusing = {each for each in self.refusals.members() if each.refusing}
        self._deliveries.published(version, len(self._all), self._synced, refusing)

    # Questions.

    def subscribers(self) -> Iterator[SubscriberResult]:
        """Everybody who subscribes, then who left lately."""
        present = set()
        for member in self:
            described = member.describe()
            present.add(identity(described))
            yield described
        yield from self._gone.list(present)

    def called(self, name: str) -> Iterator["Member"]:
        """Those who call themselves so, or whose connection is called so."""
        return (member for member in self if name in {member.node, member.id})

    def states(self) -> Iterator[tuple[str, float]]:
        """State and lag of everybody who subscribes; cheap enough to be counted at a scrape."""
        for member in self:
            lag = member.lag()
            yield member.state(lag), lag

    def connected(self) -> tuple[int, int]:
        """How many subscribe, and how many of them have what is live."""
        return len(self._all), self._synced

    def deliveries(self) -> dict[int, tuple[int, int, int]]:
        """Version to (connected, had, refused), as far as that changed since the last call."""
        return self._deliveries.changed()

    async def delivered(
        self,
        version: int,
        *,
        timeout: float,  # noqa: ASYNC109  # an answer, not an error
        quorum: float,
    ) -> DeliveryResult:
        """Wait until this share of those connected when it was published have a version that is
        live, or a newer one."""
        there = [each for each in self if each.joined < version]
        return await self._deliveries.wait(version, there, timeout=timeout, quorum=quorum)

    def resend(self) -> int:
        """Offer again what was refused or came out different; to how many."""
        return sum(member.resend() for member in self)

    def end(self, reason: str) -> None:
        """There is no such channel any more."""
        for member in self:
            member.end(reason)
