"""Named indexes over one table, kept up to date from its changes.

Only what some stage declares is kept. The values of the old resource are computed again rather than
remembered: an index is a pure function, and memory is dearer than the time.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from pipeline.engine.finding import Defect
from pipeline.engine.tables import Changes, Documents
from pipeline.model import Key, Resource
from pipeline.stage import Index


class IndexTables:
    """For each index, the keys under each value, sorted."""

    __slots__ = ("_by_collection", "_documents", "_keys", "defects")

    def __init__(self, indexes: Iterable[Index], documents: Documents) -> None:
        self._documents = documents
        self._keys: dict[str, dict[str, Key | list[Key]]] = {}
        self._by_collection: dict[str, list[Index]] = {}
        for index in sorted(indexes, key=lambda index: index.name):
            if index.name not in self._keys:
                self._keys[index.name] = {}
                self._by_collection.setdefault(index.collection, []).append(index)
        self.defects: list[Defect] = []
        """Index functions that raised since the list was last emptied."""

    def keys(self, name: str, value: str) -> Sequence[Key]:
        """The keys that the index lists under the value, sorted."""
        held = self._keys[name].get(value)
        if held is None:
            return ()
        return held if isinstance(held, list) else (held,)

    def update(self, changes: Changes) -> Iterator[tuple[Key, tuple[str, str]]]:
        """Follow the changes; yields each changed key with each (index, value) it touches."""
        if not self._by_collection:
            return
        for key, change in changes.items():
            for index in self._by_collection.get(key.collection, ()):
                old, new = self._values(index, change.old), self._values(index, change.new)
                self._move(index.name, change.new.key if change.new else key, old, new)
                for value in sorted(old | new):
                    yield key, (index.name, value)

    def _values(self, index: Index, resource: Resource | None) -> set[str]:
        if resource is None:
            return set()
        try:
            return set(index.values(resource, self._documents.of(resource)))
        except Exception as error:  # noqa: BLE001  # a foreign function; its defect must not stop us
            problem = f"index {index.name!r}: {type(error).__name__}: {error}"
            self.defects.append(Defect(stage="", key=resource.key, problem=problem))
            return set()

    def _move(self, name: str, key: Key, old: set[str], new: set[str]) -> None:
        table = self._keys[name]
        for value in old - new:
            _take_out(table, value, key)
        for value in new - old:
            _put_in(table, value, key)


def _put_in(table: dict[str, Key | list[Key]], value: str, key: Key) -> None:
    held = table.get(value)
    if held is None:
        table[value] = key
    elif isinstance(held, list):
        held.insert(bisect_left(held, key), key)
    else:
        table[value] = sorted((held, key))


def _take_out(table: dict[str, Key | list[Key]], value: str, key: Key) -> None:
    held = table[value]
    if not isinstance(held, list):
        del table[value]
        return
    del held[bisect_left(held, key)]
    if len(held) == 1:
        table[value] = held[0]
