"""Tells forges what becomes of their commits, as far as the sources' settings ask for it.

It observes the revisions and the deliveries, and hands what they come to to one courier for each
source. Nothing is kept on disk: after a restart the newest revision of each source is told again,
and what the forge had not been told of older ones by then is lost.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from galley.forges.status import Status, Tally
from galley.store.store import Store
from galley.store.values import Delivery
from galley.worker.channel import Channel
from galley.worker.places import located
from galley.worker.posts import Post, UnusableError, check_webhook, post_of, wants_status
from galley.worker.revisions import RevisionState, Standing
from galley.worker.status_words import SHOWN, findings, status_of
from pipeline.model import Diagnostic
from sources.settings import AnySource

if TYPE_CHECKING:
    from galley.worker.courier import Courier

log = logging.getLogger("galley.forges")

LOOK_EVERY = 10.0
"""Seconds between two looks at what the settings refer to."""

AFTER_DEFECT = 60.0
"""Seconds before a courier is sent again that failed by a defect of ours."""

REMEMBERED = 1000
"""Revisions, and versions, of which it is known what was told last."""


@dataclass(frozen=True, slots=True)
class _Round:
    """A courier under way with a post."""

    post: Post
    task: asyncio.Task[None]


class Reporter:
    """For all sources of one channel; `assembly` lets it observe."""

    def __init__(self, channel: Channel, tasks: asyncio.TaskGroup) -> None:
        self._channel = channel
        self._tasks = tasks
        self._rounds: dict[str, _Round] = {}
        self._states: dict[tuple[str, str], RevisionState] = {}
        self._tallies: dict[int, Tally] = {}
        self._looking = asyncio.Lock()
        self._turns: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, before anything is to be told."""
        self._tallies = await self._channel.store.run(_stored)
        await self.look()
        self._turns = self._tasks.create_task(self._look_again(), name="forges")

    async def stop(self) -> None:
        """Tell nothing any more, whatever waits."""
        tasks = [each.task for each in self._rounds.values()]
        tasks += [self._turns] if self._turns else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def revision_changed(self, state: RevisionState) -> None:
        """Something has become of a revision."""
        place = (state.source, state.revision.id)
        self._states.pop(place, None)
        self._states[place] = state
        if len(self._states) > REMEMBERED:
            del self._states[next(iter(self._states))]
        self._put(state)

    def received(self, counts: Mapping[int, Delivery]) -> None:
        """Who has versions, as counted now; once all have answered only refusals are news."""
        for version, delivery in counts.items():
            tally, known = _tally(delivery), self._tallies.get(version)
            if known and known.complete and tally.refused <= known.refused:
                continue
            self._tallies[version] = tally
            if len(self._tallies) > REMEMBERED:
                del self._tallies[min(self._tallies)]
            for state in self._states.values():
                if state.standing is Standing.LIVE and state.version == version:
                    self._put(state)

    async def look(self) -> None:
        """Follow what the settings say now, with the secrets as they are now."""
        async with self._looking:
            sources = self._channel.settings.sources
            posts, problems = await asyncio.to_thread(_examine, sources, self._channel.name)
            self._channel.forge_problems = problems
            self._keep_couriers({each.name for each in sources if wants_status(each)})
            for name in (*self._rounds, *posts):
                await self._send(name, posts.get(name))

    def _keep_couriers(self, wanted: set[str]) -> None:
        """One for each source that wants it; a new one is told all that is known."""
        couriers = self._channel.couriers
        for name in couriers.keys() - wanted:
            del couriers[name]
        for name in wanted - couriers.keys():
            couriers[name] = _new_courier(name, partial(self._exact, name))
            for state in self._states.values():
                if state.source == name:
                    self._put(state)

    async def _send(self, name: str, post: Post | None) -> None:
        """Let a source's courier go with this post, and with no other."""
        under_way = self._rounds.get(name)
        if under_way and under_way.post == post:
            return
        if under_way:
            del self._rounds[name]
            under_way.task.cancel()
            await asyncio.gather(under_way.task, return_exceptions=True)
        if post:
            courier = self._channel.couriers[name]
            task = self._tasks.create_task(_tend(courier, post), name=f"forge of {name}")
            self._rounds[name] = _Round(post, task)

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self.look()

    def _put(self, state: RevisionState) -> None:
        if courier := self._channel.couriers.get(state.source):
            tally = self._tallies.get(state.version)
            courier.put(status_of(state, tally))

    async def _exact(self, source: str, status: Status) -> Status:
        """The status with the lines of its findings; read only when they are told."""
        state = self._states.get((source, status.revision))
        if not status.findings or state is None:
            return status
        places = await located(state.diagnostics[:SHOWN], self._channel.sources)
        return replace(status, findings=findings(places))


async def _tend(courier: "Courier", post: Post) -> None:
    """A courier that fails by a defect must not end the worker."""
    while True:
        try:
            await courier.run(post)
        except Exception:  # of any kind
            log.exception("The courier of source %s failed.", courier.source)
        await asyncio.sleep(AFTER_DEFECT)


def _examine(
    sources: tuple[AnySource, ...], channel: str
) -> tuple[dict[str, Post], dict[str, Diagnostic]]:
    """How to tell the forges, and why some settings cannot be followed, by source."""
    posts: dict[str, Post] = {}
    problems: dict[str, Diagnostic] = {}
    for source in sources:
        try:
            if post := post_of(source, channel):
                posts[source.name] = post
            check_webhook(source)
        except UnusableError as error:
            problems[source.name] = error.diagnostic(source.name)
    return posts, problems


def _stored(store: Store) -> dict[int, Tally]:
    received = store.received()
    return {number: _tally(received[number]) for number in sorted(received)[-REMEMBERED:]}


def _tally(delivery: Delivery) -> Tally:
    return Tally(delivery.connected, delivery.had, delivery.refused)


def _new_courier(source: str, exact: Callable[[Status], Awaitable[Status]]) -> "Courier":
    from galley.worker.courier import Courier  # noqa: PLC0415  # takes 0.1 s

    return Courier(source, exact)
