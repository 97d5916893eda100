"""What somebody misses who is more than a small step behind, and how it gets there.

In this order: the difference from a content that the view remembers; the difference from a
retained version, which the worker is asked for once for everybody who has it; the buckets that
differ; the full state. Large steps go out in chunks, a few connections at a time, so that neither
the loop nor a healthy subscriber waits for a slow one.
"""

import asyncio
import hashlib
from time import monotonic
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

from galley.protocol.control import PastChange
from galley.protocol.messages import Close
from galley.server import steps
from galley.server.history import Past, Was
from galley.server.shared import Shared
from galley.server.slices import Job
from galley.server.steps import Step
from galley.server.views import LiveView
from pipeline.model import Key

if TYPE_CHECKING:
    from galley.server.channel import Channel
    from galley.server.session import Subscription

SMALL = 512
"""A view with fewer resources is sent whole rather than compared by buckets."""
TURNS = 16
"""Connections that are written large messages to at the same time."""
TURN_SECONDS = 0.25
"""A connection that takes longer to drain gives its turn to another."""
MOST_ASKED = 8
"""Answers of the worker that are kept."""
ASK_SECONDS = 30.0
"""How long the worker may take to say what changed since a version."""


class ChangesSince(Protocol):
    """Asks the worker how an old version differs from the live one."""

    async def __call__(self, version: int) -> tuple[int, list[PastChange]]:
        """The live version's number, and every key that differs.

        Raises:
            LookupError: the version is not retained.
        """


class CatchUp:
    """Large steps of one channel line."""

    def __init__(self, channel: "Channel", changes_since: ChangesSince) -> None:
        self._channel = channel
        self._ask = changes_since
        self._asked: dict[tuple[int, int], asyncio.Future[tuple[int, list[PastChange]]]] = {}
        self._learning: dict[tuple[int, int], Shared[None]] = {}
        self._steps: WeakValueDictionary[tuple[object, ...], Step] = WeakValueDictionary()
        self._building: dict[tuple[object, ...], Shared[Step | None]] = {}
        self._turns = asyncio.Semaphore(TURNS)

    async def bring(self, subscription: "Subscription") -> None:
        """Find out what the subscription misses and send it; ends when that is written."""
        subscription.busy = True
        try:
            await self._channel.ready(subscription.live)
            step = await self._way(subscription)
            if step is not None:
                await self.send(subscription, step)
        finally:
            if not subscription.comparing:
                subscription.busy = False
        if subscription.step is None:
            self._channel.distribution.offer(subscription)

    async def compared(self, subscription: "Subscription", prefixes: bytes) -> None:
        """Its bucket digests have come: send those that differ."""
        try:
            await self._channel.ready(subscription.live)
            mark = hashlib.sha256(prefixes).digest()
            step = await self._built(subscription, mark, prefixes) or await self._full(subscription)
            if step is not None:
                await self.send(subscription, step)
        finally:
            subscription.busy = False
        if subscription.step is None:
            self._channel.distribution.offer(subscription)

    async def send(self, subscription: "Subscription", step: Step) -> None:
        """Write a step of any size; slow connections wait beside the others."""
        session = subscription.session
        announced = self._channel.distribution.announced > subscription.told
        if session.closing or (step.target in subscription.refused and not announced):
            return
        self._channel.distribution.expect(subscription, step)
        size = 0
        for index in range(step.messages):
            frame = step.packed(index)
            size += len(frame)
            if not await self._write(subscription, frame):
                return
        self._channel.counts.sent(step, size)
        subscription.sent = monotonic()

    async def _write(self, subscription: "Subscription", frame: bytes) -> bool:
        session, limit = subscription.session, self._channel.settings.slow_reader
        async with self._turns:
            if session.closing:
                return False
            if session.websocket.idle:  # nothing waits before it: no need to watch over it
                written = session.websocket.write(frame)
                await asyncio.sleep(0)
                return written
            writing = asyncio.ensure_future(session.websocket.send(frame))
            if await _within(writing, TURN_SECONDS):
                return writing.result()
        if await _within(writing, limit):
            return writing.result()
        writing.cancel()
        session.start_closing(Close.SLOW, f"nothing was read for {limit:g} s")
        return False

    async def _way(self, subscription: "Subscription") -> Step | None:
        live, base = subscription.live, subscription.digest
        if base is None or not self._channel.settled:
            return await self._full(subscription)
        if base != live.digest and live.history.find(base) is None:
            await self._learn(subscription)
        if base == live.digest or live.history.find(base) is not None:
            return await self._built(subscription, base, None) or await self._full(subscription)
        if len(live.buckets) >= SMALL and not subscription.mismatches:
            self._channel.distribution.compare(subscription)
            return None
        return await self._full(subscription)

    async def _full(self, subscription: "Subscription") -> Step | None:
        return await self._built(subscription, None, None)

    async def _built(
        self, subscription: "Subscription", base: bytes | None, prefixes: bytes | None
    ) -> Step | None:
        """The step from there, built once for all who need it at the same time."""
        channel, live = self._channel, subscription.live
        mark = (live.number, live.generation, channel.distribution.announced)
        key = (*mark, base, prefixes is None, subscription.zstd)
        step = self._steps.get(key)
        if step is not None:
            return step
        building = self._building.get(key)
        if building is None:
            job = self._job(live, base, prefixes, zstd=subscription.zstd)
            work = channel.run(job)
            building = self._building[key] = Shared(work)
            work.add_done_callback(lambda _: self._building.pop(key, None))
        step = await building.result()
        if step is not None:
            self._steps[key] = step
        return step

    def _job(
        self, live: LiveView, base: bytes | None, prefixes: bytes | None, *, zstd: bool
    ) -> Job[Step | None]:
        content, note = self._channel.resources, self._channel.note
        if note is None:
            return None
        if prefixes is not None:
            return (yield from steps.repair(live, content, note, prefixes, zstd=zstd))
        if base is not None:
            return (yield from steps.delta(live, content, note, base, zstd=zstd))
        return (yield from steps.full(live, content, note, zstd=zstd))

    async def _learn(self, subscription: "Subscription") -> None:
        """Read back from the store what its version held, if it claims a retained one."""
        have, live = subscription.asked.have, subscription.live
        if have is None or have.lineage != self._channel.lineage or not have.version:
            return
        key = (live.number, have.version)
        learning = self._learning.get(key)
        if learning is None:
            work = asyncio.create_task(
                self._read_back(live, have.version), name=f"read version {have.version} back"
            )
            learning = self._learning[key] = Shared(work)
            work.add_done_callback(lambda _: self._learning.pop(key, None))
        await learning.result()

    async def _read_back(self, live: LiveView, version: int) -> None:
        """Ask again if versions are published faster than the worker answers."""
        for _ in range(3):
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    head, changes = await self._changes_since(version)
            except (LookupError, TimeoutError):
                return
            await self._channel.live_at_least(head, ASK_SECONDS)
            if await self._channel.run(self._remember(live, version, head, changes)):
                return

    async def _changes_since(self, version: int) -> tuple[int, list[PastChange]]:
        """The worker's answer, asked for once at a time and kept while the version is live."""
        note = self._channel.note
        key = (version, note.number if note else 0)
        asked = self._asked.get(key)
        if asked is None:
            asked = asyncio.ensure_future(self._ask(version))
            self._asked[key] = asked
            while len(self._asked) > MOST_ASKED:
                del self._asked[next(iter(self._asked))]
        try:
            return await asyncio.shield(asked)
        except LookupError:
            self._asked.pop(key, None)
            raise

    def _remember(
        self, live: LiveView, version: int, head: int, changes: list[PastChange]
    ) -> Job[bool]:
        """Work out the content that the view had at the version; False if the channel moved on."""
        olds: list[tuple[Key, bytes | None, dict[str, str] | None]] = []
        for change in changes:
            key = Key(change.collection, change.namespace, change.name)
            olds.append((key, change.old, change.old_labels))
            yield 0.0
        note = self._channel.note
        if note is None or note.number != head:
            return False
        position, now = live.history.position, live.buckets.copy()
        buckets = yield from live.past(olds)
        was: list[Was] = []
        for key, _, _ in olds:
            key_hash = key.hash
            old = buckets.get(key_hash)
            if old != now.get(key_hash):
                was.append((key, old))
            yield 0.0
        past = Past(position, tuple(was), version, note.time)
        live.history.learn(buckets.digest(), past)
        return True


async def _within(work: "asyncio.Future[bool]", seconds: float) -> bool:
    """Whether it is done in time; it goes on in any case."""
    try:
        async with asyncio.timeout(seconds):
            await asyncio.shield(work)
    except TimeoutError:
        return False
    return True
