"""Telling the service what is live: the whole once, then each version's changes, in small parts."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

from galley.protocol.control import Change, Entry, Event, VersionNote
from galley.protocol.framing import Link
from galley.store.values import Version
from pipeline.environment import Environment
from pipeline.model import Key, Kinds, Resource

PART = 200
"""Resources in one message: the serving process takes it in within some milliseconds."""

T = TypeVar("T")


class Announcer:
    """The worker's voice towards the service, for one channel line."""

    def __init__(self, link: Link, channel: str) -> None:
        self._link = link
        self.channel = channel

    async def opened(self, lineage: str) -> None:
        await self._tell(Event.OPENED, lineage=lineage)

    async def kinds(self, kinds: Kinds) -> None:
        await self._tell(Event.KINDS, names=dict(kinds.names))

    async def environment(self, environment: Environment) -> None:
        """What is in force, for whoever judges by it elsewhere."""
        expired = sorted(environment.expired)
        await self._tell(Event.ENVIRONMENT, content=environment.spec.content(), expired=expired)

    async def content(self, resources: Iterable[Resource]) -> None:
        for part in parts(resources, PART):
            await self._tell(Event.CONTENT, entries=[_entry(resource) for resource in part])

    async def live(self, version: Version | None) -> None:
        await self._tell(Event.LIVE, version=note(version) if version else None)

    async def published(
        self,
        version: Version,
        outputs: Mapping[Key, Resource | None],
        before: Mapping[Key, Resource | None],
    ) -> None:
        """A version is committed; `before` is what was live under these keys until then."""
        changes = (_change(key, before.get(key), now) for key, now in outputs.items())
        for part in parts(changes, PART):
            await self._tell(Event.CHANGES, changes=part)
        await self._tell(Event.PUBLISHED, version=note(version))

    async def health(self, health: Mapping[str, Any]) -> None:
        await self._tell(Event.HEALTH, health=health)

    async def failed(self, reason: str, *, fatal: bool) -> None:
        await self._tell(Event.FAILED, reason=reason, fatal=fatal)

    async def _tell(self, event: Event, **payload: object) -> None:
        await self._link.send([0, event.value, {"channel": self.channel, **payload}])


def note(version: Version) -> VersionNote:
    """What subscribers are told of a version."""
    return VersionNote(
        version.number,
        version.digest,
        version.parent,
        version.kind.value,
        version.restores,
        version.time,
        version.author,
        version.reason,
    )


def parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of at most `size`."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def _entry(resource: Resource) -> Entry:
    return Entry(*resource.key, resource.digest, resource.content)


def _change(key: Key, old: Resource | None, now: Resource | None) -> Change:
    return Change(
        *key,
        old.digest if old else None,
        now.digest if now else None,
        now.content if now else None,
    )
