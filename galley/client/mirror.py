"""What a subscriber holds, and what an update would make of it.

A `Draft` collects an update; once it is whole it is applied to a copy of the digests and compared
with what the server announced. Only `Mirror.accept` changes what is held, all at once.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from galley.client.errors import MismatchError
from galley.protocol.messages import Have, Note, ProtocolError, Update
from pipeline.model import Buckets, Key, Resource
from pipeline.model.digest import bucket_of

AT_ONCE = 2000
"""Resources that are looked at before other tasks get a turn."""


class Mirror:
    """The accepted content of a view, with its digest."""

    def __init__(self) -> None:
        self.lineage = ""
        self.version = 0
        self.buckets = Buckets()
        self._resources: dict[Key, Resource] = {}

    @property
    def resources(self) -> Mapping[Key, Resource]:
        """By key; a read-only view of what is held now."""
        return MappingProxyType(self._resources)

    @property
    def digest(self) -> bytes:
        return self.buckets.digest()

    @property
    def have(self) -> Have | None:
        """What to tell the server; None while nothing is held."""
        return Have(self.lineage, self.version, self.digest) if self.version else None

    def accept(self, draft: "Draft") -> None:
        """Hold what the verified draft leads to."""
        if draft.whole:
            self._resources = dict(draft.upserts)
        else:
            for key in draft.removals:
                self._resources.pop(key, None)
            self._resources.update(draft.upserts)
        self.buckets = draft.after
        self.lineage, self.version = draft.note.lineage, draft.note.number


class Draft:
    """An update on its way in."""

    def __init__(self, mirror: Mirror, head: Update) -> None:
        """Begin with the UPDATE message.

        Raises:
            ProtocolError: it leads back behind what is held.
        """
        if head.note.lineage == mirror.lineage and head.note.number < mirror.version:
            raise ProtocolError(
                f"version {head.note.number} came after version {mirror.version}; "
                "only another lineage may begin again"
            )
        self.note: Note = head.note
        self.nonce = head.nonce
        self.target = head.target
        self.upserts: dict[Key, Resource] = {}
        self.removals: set[Key] = set()
        self.after = Buckets()
        """The digests once it is applied; see `verify`."""
        self.whole = head.base is None and not head.buckets
        """Whether it replaces everything."""
        self._mirror = mirror
        self._base = head.base
        self._buckets = frozenset(head.buckets)
        self._chunks = head.chunks
        self._received = 0
        self._take(head.upserts, head.removals)

    @property
    def complete(self) -> bool:
        """Whether every chunk has come."""
        return self._received == self._chunks

    @property
    def empty(self) -> bool:
        """Whether it changes nothing."""
        return not (self.whole or self.upserts or self.removals)

    def add(self, index: int, upserts: Iterable[bytes], removals: Iterable[Key]) -> None:
        """The next chunk.

        Raises:
            ProtocolError: it is out of order or not what it should be.
        """
        if index != self._received + 1 or index > self._chunks:
            raise ProtocolError(f"chunk {index} came instead of chunk {self._received + 1}")
        self._received = index
        self._take(upserts, removals)

    async def verify(self) -> None:
        """Compute the digest that this leads to.

        Raises:
            MismatchError: it is not the announced one; nothing is changed.
        """
        if self._base is not None and self._base != self._mirror.digest:
            raise MismatchError("the update starts from another content than is held")
        if self._buckets:
            await self._empty_buckets()
        self.after = Buckets() if self.whole else self._mirror.buckets.copy()
        for key in self.removals:
            self.after.discard(key.hash)
        for count, (key, resource) in enumerate(self.upserts.items(), 1):
            self.after.put(key.hash, resource.digest)
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)
        if self.after.digest() != self.target:
            raise MismatchError("the update leads to another digest than announced")

    async def _empty_buckets(self) -> None:
        """Whatever is held in the replaced buckets and does not come again is gone."""
        for count, key in enumerate(self._mirror.resources, 1):
            if bucket_of(key.hash) in self._buckets and key not in self.upserts:
                self.removals.add(key)
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)

    def _take(self, upserts: Iterable[bytes], removals: Iterable[Key]) -> None:
        try:
            for content in upserts:
                resource = Resource.decode(content)
                self.upserts[resource.key] = resource
        except ValueError as error:
            raise ProtocolError(f"an update holds what is no resource: {error}") from error
        self.removals.update(removals)


class Overlay(Mapping[Key, Resource]):
    """What a mirror will hold once a draft is accepted, without copying it."""

    def __init__(self, base: Mapping[Key, Resource], draft: Draft) -> None:
        self._base: Mapping[Key, Resource] = {} if draft.whole else base
        self._upserts = draft.upserts
        self._removals = draft.removals

    def __getitem__(self, key: Key) -> Resource:
        if key in self._upserts:
            return self._upserts[key]
        if key in self._removals:
            raise KeyError(key)
        return self._base[key]

    def __iter__(self) -> Iterator[Key]:
        yield from self._upserts
        for key in self._base:
            if key not in self._upserts and key not in self._removals:
                yield key

    def __len__(self) -> int:
        replaced = sum(1 for key in self._upserts if key in self._base)
        removed = sum(1 for key in self._removals if key in self._base)
        return len(self._base) + len(self._upserts) - replaced - removed
