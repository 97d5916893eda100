"""The resources as some stages have left them, without copying those that nobody changed.

A table is the inputs seen through layers: each layer belongs to one stage and holds only what that
stage made different (`layer`). With no such stage, or with stages that touch nothing, the last
table is the inputs themselves and costs nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar, overload

from pipeline.model import Document, Key, Resource

if TYPE_CHECKING:
    from pipeline.engine.layer import Layer

_T = TypeVar("_T")

DOCUMENTS = 64
"""Decoded resources kept at a time: few, because what is freed at once is cheap to make again."""


class Change(NamedTuple):
    """What happened to one key of a table. Under equal content its parent may change, or whether it
    was made or is the input itself."""

    old: Resource | None
    new: Resource | None
    was: Key
    """The input key that it derived from, or would have; the first one where it had several."""
    now: Key
    by: frozenset[Key]
    """The inputs whose change is behind it: others than `was` and `now` where it derives from
    several inputs, or from a run that has read others."""


Changes: TypeAlias = dict[Key, Change]


class Table(Mapping[Key, Resource]):
    """The resources in front of some stages, or the outputs; iterates in order of the keys."""

    __slots__ = ("_counts", "_inputs", "_layers")

    def __init__(self, inputs: dict[Key, Resource], layers: tuple["Layer", ...] = ()) -> None:
        self._inputs = inputs
        self._layers = layers[::-1]
        self._counts: dict[str, int] = {}

    def above(self, layer: "Layer | None") -> "Table":
        """The next table: this one seen through one more layer, if there is one."""
        layers = self._layers[::-1]
        return Table(self._inputs, layers if layer is None else (*layers, layer))

    @overload
    def get(self, key: Key, /) -> Resource | None: ...
    @overload
    def get(self, key: Key, /, default: Resource | _T) -> Resource | _T: ...

    def get(self, key: Key, /, default: object = None) -> object:
        for layer in self._layers:
            if key in layer.overrides:
                held = layer.overrides[key]
                return default if held is None else held
        return self._inputs.get(key, default)

    def root(self, key: Key) -> Key:
        """The input key that this key derives from, the first one where it has several; itself
        where nothing is known of it."""
        for layer in self._layers:
            key = layer.parent(key)
        return key

    def roots(self, key: Key) -> tuple[Key, ...]:
        """All input keys that this key derives from; `root` is the first."""
        keys: Iterable[Key] = (key,)
        for layer in self._layers:
            keys = dict.fromkeys(parent for each in keys for parent in layer.parents(each))
        return tuple(keys)

    @property
    def collections(self) -> tuple[str, ...]:
        """The collections that hold anything, sorted."""
        return tuple(sorted(self._counts))

    def made(self, key: Key) -> bool:
        """Whether what is at this key is something else than the input."""
        return any(key in layer.overrides for layer in self._layers)

    def holds(self, collection: str) -> bool:
        """Whether there is any resource of this collection."""
        return collection in self._counts

    def population(self, collection: str) -> int:
        return self._counts.get(collection, 0)

    def note(self, changes: Changes) -> tuple[str, ...]:
        """Take notice of changes that have happened below; collections that began or ended."""
        before: dict[str, bool] = {}
        for key, change in changes.items():
            grown = (change.new is not None) - (change.old is not None)
            if grown:
                before.setdefault(key.collection, key.collection in self._counts)
                self._count(key.collection, grown)
        return tuple(name for name, held in before.items() if held != self.holds(name))

    def _count(self, collection: str, grown: int) -> None:
        count = self._counts.get(collection, 0) + grown
        if count:
            self._counts[collection] = count
        else:
            del self._counts[collection]

    def __getitem__(self, key: Key) -> Resource:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return isinstance(key, Key) and self.get(key) is not None

    def __iter__(self) -> Iterator[Key]:
        keys = set(self._inputs)
        for layer in self._layers:
            keys.update(layer.overrides)
        return iter(sorted(key for key in keys if self.get(key) is not None))

    def __len__(self) -> int:
        return sum(self._counts.values())


class Documents:
    """Decodes each resource once while a change goes through the stages."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[bytes, Document] = {}

    def of(self, resource: Resource) -> Document:
        held = self._held.get(resource.digest)
        if held is None:
            if len(self._held) >= DOCUMENTS:
                self._held.clear()
            held = self._held[resource.digest] = resource.document()
        return held

    def clear(self) -> None:
        self._held.clear()
