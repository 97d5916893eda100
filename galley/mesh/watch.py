"""What one stream has of one type: the latest that it was sent, acknowledged and refused."""

import time
from typing import TYPE_CHECKING

from galley.mesh.journal import NONCE_LENGTH, Word
from galley.mesh.message import Message
from galley.mesh.served import Served
from pipeline.model import Key

if TYPE_CHECKING:
    from galley.mesh.member import Member

NACK_LENGTH = 2000
"""Characters of a reason that are kept: Envoy's hold a dump of the resource."""


class Watch:
    """One type on one stream; what is due follows from it and from what is live."""

    __slots__ = (
        "acked",
        "at",
        "last",
        "member",
        "nack",
        "nacked",
        "oversize",
        "pending",
        "refused",
        "served",
        "since",
        "stale",
        "synced",
        "type",
        "version",
        "waiting",
    )

    def __init__(self, member: "Member", served: Served, type_name: str) -> None:
        self.member = member
        self.served = served
        self.type = type_name
        """As the client calls it; answers echo that."""
        self.at: bytes | None = None
        """The content that it was brought to; None: it has to be told everything."""
        self.acked: bytes | None = None
        """The content that it has acknowledged."""
        self.version = 0
        """The channel's number when it did."""
        self.refused: bytes | None = None
        """The content that it refused; not offered again until there was another."""
        self.pending: Message | None = None
        """What is sent and neither acknowledged nor refused."""
        self.last: Message | None = None
        """What was sent last."""
        self.nack = ""
        """Why it refused what it was sent last; empty if it did not."""
        self.nacked: tuple[tuple[Key, str], ...] = ()
        self.oversize = False
        """Whether what is live is longer than may be sent, and so is not."""
        self.synced = False
        """Whether it has acknowledged what is live."""
        self.waiting = True
        """Whether it waits for there being something to be told."""
        self.stale = 0
        """Answers that were about another message than the last one."""
        self.since = time.time()

    @property
    def idle(self) -> bool:
        """Whether nothing can be due: the quick look before the thorough one."""
        return self.synced and self.at == self.served.live.digest

    @property
    def ready(self) -> bool:
        """Whether it can be answered; if not, it is woken when it can."""
        ready = self.served.ready
        if not ready:
            self.served.line.prepare(self.served)
            ready = self.served.ready  # at once, if it is small
        self.waiting = not ready
        return ready

    def wake(self) -> None:
        """There may be something to send."""
        self.member.wake()

    def send(self, message: Message) -> Message:
        """This goes out now."""
        if message is self.last:
            message = message.again()
        self.pending = self.last = message
        self.member.sent(len(message.data))
        return message

    def heard(self, nonce: str, word: Word) -> None:
        """A request about this came; it is noted and counted, and no more."""
        self.stale += word == "stale"
        self.member.heard(self, nonce[:NONCE_LENGTH], word)

    def has(self, digest: bytes, version: int) -> None:
        """It has acknowledged this content."""
        self.acked, self.version = digest, version
        self.refused, self.nack, self.nacked = None, "", ()
        newly = False
        if digest == self.served.digest and not self.synced:
            self.synced = True
            newly = self.member.caught_up()
        self.member.received(newly=newly)

    def settle(self) -> None:
        """What is live may be what it acknowledged before something else came and went."""
        if not self.synced and self.pending is None and self.acked == self.served.digest:
            self.has(self.served.digest, self.served.number)

    def refuse(self, sent: Message, reason: str, nacked: tuple[tuple[Key, str], ...]) -> None:
        """It has refused what it was sent, which it may have been believed to have."""
        self.refused = sent.digest
        if self.acked == sent.digest:
            self.acked = None
        self.nack, self.nacked = reason[:NACK_LENGTH] or "no reason given", nacked
        self.member.does_not_take(sent.version)
        if sent.digest == self.served.digest:
            self.member.refused(had=self.unsync())

    def unsync(self) -> bool:
        """It does not have what is live; whether its member had all until now."""
        if not self.synced:
            return False
        self.synced = False
        return self.member.fell_behind()

    def forgive(self) -> bool:
        """What it refused may be offered again; whether it had refused anything."""
        refused, self.refused = self.refused is not None, None
        return refused
