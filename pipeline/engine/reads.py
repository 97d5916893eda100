"""Recorded reads: which resource's run has looked at what, in both directions.

A run reads by key, by index value, or asks whether a collection holds anything; each leaves a
reference, also when nothing was found. When something behind a reference changes, its readers run
again and nobody else does. At 100,000 resources the records are what memory goes into, so a
reference that is shared by many readers is one object, and a single one is kept without wrapping.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from pipeline.engine.indexes import IndexTables
from pipeline.engine.tables import Table
from pipeline.model import Key, Resource
from pipeline.stage import Index, Inquiry, Stage, UndeclaredReadError

Ref: TypeAlias = tuple[str, ...]
"""A key (three texts), an index value (index name, value) or a collection (one text)."""


class _Shared(NamedTuple):
    """The readers of something that several have read, and the one object that stands for it."""

    ref: Ref
    subjects: set[Key]


class Reads:
    """The reads of one stage, by subject and by what was read."""

    __slots__ = ("_readers", "_refs")

    def __init__(self) -> None:
        self._refs: dict[Key, Ref | tuple[Ref, ...]] = {}
        self._readers: dict[Ref, Key | _Shared] = {}

    def of(self, subject: Key) -> tuple[Ref, ...]:
        """What the subject's last run has read, each once, in the order of reading."""
        held = self._refs.get(subject)
        if held is None:
            return ()
        return (held,) if type(held[0]) is str else held  # type: ignore[return-value]  # one Ref

    def readers(self, ref: Ref) -> Iterable[Key]:
        """The subjects whose last run has read this, in no order."""
        held = self._readers.get(ref)
        if held is None:
            return ()
        return held.subjects if isinstance(held, _Shared) else (held,)

    def record(self, subject: Key, refs: Sequence[Ref]) -> None:
        """Replace what the subject is known to have read; an empty list forgets it."""
        old = self.of(subject)
        if not refs and not old:
            return
        new = tuple(dict.fromkeys(refs))
        if new == old:
            return
        for ref in old:
            if ref not in new:
                self._drop(ref, subject)
        kept = tuple([ref if ref in old else self._add(ref, subject) for ref in new])
        if kept:
            self._refs[subject] = kept[0] if len(kept) == 1 else kept
        else:
            self._refs.pop(subject, None)

    def _add(self, ref: Ref, subject: Key) -> Ref:
        """Enter a reader; returns the object that stands for the reference among its readers."""
        held = self._readers.get(ref)
        if held is None:
            self._readers[ref] = subject
            return ref
        if isinstance(held, _Shared):
            held.subjects.add(subject)
            return held.ref
        known = next((one for one in self.of(held) if one == ref), ref)
        self._readers[ref] = _Shared(known, {held, subject})
        return known

    def _drop(self, ref: Ref, subject: Key) -> None:
        held = self._readers.get(ref)
        if isinstance(held, _Shared):
            held.subjects.discard(subject)
            if held.subjects:
                return
        self._readers.pop(ref, None)


class RecordingReader:
    """What a stage is given to read with: the table in front of it, and a list of what it read.
    Whoever asks from outside is given the same."""

    __slots__ = ("_collections", "_indexes", "_names", "_table", "_who", "broken", "refs")

    def __init__(self, who: Stage | Inquiry, table: Table, indexes: IndexTables) -> None:
        self._who = who.name
        self._collections = who.collections
        self._names = {index.name: index.collection for index in who.indexes}
        self._table = table
        self._indexes = indexes
        self.refs: list[Ref] = []
        self.broken: UndeclaredReadError | None = None
        """An undeclared read that the stage itself has swallowed."""

    def begin(self) -> None:
        """Start a run with nothing read."""
        self.refs = []
        self.broken = None

    def get(self, key: Key) -> Resource | None:
        if key.collection not in self._collections:
            self._refuse(str(key))
        found = self._table.get(key)
        self.refs.append(key if found is None else found.key)
        return found

    def find(self, index: Index, value: str) -> tuple[Resource, ...]:
        if index.name not in self._names:
            self._refuse(index.name)
        self.refs.append((index.name, value))
        return tuple(self._table[key] for key in self._indexes.keys(index.name, value))

    def holds(self, collection: str) -> bool:
        if collection not in self._collections:
            self._refuse(collection)
        self.refs.append((collection,))
        return self._table.holds(collection)

    def listed(self, name: str, value: str) -> Sequence[Key]:
        """The keys that an index lists now; not recorded."""
        return self._indexes.keys(name, value)

    def collection_of(self, name: str) -> str:
        """The collection that an index is over."""
        return self._names[name]

    def _refuse(self, what: str) -> None:
        self.broken = UndeclaredReadError(self._who, what)
        raise self.broken
