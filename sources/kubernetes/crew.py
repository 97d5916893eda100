"""The followers of one source: who follows what, as kinds come, go and change version."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from pipeline.model import Broken, Change, Removed
from pipeline.model.messages import kubernetes as messages
from sources.kubernetes.access import Access
from sources.kubernetes.discovery import Discovery
from sources.kubernetes.failure import UnreachableError
from sources.kubernetes.follower import Follower
from sources.kubernetes.kinds import Chosen
from sources.kubernetes.outbox import NOTHING, SOMETHING, Outbox
from sources.settings import KubernetesSettings
from sources.source import SourceContext

_Spot: TypeAlias = tuple[str, str]
"""Collection and namespace."""


class Crew:
    """Followers by what they follow, and their tasks."""

    def __init__(
        self,
        settings: KubernetesSettings,
        context: SourceContext,
        access: Access,
        discovery: Discovery,
        outbox: Outbox,
    ) -> None:
        self._settings = settings
        self._context = context
        self._access = access
        self._discovery = discovery
        self._outbox = outbox
        self._lists = asyncio.Semaphore(settings.concurrency)
        self._followers: dict[_Spot, Follower] = {}
        self._tasks: dict[_Spot, asyncio.Task[None]] = {}
        self._missing: frozenset[str] = frozenset()
        """Collections that were told to be missing."""

    def __iter__(self) -> Iterator[Follower]:
        return iter(self._followers.values())

    async def first(self) -> tuple[Change, ...]:
        """Everything that the cluster holds of what is wanted; it counts as told.

        Raises:
            UnreachableError: the cluster cannot be reached.
        """
        self._followers = {
            spot: self._follower(spot, chosen) for spot, chosen in self._wanted().items()
        }
        self._missing = frozenset(self._discovery.missing)
        try:
            async with asyncio.TaskGroup() as tasks:
                lists = [
                    tasks.create_task(each.first(), name=f"first list of {each.prefix}")
                    for each in self
                ]
        except* UnreachableError as group:
            raise _first_of(group) from None
        broken = (self._broken(each) for each in sorted(self._missing))
        return (*(change for each in lists for change in each.result()), *broken)

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Follow all that was listed first."""
        for spot in self._followers:
            self._start(spot, tasks)

    async def adjust(self, tasks: asyncio.TaskGroup) -> None:
        """Follow what is wanted now, and nothing else.

        Raises:
            UnreachableError: it cannot be told whether a kind is gone; it is followed until then.
        """
        wanted = self._wanted()
        for spot, follower in list(self._followers.items()):
            if spot not in wanted and await self._is_gone(follower.chosen):
                self._dismiss(spot)
        for spot, chosen in wanted.items():
            known = self._followers.get(spot)
            if known is None or known.chosen != chosen:
                await self._engage(spot, chosen, tasks)
        self._tell_missing()

    async def _is_gone(self, chosen: Chosen) -> bool:
        """Whether the kind is no longer there, or there and no longer wanted."""
        return chosen.collection in self._discovery.served or await self._discovery.gone(chosen)

    async def _engage(self, spot: _Spot, chosen: Chosen, tasks: asyncio.TaskGroup) -> None:
        follower = self._follower(spot, chosen)
        if former := self._followers.get(spot):
            await self._stop(spot)
            follower.take_over(former)
        self._followers[spot] = follower
        self._start(spot, tasks)

    def _dismiss(self, spot: _Spot) -> None:
        """What was told of a kind that is gone goes with it."""
        self._tasks.pop(spot).cancel()
        follower = self._followers.pop(spot)
        for locator, mark in follower.held.items():
            self._outbox.put(Removed(locator), mark)
        self._outbox.put(Removed(follower.prefix), SOMETHING)

    def _tell_missing(self) -> None:
        now = frozenset(self._discovery.missing)
        for collection in sorted(now - self._missing):
            self._outbox.put(self._broken(collection), NOTHING)
        for collection in sorted(self._missing - now):
            self._outbox.put(Removed(f"{collection}/"), SOMETHING)
        self._missing = now

    def _broken(self, collection: str) -> Broken:
        prefix = f"{collection}/"
        report = messages.KIND_MISSING.report(resource=collection)
        return Broken(prefix, (report.at(self._settings.name, prefix),))

    def _start(self, spot: _Spot, tasks: asyncio.TaskGroup) -> None:
        follower = self._followers[spot]
        self._tasks[spot] = tasks.create_task(
            follower.follow(self._outbox), name=f"follower of {follower.prefix}"
        )

    async def _stop(self, spot: _Spot) -> None:
        task = self._tasks.pop(spot)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def _follower(self, spot: _Spot, chosen: Chosen) -> Follower:
        return Follower(self._settings, self._context, self._access, self._lists, chosen, spot[1])

    def _wanted(self) -> Mapping[_Spot, Chosen]:
        everywhere = "*" in self._settings.namespaces
        named = ("",) if everywhere else self._settings.namespaces
        return {
            (collection, namespace): chosen
            for collection, chosen in self._discovery.chosen.items()
            for namespace in (named if chosen.served.namespaced else ("",))
        }


def _first_of(group: ExceptionGroup[UnreachableError]) -> UnreachableError:
    """One of several, which say the same of one cluster."""
    first = group.exceptions[0]
    return _first_of(first) if isinstance(first, ExceptionGroup) else first
