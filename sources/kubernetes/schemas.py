"""A cluster as a source of schemas: its definitions, followed, and what it publishes of the rest.

Kubernetes' own kinds change with the API server alone, and those of aggregated servers with these,
so that what is published is looked at now and then, as the list of kinds is.
"""

import asyncio
import random
from dataclasses import replace

from pipeline.model import Batch, Change, Diagnostic, Origin, Path, Place, Read, Removed
from sources.kubernetes.access import Access
from sources.kubernetes.failure import UnreachableError
from sources.kubernetes.published import Published
from sources.kubernetes.source import KubernetesSource
from sources.settings import ClusterSchemasSettings
from sources.source import Emit, SourceContext, SourceHealth

_AGAIN = 1.0
"""Seconds until a cluster that told its definitions, and then not the rest, is asked again."""


class ClusterSchemas:
    """The definitions of one cluster and the documents of its own kinds; with `labels`, the
    definitions that have these and nothing else. See `sources.source` for what it promises."""

    def __init__(self, settings: ClusterSchemasSettings, context: SourceContext) -> None:
        self._settings = settings
        self._definitions = KubernetesSource(settings, context)
        self._published: Published | None = None
        self._definers: dict[str, str] = {}
        """By the locator of a definition, the group that it defines a kind of."""
        self._synced = False
        self._problem: Diagnostic | None = None
        self._news = asyncio.Event()

    @property
    def name(self) -> str:
        return self._settings.name

    def health(self) -> SourceHealth:
        health = self._definitions.health()
        if self._published is None:
            return health
        return replace(
            health,
            synced=self._synced,
            last_read=min(health.last_read, self._published.heard),
            locators=health.locators + len(self._published),
            problem=health.problem or self._problem,
        )

    def hint(self) -> None:
        self._news.set()
        self._definitions.hint()

    def locate(self, origin: Origin, path: Path) -> Place | None:
        """Neither objects nor documents have lines."""
        return self._definitions.locate(origin, path)

    def link(self, origin: Origin) -> str:
        """Where the API server keeps a definition."""
        return self._definitions.link(origin)

    async def run(self, emit: Emit) -> None:
        if self._settings.labels:
            await self._definitions.run(emit)
            return
        access, self._synced = Access(self._settings), False
        published, turn = Published(self.name, access), asyncio.Lock()
        self._published = published

        async def take(batch: Batch) -> None:
            self._note(batch)
            if not self._synced:
                rest = await self._first(published, access)
                batch = replace(batch, changes=(*batch.changes, *rest))
            async with turn:
                await emit(batch)
            self._synced = True

        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._definitions.run(take), name="definitions")
                while True:
                    await self._pause()
                    await self._tell(published, access, turn, emit)
        finally:
            await access.close()

    async def _tell(
        self, published: Published, access: Access, turn: asyncio.Lock, emit: Emit
    ) -> None:
        """Emit what differs, once everything was told."""
        if self._synced and (changes := await self._look(published, access)):
            async with turn:
                await emit(Batch(self.name, tuple(changes)))

    async def _first(self, published: Published, access: Access) -> list[Change]:
        """All that is published, as soon as the cluster can be reached."""
        while True:
            changes = await self._look(published, access)
            if self._problem is None:
                return changes
            await asyncio.sleep(_AGAIN)

    async def _look(self, published: Published, access: Access) -> list[Change]:
        """What differs from what was told; nothing while the cluster cannot be reached."""
        try:
            changes = await published.look(frozenset(self._definers.values()))
        except UnreachableError as error:
            self._problem = error.report.at(self.name, "")
            access.renew()
            return []
        self._problem = None
        return changes

    def _note(self, batch: Batch) -> None:
        """Which groups are defined by CRDs; what is published of these is known already."""
        for change in batch.changes:
            if isinstance(change, Removed):
                self._definers.pop(change.locator, None)
            elif isinstance(change, Read):
                for held in change.resources:
                    self._definers[change.locator] = held.resource.key.name.partition(".")[2]

    async def _pause(self) -> None:
        """Wait for about as long as until the next look at the kinds, or for a hint."""
        try:
            async with asyncio.timeout(self._settings.rediscover * random.uniform(0.8, 1.2)):  # noqa: S311  # jitter
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()
