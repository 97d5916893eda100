"""What the resources of a channel line are on the wires of its meshes, for those who serve them."""

import asyncio
from collections.abc import AsyncIterator, Collection, Generator, Iterable, Mapping, Sequence

from galley.protocol.control import Form
from galley.settings import MAX_MESSAGE
from galley.worker.parts import parts
from galley.worker.store_thread import StoreThread
from pipeline.encoding import ServedWire, UncarriableError, volume
from pipeline.encoding.volume import Volume
from pipeline.model import Diagnostic, Key, Resource

PART = 100
"""Resources in one message: each takes some ten microseconds to encode for each wire."""


class Forms:
    """Forms of one channel line; the wires are those of the environment in force."""

    def __init__(self, store: StoreThread, limit: int = MAX_MESSAGE) -> None:
        """`limit`: bytes of the longest response over MCP v1alpha1."""
        self.limit = limit
        self._store = store
        self._wires: Sequence[ServedWire] = ()
        self._volume = Volume()

    @property
    def wires(self) -> Sequence[ServedWire]:
        return self._wires

    @wires.setter
    def wires(self, wires: Sequence[ServedWire]) -> None:
        """All forms are made anew."""
        self._wires = wires
        self._volume.clear()

    @property
    def names(self) -> list[str]:
        return [wire.name for wire in self.wires]

    async def of(self, resources: Iterable[Resource]) -> AsyncIterator[list[Form]]:
        """The forms of these resources, in parts; those that no wire carries are left out."""
        carried = (each for each in resources if self._is_carried(each.key))
        for part in parts(carried, PART):
            created = await self._created({each.key for each in part})
            forms = [self._form(each, created.get(each.key, 0.0)) for each in part]
            self._volume.put({_key(form): _size(form) for form in forms})
            yield forms
            await asyncio.sleep(0)

    def gone(self, keys: Iterable[Key]) -> None:
        """There are no such resources any more."""
        self._volume.put(dict.fromkeys(keys, 0))

    def too_long(self) -> tuple[Diagnostic, ...]:
        """Collections of what is live that are too long for a response, or nearly so."""
        return tuple(volume.too_long(self._volume.totals, self.limit))

    def would_be_too_long(
        self, outputs: Mapping[Key, Resource | None]
    ) -> Generator[None, None, tuple[Diagnostic, ...]]:
        """Those that these outputs would make so, or leave so and larger; in slices."""
        sizes = {}
        for number, (key, resource) in enumerate(outputs.items(), 1):
            sizes[key] = self._size(resource) if resource else 0
            if number % PART == 0:
                yield
        after, totals = self._volume.after(sizes), self._volume.totals
        grown = {name: total for name, total in after.items() if total > totals.get(name, 0)}
        return tuple(volume.too_long(grown, self.limit))

    def _size(self, resource: Resource) -> int:
        wire = next((each for each in self._wires if each.name == volume.WIRE), None)
        if wire is None or not wire.carries(resource.key.collection):
            return 0
        return volume.size_of(wire, resource)

    def _is_carried(self, key: Key) -> bool:
        return any(wire.carries(key.collection) for wire in self.wires)

    async def _created(self, keys: Collection[Key]) -> dict[Key, float]:
        return await self._store.run(lambda store: store.created(keys))

    def _form(self, resource: Resource, created: float) -> Form:
        """What cannot be encoded has none: a finding says so, and it is carried."""
        document, collection, forms = resource.document(), resource.key.collection, {}
        for wire in self._wires:
            if not wire.carries(collection):
                continue
            try:
                encoded = wire.encode(resource, document)
            except UncarriableError:
                continue
            forms[wire.name] = wire.form(collection, encoded, created)
        return Form(*resource.key, forms)


def _key(form: Form) -> Key:
    return Key(form.collection, form.namespace, form.name)


def _size(form: Form) -> int:
    return len(form.forms.get(volume.WIRE, b""))
