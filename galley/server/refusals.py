"""What subscribers refuse, until it is stored: who refused which version, and whether that stands.

A refusal stands until its subscriber has all that is live. Of a version the first hundred who
refuse it are told to the worker, the others counted; one who says the same again, also after it
connected anew, tells nothing new.
"""

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from galley.protocol.control import Refused

if TYPE_CHECKING:
    from galley.server.member import Member

TOLD = 100
"""Refusals of one version that are told."""
REASON = 500
"""Characters of what is told of one resource."""
COUNTED = 10_000
"""Subscribers that are counted of one version."""
VERSIONS = 20
"""Versions whose refusers are remembered."""
STANDING = 10_000
"""Subscribers of which it is known that what they refused stands."""


class News(NamedTuple):
    """What the worker has not been told yet."""

    refusals: dict[tuple[int, str], Refused]
    refusers: dict[int, int]
    settled: dict[str, float]

    def params(self) -> dict[str, Any]:
        """As `Method.RECEIVED` takes it."""
        return {
            "refusals": list(self.refusals.values()),
            "refusers": {str(version): number for version, number in self.refusers.items()},
            "settled": self.settled,
        }

    def over(self, earlier: "News") -> "News":
        """Both, as one."""
        refusals = {
            place: said._replace(settled=self.settled.get(said.subscriber, said.settled))
            for place, said in earlier.refusals.items()
        }
        return News(
            {**refusals, **self.refusals},
            {**earlier.refusers, **self.refusers},
            {**earlier.settled, **self.settled},
        )


class Refusals:
    """Those of one channel line; confined to the serving loop."""

    def __init__(self) -> None:
        self._versions: dict[int, dict[str, Refused | None]] = {}
        """Who has refused each, and what was told of that; None: no more than that."""
        self._standing: dict[str, set[Member]] = {}
        """By subscriber, its streams that refuse something now; none are left of those that went,
        and of what was refused before this process started."""
        self._news = News({}, {}, {})

    def refused(self, member: "Member", version: int) -> None:
        """It has just refused what it was sent of this version."""
        shown = member.describe()
        name = _name(member)
        if len(self._standing) < STANDING or name in self._standing:
            self._standing.setdefault(name, set()).add(member)
        said = Refused(
            version,
            name,
            shown.wire,
            shown.credential,
            shown.nack_kind,
            shown.nack,
            time.time(),
            0.0,
            [(each.resource, each.reason[:REASON]) for each in shown.nacked],
        )
        self._note(said)

    def received(self, member: "Member") -> None:
        """It has all that is live for it."""
        if not self._standing:
            return
        name = _name(member)
        streams = self._standing.get(name)
        if streams is None:
            return
        streams.discard(member)
        if not streams:
            del self._standing[name]
            self._settle(name)

    def left(self, member: "Member") -> None:
        """It is gone; what it refused stands, until it comes back and has what is live."""
        if self._standing and (streams := self._standing.get(_name(member))):
            streams.discard(member)

    def members(self) -> Iterator["Member"]:
        """Streams that have refused something and have not had all that is live since."""
        for streams in self._standing.values():
            yield from streams

    def learn(self, names: Iterable[str], members: Iterable["Member"]) -> None:
        """What these have refused stands, as the store knows it."""
        unknown = set(names) - self._standing.keys()
        if not unknown:
            return
        self._standing.update((name, set()) for name in unknown)
        for member in members:
            if member.synced:
                self.received(member)

    def take(self) -> News | None:
        """What is to be told, once; None: nothing."""
        news, self._news = self._news, News({}, {}, {})
        return news if any(news) else None

    def give_back(self, news: News) -> None:
        """It could not be told."""
        self._news = self._news.over(news)

    def _note(self, said: Refused) -> None:
        refusers = self._of(said.version)
        known = refusers.get(said.subscriber)
        if known is None and (said.subscriber in refusers or len(refusers) >= COUNTED):
            return
        if known is None:
            self._news.refusers[said.version] = len(refusers) + 1
            if len(refusers) >= TOLD:
                refusers[said.subscriber] = None
                return
        elif known._replace(time=said.time) == said:
            return
        refusers[said.subscriber] = said
        self._news.refusals[said.version, said.subscriber] = said

    def _of(self, version: int) -> dict[str, Refused | None]:
        found = self._versions.setdefault(version, {})
        if len(self._versions) > VERSIONS:
            oldest = min(self._versions)
            del self._versions[oldest]
        return found

    def _settle(self, name: str) -> None:
        now = self._news.settled[name] = time.time()
        for version, refusers in self._versions.items():
            known = refusers.get(name)
            if known is None:
                continue
            refusers[name] = known._replace(settled=now)
            if (version, name) in self._news.refusals:
                self._news.refusals[version, name] = known._replace(settled=now)


def _name(member: "Member") -> str:
    """By which a subscriber is known again when it comes back."""
    if member.node:
        return member.node
    shown = member.describe()
    return f"{shown.credential}@{shown.address.rpartition(':')[0]}"
