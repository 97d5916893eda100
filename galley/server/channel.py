"""The serving side of one channel line: what is live, and who subscribes to it.

The worker's connection calls `opened`, `content`, `live`, `changes` and `published` in order; they
return at once, and what takes long goes on in slices. `attach` and `detach` are the sessions'.
Everything else answers questions of people and programs.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any, TypeVar

from galley import memory
from galley.protocol.control import Change, Entry, Form, VersionNote
from galley.protocol.messages import Note, Subscribe
from galley.protocol.results import DeliveryResult
from galley.protocol.view import View
from galley.server.catchup import CatchUp, ChangesSince
from galley.server.content import Content
from galley.server.counts import Counts
from galley.server.distribution import Distribution
from galley.server.forms import Forms
from galley.server.live import DamagedContentError, Live, Moved
from galley.server.member import Follower
from galley.server.members import Members
from galley.server.session import Session, Subscription
from galley.server.shared import Shared
from galley.server.slices import Job, Slices
from galley.server.steps import Step
from galley.server.views import LiveView
from galley.settings import StreamSettings
from pipeline.model import Key

__all__ = ["ChangesSince", "Channel", "DamagedContentError"]

log = logging.getLogger("galley.stream")

T = TypeVar("T")

IDLE_SECONDS = 60.0
"""How long a view is kept that nobody subscribes to."""


class Channel:
    """One channel line in the serving process; confined to the serving loop."""

    def __init__(
        self,
        name: str,
        changes_since: ChangesSince,
        settings: StreamSettings | None = None,
    ) -> None:
        self.name = name
        self.settings = settings or StreamSettings()
        self.damage = ""
        """Why what the worker told cannot be served; empty again once it begins anew."""
        self._names: Mapping[str, str] = {}
        self.counts = Counts()
        self.distribution = Distribution(self, self.counts)
        self._live = Live()
        self._catchup = CatchUp(self, changes_since)
        self.members = Members()
        self.followers: list[Follower] = []
        """Who serves members other than the stream's."""
        self._slices = Slices(name)
        self._moved = asyncio.Event()

    # What the worker tells.

    def opened(self, lineage: str) -> None:
        """A (re)load begins; what is held is served until it is whole."""
        self.damage = ""
        self._run(self._live.open(lineage))

    def kinds(self, names: Mapping[str, str]) -> None:
        """What collections are called besides their names; aliases in lower case."""
        self._names = names

    def content(self, entries: list[Entry]) -> None:
        """Some resources of the live version."""
        self._run(self._live.load(entries))

    def live(self, version: VersionNote | None) -> None:
        """The load is whole; None: nothing is published yet.

        Raises:
            DamagedContentError: it does not add up to the version's digest.
        """
        self._run(self._move(self._live.loaded(version), version))

    def changes(self, changes: list[Change]) -> None:
        """Part of the version that `published` will name."""
        self._run(self._live.stage(changes))

    def published(self, version: VersionNote) -> None:
        """Commit what changed since the last call.

        Raises:
            DamagedContentError: it does not add up to the version's digest.
        """
        self._run(self._move(self._live.commit(version), version))

    def forms(self, forms: list[Form]) -> None:
        """What resources are on the wires of meshes: those of the version that `published` will
        name, or while no wire is ready those of the live one."""
        self._run(self._live.load_forms(forms))

    def wires(self, names: list[str]) -> None:
        """All forms of what is live were told for these wires; none: they are about to be."""
        self._run(self._wire(names))

    # What is live.

    @property
    def lineage(self) -> str:
        return self._live.lineage

    @property
    def head(self) -> VersionNote | None:
        """The live version; None while nothing is published or loaded."""
        return self._live.head

    @property
    def note(self) -> Note | None:
        return self._live.note

    @property
    def settled(self) -> bool:
        return self._live.settled

    @property
    def resources(self) -> Content:
        """The live content; of one version only while `settled`."""
        return self._live.content

    @property
    def on_wires(self) -> Forms:
        """What is live, as clients of meshes read it; of one version only while `settled`."""
        return self._live.forms

    async def live_at_least(self, version: int, timeout: float) -> bool:  # noqa: ASYNC109  # an answer, not an error
        """Wait until this version or a newer one is live; whether it is."""
        try:
            async with asyncio.timeout(timeout):
                while not self._is_live(version):
                    await self._moved.wait()
        except TimeoutError:
            return self._is_live(version)
        return True

    # Subscriptions.

    def attach(self, session: Session, asked: Subscribe) -> Subscription:
        """A new subscription; `begin` sends it what it misses."""
        live = self._live.views.get(asked.view)
        subscription = Subscription(session, self, live, asked)
        subscription.joined = self.head.number if self.head else 0
        subscription.told = self.distribution.announced
        if asked.have is not None and asked.have.lineage == self.lineage:
            subscription.floor = asked.have.version
            subscription.troubled = subscription.floor > subscription.joined
        live.subscriptions[subscription] = None
        self.members.join(subscription)
        return subscription

    def begin(self, subscription: Subscription) -> None:
        """Send what it misses, at once or as soon as that is known."""
        if self.settled and subscription.live.built:
            self.distribution.offer(subscription)
        else:
            self.catch_up(subscription)

    def detach(self, subscription: Subscription) -> None:
        """It is over."""
        del subscription.live.subscriptions[subscription]
        self.members.leave(subscription, had=subscription.unsync())
        self.release(subscription.live)

    def catch_up(self, subscription: Subscription) -> None:
        """Send a large step, or whatever else needs waiting."""
        subscription.busy = True
        work = self._catchup.bring(subscription)
        subscription.work = subscription.session.start(work, "catch up")

    def compared(self, subscription: Subscription, prefixes: bytes) -> None:
        """Its bucket digests have come."""
        subscription.comparing = False
        work = self._catchup.compared(subscription, prefixes)
        subscription.work = subscription.session.start(work, "repair")

    def start_over(self, subscription: Subscription) -> None:
        """It asks for everything again, whatever it had or refused."""
        if subscription.work is not None:
            subscription.work.cancel()
        if subscription.step is not None:
            subscription.session.expecting.pop(subscription.step.ack, None)
        self.members.lost(subscription.unsync())
        subscription.step = subscription.digest = None
        subscription.busy = subscription.comparing = False
        self.distribution.resend(subscription)

    def received(self, subscription: Subscription) -> None:
        """It acknowledged a step; `distribution` has noted what it has."""
        live = subscription.live
        newly = subscription.digest == live.digest and not subscription.synced
        if newly:
            subscription.synced_at = live.generation
            live.synced += 1
        self.members.received(subscription, newly=newly)

    def not_received(self, subscription: Subscription, step: Step) -> None:
        """It refused a step, or came out with another digest."""
        if step.target == subscription.live.digest:
            self.members.refused(subscription, had=subscription.unsync())

    # Questions.

    async def affected(self, keys: Iterable[Key]) -> list[str]:
        """Names of the subscribers whose view these keys touch.

        A view that selects by label is touched by what it holds; what it does not hold is counted
        if its collection and namespace are selected and it is new.
        """
        return await self.run(self._affected(keys))

    async def delivered(
        self,
        version: int,
        *,
        timeout: float,  # noqa: ASYNC109  # an answer, not an error
        quorum: float = 1.0,
    ) -> DeliveryResult:
        """Wait until those connected when `version` was published have it, or a newer one.

        Args:
            timeout: seconds.
            quorum: share of them that is enough, 0 to 1.
        """
        deadline = monotonic() + timeout
        await self.live_at_least(version, timeout)
        left = max(0.0, deadline - monotonic())
        return await self.members.delivered(version, timeout=left, quorum=quorum)

    def sweep(self) -> None:
        """Forget views that nobody has subscribed to for a while; called now and then."""
        self._live.views.sweep(monotonic() - IDLE_SECONDS)

    async def close(self) -> None:
        """Stop working; who still subscribes is told that the channel is gone."""
        self.members.end(f"there is no channel {self.name!r} any more")
        await self._slices.close()

    # For the other parts of the serving side.

    def resolved(self, view: View) -> View:
        """The view with the aliases of its collections replaced."""
        return view.resolved(self._names)

    def run(self, job: Job[T]) -> "asyncio.Future[T]":
        """Do something long in slices, behind the versions."""
        return self._slices.run(job)

    def view(self, view: View) -> LiveView:
        """The one view of that filter, to be served from; `ready` builds it."""
        return self._live.views.get(view)

    def release(self, live: LiveView) -> None:
        """Nobody may need the view any more."""
        self._live.views.release(live, monotonic())

    async def ready(self, live: LiveView) -> None:
        """Wait until something is live and the view is built."""
        await self._until_live()
        if not live.built:
            await self.build(live).result()

    def _run(self, job: Job[Any]) -> None:
        done = self._slices.run(job, urgent=True)
        if done.done():
            done.result()
        else:
            done.add_done_callback(self._finished)

    def _finished(self, done: "asyncio.Future[Any]") -> None:
        """A long move is over; if it failed, nobody else would say so."""
        if not done.cancelled() and (error := done.exception()):
            self.damage = str(error)
            log.critical("Channel %s serves nothing any more: %s.", self.name, error)
            context = {"message": f"channel {self.name} failed to move on", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)

    def _move(self, moving: Job[Moved], version: VersionNote | None) -> Job[None]:
        before = self.head
        moved = yield from moving
        head = self.head
        if version is None or head is None:
            return
        self.members.lost(moved.unsynced)
        for follower in self.followers:
            self.members.lost((yield from follower.unsync(moved.views)))
        if before is None or (before.number, before.digest) != (head.number, head.digest):
            self.members.published(head.number)
        self._moved.set()
        self._moved = asyncio.Event()
        if head.kind == "rollback" and head != before:
            self.distribution.announced = head.number
        everybody = self.distribution.announced == head.number
        for live in self._live.views if everybody else moved.views:
            yield from self.distribution.fan_out(live)
        yield from self.distribution.offer_again()
        for follower in self.followers:
            yield from follower.serve(moved.views)
        if moved.changes >= memory.LARGE:
            yield 0.0
            memory.give_back()

    def _wire(self, names: list[str]) -> Job[None]:
        """In its turn like all that the worker tells, as it is about what was told before it."""
        self._live.forms.tell(names)
        for follower in self.followers:
            follower.wired()
        return
        yield

    def _affected(self, keys: Iterable[Key]) -> Job[list[str]]:
        touched: set[LiveView] = set()
        for key in keys:
            known = self.resources.get(key) is not None
            key_hash = key.hash
            for live in self._live.views.concerned(key.collection, key.namespace):
                if not known or live.buckets.get(key_hash) is not None:
                    touched.add(live)
            yield 0.0
        return sorted({each.label for live in touched for each in live.members()})

    def _is_live(self, version: int) -> bool:
        return self.head is not None and self.head.number >= version

    async def _until_live(self) -> None:
        while self.head is None:
            await self._moved.wait()

    def build(self, live: LiveView) -> Shared[None]:
        """Fill a view; possible once something is live."""
        if live.building is None:
            live.building = Shared(self.run(live.build(self.resources)))
        return live.building
