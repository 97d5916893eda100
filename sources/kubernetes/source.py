"""The Kubernetes source: all there is at first, then what changes, kind by kind."""

import asyncio
import logging
import random
import time
from dataclasses import replace

from pipeline.model import Batch, Diagnostic, Key, Origin, Path, Place
from sources.kubernetes.access import Access
from sources.kubernetes.crew import Crew
from sources.kubernetes.discovery import Discovery
from sources.kubernetes.failure import UnreachableError
from sources.kubernetes.kinds import Chosen
from sources.kubernetes.outbox import Outbox
from sources.settings import KubernetesSettings
from sources.source import Emit, SourceContext, SourceHealth

log = logging.getLogger("galley.kubernetes")

_BACK_OFF, _LONGEST = 0.5, 30.0
"""Seconds until a cluster that cannot be reached is tried again, at first and at most."""
_ECHOES = (0.2, 1.0, 3.0)
"""Seconds after which the kinds are looked at when a CRD has changed: its API comes later."""


class KubernetesSource:
    """Some kinds of one cluster; see `sources.source` for what it promises."""

    def __init__(self, settings: KubernetesSettings, context: SourceContext | None = None) -> None:
        self._settings = settings
        self._context = context or SourceContext()
        self._synced = False
        self._problem: Diagnostic | None = None
        """Why the cluster, or its kinds, cannot be told of now."""
        self._host = ""
        self._crew: Crew | None = None
        self._news = asyncio.Event()
        """Something may have changed about the kinds, or somebody asks for a look."""

    @property
    def name(self) -> str:
        return self._settings.name

    def health(self) -> SourceHealth:
        followers = tuple(self._crew or ())
        heard = [each.heard for each in followers if not each.refused]
        health = SourceHealth(
            synced=self._synced,
            last_read=min(heard, default=0.0) if self._synced else 0.0,
            locators=sum(len(each.held) for each in followers),
        )
        problems = (self._problem, *(each.problem for each in followers))
        problem = next(filter(None, problems), None)
        return replace(health, problem=problem.at(self.name, "") if problem else None)

    @property
    def chosen(self) -> tuple[Chosen, ...]:
        """The kinds that are read now; none before they are known."""
        return tuple({each.chosen.collection: each.chosen for each in self._crew or ()}.values())

    def hint(self) -> None:
        self._news.set()
        for each in self._crew or ():
            each.hint()

    def locate(self, origin: Origin, path: Path) -> Place | None:  # noqa: ARG002  # the protocol's
        """Objects have no lines."""
        return None

    def link(self, origin: Origin) -> str:
        """Where the API server keeps the object, which tells the cluster too."""
        try:
            key = Key.parse(origin.locator)
        except ValueError:  # it stands for a kind, or for the source as a whole
            return ""
        for each in self._crew or ():
            if each.chosen.collection == key.collection:
                return f"{self._host}{each.chosen.path(key.namespace)}/{key.name}"
        return ""

    async def run(self, emit: Emit) -> None:
        access, outbox = Access(self._settings), Outbox(self.name)
        discovery = Discovery(self._settings, access, self._context.kinds)
        crew = Crew(self._settings, self._context, access, discovery, outbox)
        self._crew, self._synced = crew, False
        try:
            await emit(await self._first(access, discovery, crew))
            self._synced = True
            async with asyncio.TaskGroup() as tasks:
                crew.start(tasks)
                tasks.create_task(self._follow_kinds(access, discovery, crew, tasks), name="kinds")
                tasks.create_task(self._follow_crds(discovery), name="CRDs")
                while True:
                    await emit(await outbox.next())
        finally:
            await access.close()

    async def _first(self, access: Access, discovery: Discovery, crew: Crew) -> Batch:
        """Everything, as soon as the cluster can be reached."""
        failures = 0
        while True:
            try:
                await discovery.look()
                changes = await crew.first()
            except UnreachableError as error:
                self._problem = error.report
                access.renew()
                await self._pause(min(_BACK_OFF * 2**failures, _LONGEST))
                failures = min(failures + 1, 10)
            else:
                self._problem, self._host = None, access.host
                return Batch(self.name, changes, complete=True)

    async def _follow_kinds(
        self, access: Access, discovery: Discovery, crew: Crew, tasks: asyncio.TaskGroup
    ) -> None:
        """Look which kinds there are, now and then and when a CRD has changed."""
        echoes: tuple[float, ...] = ()
        while True:
            wait = echoes[0] if echoes else self._settings.rediscover
            echoes = _ECHOES if await self._pause(wait) else echoes[1:]
            try:
                await discovery.look()
                await crew.adjust(tasks)
            except UnreachableError as error:
                self._problem = error.report
                access.renew()
            else:
                self._problem, self._host = None, access.host

    async def _follow_crds(self, discovery: Discovery) -> None:
        while True:
            begun = time.monotonic()
            try:
                await discovery.changes(self._news)
            except UnreachableError as error:
                log.debug("CRDs cannot be watched now: %s", error)
            # What is refused at once is not asked for all the time.
            wait = self._settings.rediscover if time.monotonic() - begun < 1 else 0.1
            await asyncio.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311  # no secret

    async def _pause(self, seconds: float) -> bool:
        """Wait for about so long, or for news; whether there were any."""
        try:
            async with asyncio.timeout(seconds * random.uniform(0.8, 1.2)):  # noqa: S311  # jitter
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True
