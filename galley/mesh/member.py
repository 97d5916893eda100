"""A client of a mesh as a subscriber: one stream on one channel line, with all that it watches."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from galley.mesh.detail import detailed
from galley.mesh.journal import Journal, Word
from galley.mesh.served import NOTHING
from galley.protocol.results import SubscriberDetailResult, SubscriberResult
from galley.server.counts import MeshCounts
from galley.server.subscribers import named
from pipeline.model import Key

if TYPE_CHECKING:
    from galley.mesh.line import Line
    from galley.mesh.served import Served
    from galley.mesh.watch import Watch


@dataclass(frozen=True, slots=True)
class Client:
    """Who is at the other end of a stream."""

    session: str
    wire: str
    node: str
    credential: str
    address: str
    verifies: bool = False
    """Whether it refuses what it cannot use; if not, what it acknowledges is received and no
    more."""


class Member:
    """What one stream has of one channel line; confined to the serving loop."""

    __slots__ = (
        "_behind",
        "_end",
        "_journal",
        "client",
        "counts",
        "joined",
        "line",
        "seen",
        "since",
        "wake",
        "watches",
    )

    def __init__(
        self,
        line: "Line",
        client: Client,
        *,
        wake: Callable[[], None],
        end: Callable[[str], None],
    ) -> None:
        """Join the line.

        Args:
            wake: lets the stream look whether there is something to send.
            end: ends the stream, with a reason.
        """
        self.line = line
        self.counts: MeshCounts = line.channel.counts.mesh
        self.client = client
        self.watches: dict[str, Watch] = {}
        """By type, as the client calls it."""
        self.since = self.seen = time.time()
        head = line.channel.head
        self.joined = head.number if head else 0
        self._behind = 0
        """Watches that have not acknowledged what is live."""
        self._journal = Journal()
        self.wake = wake
        """Tells the stream that there may be something to send."""
        self._end = end
        line.channel.members.join(self)
        self.counts.streams[client.wire] += 1

    # What its watches do.

    def begin(self, watch: "Watch") -> None:
        """It watches one more type."""
        had = self.synced
        self.watches[watch.type] = watch
        watch.served.watches[watch] = None
        watch.served.live.followers[self] = None
        self._behind += 1
        if had:
            self.line.channel.members.lost(1)

    def heard(self, watch: "Watch", nonce: str, word: Word) -> None:
        """It said something about a type."""
        self.seen = time.time()
        self._journal.add(self.seen, watch.type, nonce, word)
        self.counts.said[self.client.wire, word] += 1

    def sent(self, size: int) -> None:
        """A message of so many bytes goes out."""
        self.counts.sent(self.client.wire, size)

    def unsent(self) -> None:
        """A message was too long to be sent."""
        self.counts.oversize[self.client.wire] += 1

    def caught_up(self) -> bool:
        """A watch has what is live; whether all have."""
        self._behind -= 1
        return self._behind == 0

    def fell_behind(self) -> bool:
        """A watch has not; whether all had until now."""
        self._behind += 1
        return self._behind == 1

    def received(self, *, newly: bool) -> None:
        """It has acknowledged something; `newly`: now it has all."""
        self.line.channel.members.received(self, newly=newly)

    def does_not_take(self, version: int) -> None:
        """It refused what it was sent of this version."""
        self.line.channel.members.does_not_take(self, version)

    def refused(self, *, had: bool) -> None:
        """It refused what is live; `had`: it was counted as having all."""
        self.line.channel.members.refused(self, had=had)

    def leave(self) -> None:
        """The stream is over."""
        self.counts.streams[self.client.wire] -= 1
        self.line.channel.members.leave(self, had=self.synced)
        for watch in self.watches.values():
            served: Served = watch.served
            del served.watches[watch]
            served.live.followers.pop(self, None)
            self.line.release(served)
        self.watches.clear()  # no cycle stays behind

    # What those ask who count and show.

    @property
    def label(self) -> str:
        return self.client.node or self.client.session

    @property
    def node(self) -> str:
        return self.client.node

    @property
    def id(self) -> str:
        return self.client.session

    @property
    def synced(self) -> bool:
        return bool(self.watches) and self._behind == 0

    @property
    def newest(self) -> int:
        """The newest version of which it has all that it asked for."""
        head = self.line.channel.head
        if self.synced and head is not None:
            return head.number
        return min((self._version(watch) for watch in self.watches.values()), default=0)

    @property
    def nack(self) -> str:
        return "; ".join(watch.nack for watch in self.watches.values() if watch.nack)

    @property
    def nack_kind(self) -> str:
        return "invalid" if self.nack else ""

    @property
    def nacked(self) -> tuple[tuple[Key, str], ...]:
        return tuple(each for watch in self.watches.values() for each in watch.nacked)

    @property
    def refusing(self) -> bool:
        watches = self.watches.values()
        return any(watch.nack and watch.refused == watch.served.digest for watch in watches)

    def lag(self) -> float:
        if self.synced or self.line.channel.head is None:
            return 0.0
        behind = (watch for watch in self.watches.values() if not watch.synced)
        now = time.time()
        return max((now - _until(watch) for watch in behind), default=now - self.since)

    def state(self, lag: float) -> str:  # noqa: ARG002  # as all members are asked
        if self.nack:
            return "nacked"
        if any(watch.oversize for watch in self.watches.values()):
            return "oversize"
        return "synced" if self.synced else "pending"

    def describe(self, *, gone: bool = False) -> SubscriberResult:
        """It as people see it; `gone`: it leaves."""
        client, newest, lag = self.client, self.newest, self.lag()
        view = next((watch.served.live.view for watch in self.watches.values()), None)
        collections = {watch.served.collection for watch in self.watches.values()}
        carried = sorted(collections - {NOTHING}) or sorted(collections)
        return SubscriberResult.model_construct(
            channel=self.line.channel.name,
            node=client.node,
            session=client.session,
            wire=client.wire,
            credential=client.credential,
            address=client.address,
            view={**(view.as_map() if view else {}), "collections": carried},
            state="gone" if gone else self.state(lag),
            version=newest,
            received=newest,
            verified=newest if client.verifies else 0,
            lag=lag,
            nack=self.nack,
            nack_kind=self.nack_kind,
            nacked=named(self.nacked),
            since=self.since,
            last_seen=time.time() if gone else self.seen,
        )

    def detail(self) -> SubscriberDetailResult:
        """The same, type by type."""
        return detailed(self.describe(), self.watches.values(), self._journal.all())

    def resend(self) -> bool:
        forgiven = [watch.forgive() for watch in self.watches.values()]
        if any(forgiven):
            self.line.wake_in_turn(self.wake)
        return any(forgiven)

    def end(self, reason: str) -> None:
        self._end(reason)

    def _version(self, watch: "Watch") -> int:
        if watch.synced or watch.acked is None:
            return watch.served.number if watch.synced else 0
        past = watch.served.live.history.find(watch.acked)
        return max(watch.version, past.version) if past else watch.version


def _until(watch: "Watch") -> float:
    """When what it has was replaced, or when it came."""
    past = watch.served.live.history.find(watch.acked) if watch.acked else None
    return past.until if past else watch.since
