"""One connection of a subscriber, and its subscriptions: what each has, awaits and refused.

Plain state with slots, because there are thousands; what happens to it is decided in `channel`
(whose turn it is), `catchup` (what a newcomer misses) and `stream` (what the other end says).
"""

import asyncio
import logging
import time
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from galley.protocol import messages
from galley.protocol.codec import frame
from galley.protocol.messages import Close, Ended, Message, Subscribe
from galley.protocol.results import SubscriberDetailResult, SubscriberResult
from galley.server.subscribers import named
from galley.server.websocket import WebSocket
from pipeline.model import Key

if TYPE_CHECKING:
    from galley.server.channel import Channel
    from galley.server.steps import Step
    from galley.server.views import LiveView

log = logging.getLogger("galley.stream")

CLOSE_SECONDS = 2.0
"""How long the other end may take to answer a close frame."""


REFUSALS = 1000
"""Refused digests that a subscription remembers; an older one would be offered again."""


class Session:
    """A connection; confined to the serving loop."""

    __slots__ = (
        "address",
        "closing",
        "code",
        "credential",
        "expecting",
        "heard",
        "id",
        "last_seen",
        "missed",
        "since",
        "subscriptions",
        "tasks",
        "websocket",
    )

    def __init__(
        self,
        number: int,
        websocket: WebSocket,
        *,
        credential: str,
    ) -> None:
        self.id = f"s{number}"
        self.websocket = websocket
        self.credential = credential
        peer = websocket.transport.get_extra_info("peername")
        self.address = f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) else str(peer or "")
        self.subscriptions: dict[int, Subscription] = {}
        """By the view's number, which is what the other end names."""
        self.expecting: dict[bytes, Subscription] = {}
        """Acknowledgements that are due, as the bytes they must have."""
        self.tasks: set[asyncio.Task[None]] = set()
        self.heard = True
        """Whether anything came since the last beat."""
        self.missed = 0
        """Beats in a row in which nothing came."""
        self.closing = ""
        """Why the session is being closed; empty while it is not."""
        self.code = 0
        """With which code; 0 if the other end went by itself."""
        self.since = self.last_seen = time.time()

    def send(self, message: Message) -> None:
        """Write one small message now."""
        self.websocket.write(frame(messages.encode(message)))

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run something beside the reader."""
        task = asyncio.create_task(work, name=f"{self.id}: {name}")
        self.tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s failed: %s.", task.get_name(), error, exc_info=error)
            self.start_closing(Close.INTERNAL, "the server failed")

    def drop(self, subscription: "Subscription") -> None:
        """A subscription is over."""
        if subscription.step is not None:
            self.expecting.pop(subscription.step.ack, None)
        if subscription.work is not None:
            subscription.work.cancel()
        subscription.channel.detach(subscription)

    def end(self, subscription: "Subscription", code: str, reason: str) -> None:
        """A subscription is over because the server says so; the connection stays."""
        del self.subscriptions[subscription.live.number]
        self.drop(subscription)
        self.send(Ended(subscription.asked.id, code, reason))

    async def finish(self) -> None:
        """Wait for what still runs: a close that is under way; everything else was cancelled."""
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=2 * CLOSE_SECONDS)

    async def close(self, code: int, reason: str) -> None:
        """Say why, wait shortly for an answer, then cut."""
        if self.closing:
            return
        self.closing, self.code = reason, code
        await self.websocket.close(code, reason, CLOSE_SECONDS)

    def start_closing(self, code: int, reason: str) -> None:
        """`close`, for those who cannot wait."""
        self.start(self.close(code, reason), "close")


class Subscription:
    """One view on one session."""

    __slots__ = (
        "asked",
        "busy",
        "channel",
        "comparing",
        "digest",
        "floor",
        "joined",
        "live",
        "mismatched",
        "mismatches",
        "nack",
        "nack_kind",
        "nacked",
        "refused",
        "retries",
        "retry_at",
        "sent",
        "session",
        "since",
        "step",
        "synced_at",
        "told",
        "troubled",
        "version",
        "work",
        "zstd",
    )

    def __init__(self, session: Session, channel: "Channel", live: "LiveView", asked: Subscribe):
        self.session = session
        self.channel = channel
        self.live = live
        self.asked = asked
        self.zstd = asked.zstd
        self.since = time.time()
        self.joined = 0
        """The live version when it came."""
        self.digest: bytes | None = asked.have.digest if asked.have else None
        """What it holds: acknowledged, or at first what it claims."""
        self.floor = 0
        """The version that it claims; nothing older of this lineage may be sent to it."""
        self.version = 0
        """The version that its last acknowledgement was for."""
        self.told = 0
        """The newest version that was sent to it."""
        self.step: Step | None = None
        """What is sent and not acknowledged."""
        self.sent = 0.0
        """When it was sent, on the monotonic clock."""
        self.busy = False
        """Whether a task is finding out what it misses, or sending it."""
        self.work: asyncio.Task[None] | None = None
        """That task."""
        self.comparing = False
        """Whether its bucket digests are awaited."""
        self.synced_at = 0
        """The view's generation that it has acknowledged."""
        self.troubled = False
        """Whether it refused something, or something else must be looked at before sending."""
        self.refused: dict[bytes, None] = {}
        """Digests that it refused for good, the newest last."""
        self.nack = self.nack_kind = ""
        """Its last answer, if that was a refusal."""
        self.nacked: tuple[tuple[Key, str], ...] = ()
        """The resources that it named then, with what is wrong with each."""
        self.mismatched = b""
        """The target that came out different."""
        self.mismatches = 0
        """How often in a row."""
        self.retries = 0
        self.retry_at = 0.0
        """When it is tried again, on the monotonic clock; 0: it is not waiting."""

    @property
    def synced(self) -> bool:
        """Whether it has acknowledged the present content of its view."""
        return self.synced_at == self.live.generation

    @property
    def refusing(self) -> bool:
        """Whether it has refused as invalid what is live for it."""
        return self.nack_kind == "invalid" and self.live.digest in self.refused

    @property
    def newest(self) -> int:
        """The newest version that it has; 0 before its first acknowledgement."""
        head = self.channel.head
        if self.synced and head is not None:
            return head.number
        if not self.version or self.digest is None:
            return 0
        past = self.live.history.find(self.digest)
        return max(self.version, past.version) if past else self.version

    @property
    def label(self) -> str:
        """What people call it."""
        return self.asked.node or self.session.id

    @property
    def node(self) -> str:
        """What it calls itself; may be empty."""
        return self.asked.node

    @property
    def id(self) -> str:
        """What the service calls the connection."""
        return self.session.id

    def unsync(self) -> bool:
        """It does not have what is live; whether it was counted as having it."""
        if not self.synced:
            return False
        self.synced_at = 0
        self.live.synced -= 1
        return True

    def resend(self) -> bool:
        """Forget what it refused and offer again; whether there was something to offer."""
        return self.channel.distribution.resend(self)

    def end(self, reason: str) -> None:
        """The channel is gone."""
        self.session.end(self, "no-channel", reason)

    def refuse(self, digest: bytes) -> None:
        """It refuses this content for good."""
        self.refused[digest] = None
        if len(self.refused) > REFUSALS:
            del self.refused[next(iter(self.refused))]

    def lag(self) -> float:
        """Seconds since the oldest version that it has not got was published; 0 if it has all."""
        if self.synced or self.channel.head is None:
            return 0.0
        past = self.live.history.find(self.digest) if self.version and self.digest else None
        return max(0.0, time.time() - (past.until if past else self.since))

    def state(self, lag: float) -> str:
        """The one word for it; a refusal is never shown as synced."""
        if self.mismatches > 1:
            return "diverged"
        if self.nack:
            return "nacked"
        if self.session.missed > 0 or 0 < self.asked.max_staleness < lag:
            return "stale"
        return "synced" if self.synced else "pending"

    def describe(self, *, gone: bool = False) -> SubscriberResult:
        """It as people see it; `gone`: it leaves."""
        session, newest, lag = self.session, self.newest, self.lag()
        return SubscriberResult.model_construct(
            channel=self.channel.name,
            node=self.asked.node,
            session=session.id,
            wire="stream",
            credential=session.credential,
            address=session.address,
            view=self.asked.view.as_map(),
            state="gone" if gone else self.state(lag),
            version=newest,
            received=newest,
            verified=newest,
            lag=lag,
            nack=self.nack,
            nack_kind=self.nack_kind,
            nacked=named(self.nacked),
            since=self.since,
            last_seen=time.time() if gone else session.last_seen,
        )

    def detail(self) -> SubscriberDetailResult:
        """The same: there is one view, and no more to tell of it."""
        return SubscriberDetailResult.model_construct(**dict(self.describe()))
