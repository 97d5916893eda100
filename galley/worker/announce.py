"""Telling the service what is live: the whole once, then each version's changes, in small parts."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from galley.protocol.control import Change, Entry, Event, VersionNote
from galley.protocol.framing import Link
from galley.store.values import Version, VersionKind
from galley.worker.forms import Forms
from galley.worker.parts import parts
from pipeline.encoding import ServedWire
from pipeline.environment import Environment
from pipeline.model import Key, Kinds, Resource

PART = 200
"""Resources in one message: the serving process takes it in within some milliseconds."""


class Announcer:
    """The worker's voice towards the service, for one channel line."""

    def __init__(self, link: Link, channel: str, forms: Forms | None = None) -> None:
        """`forms`: what makes those of this line; None: no mesh is served."""
        self._link = link
        self._forms = forms
        self._rollback = 0
        self.channel = channel

    async def opened(self, lineage: str, rollback: int = 0) -> None:
        """`rollback`: the newest one so far."""
        self._rollback = rollback
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

    async def wires(self, wires: Collection[ServedWire], live: Collection[Resource]) -> None:
        """The wires of the environment in force; if they are others now, all forms on them."""
        forms = self._forms
        if forms is None or forms.names == [wire.name for wire in wires]:
            return
        forms.wires = tuple(wires)
        await self._tell(Event.WIRES, wires=[])
        async for part in forms.of(tuple(live)):
            await self._tell(Event.FORMS, forms=part)
        await self._tell(Event.WIRES, wires=forms.names)

    async def live(self, version: Version | None) -> None:
        await self._tell(Event.LIVE, version=self._note(version) if version else None)

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
        if self._forms:
            self._forms.gone(key for key, now in outputs.items() if now is None)
            async for forms in self._forms.of(filter(None, outputs.values())):
                await self._tell(Event.FORMS, forms=forms)
        if version.kind is VersionKind.ROLLBACK:
            self._rollback = version.number
        await self._tell(Event.PUBLISHED, version=self._note(version))

    async def health(self, health: Mapping[str, Any]) -> None:
        await self._tell(Event.HEALTH, health=health)

    async def failed(self, reason: str, *, fatal: bool) -> None:
        await self._tell(Event.FAILED, reason=reason, fatal=fatal)

    async def _tell(self, event: Event, **payload: object) -> None:
        await self._link.send([0, event.value, {"channel": self.channel, **payload}])

    def _note(self, version: Version) -> VersionNote:
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
            self._rollback,
        )


def _entry(resource: Resource) -> Entry:
    return Entry(*resource.key, resource.digest, resource.content)


def _change(key: Key, old: Resource | None, now: Resource | None) -> Change:
    return Change(
        *key,
        old.digest if old else None,
        now.digest if now else None,
        now.content if now else None,
    )
