"""What an engine says of its work while somebody watches: which change concerns which run.

A *spot* is where two changes can meet: a key, an index value or the existence of a collection, as
one segment sees it; besides, the claim to derive a key. A change touches spots; what runs because
of it depends on spots. Two changes of which neither touches what the other's runs depend on do not
know of each other: judged together or apart, the outcome is the same.
"""

from collections.abc import Collection, Iterable
from typing import Protocol, TypeAlias

from pipeline.engine.reads import Reads, Ref
from pipeline.engine.tables import Change, Changes, Table
from pipeline.model import Key

Spot: TypeAlias = tuple[int, Ref]
"""The number of a segment, and a reference as it sees it."""


def existence(number: int, collection: str) -> Spot:
    """Whether a collection holds anything in a segment's table."""
    return number, (collection,)


def is_existence(spot: Spot) -> bool:
    """Whether a spot is that of a collection as a whole."""
    return len(spot[1]) == 1


class Watcher(Protocol):
    """Whoever watches; the engine waits meanwhile."""

    def touched(self, spots: Collection[Spot], roots: Collection[Key]) -> None:
        """A change of these inputs has changed what is at the spots."""

    def depended(self, spots: Collection[Spot], roots: Collection[Key]) -> None:
        """What ran because these inputs have changed depends on what is at the spots."""

    def carried(self, root: Key, roots: Collection[Key]) -> None:
        """What derives from `root` may have changed because these inputs have."""


class Teller:
    """The voice of one segment; silent while nobody watches."""

    def __init__(self, number: int, table: Table, *, derives: bool) -> None:
        """`derives`: whether the segment's last stage may change resources."""
        self.watcher: Watcher | None = None
        self._number = number
        self._table = table
        self._derives = derives

    def changes(self, changes: Changes) -> None:
        """The segment's table has changed."""
        if self.watcher is None:
            return
        for key, change in changes.items():
            spots = self._spots([key])
            if (change.old is None) != (change.new is None):
                spots.append(existence(self._number, key.collection))
            self.watcher.touched(spots, _roots(change))
            if self._derives:
                self.watcher.depended([self._claim(key)], _roots(change))

    def index(self, ref: Ref, change: Change) -> None:
        """An index lists something else under a value."""
        if self.watcher is not None:
            self.watcher.touched(self._spots([ref]), _roots(change))

    def read(self, reads: Reads, subject: Key) -> tuple[Ref, ...]:
        """What a subject has read until now, to be handed to `run` afterwards."""
        return reads.of(subject) if self.watcher is not None else ()

    def run(
        self,
        subject: Key,
        change: Change | None,
        read: Iterable[Ref],
        touched: Collection[Key],
        *,
        changes: bool,
    ) -> None:
        """A stage ran on a subject, or has forgotten it.

        Args:
            change: how the subject itself has changed.
            read: what it had read, and has read now.
            touched: inputs whose change touches what it had read.
            changes: whether the stage may change resources.
        """
        if self.watcher is None:
            return
        root = self._table.root(subject)
        roots = {root, *touched, *(_roots(change) if change is not None else ())}
        self.watcher.depended(self._spots((subject, *read)), roots)
        if changes and touched:
            self.watcher.carried(root, touched)

    def derived(self, subject: Key, change: Change | None, keys: Collection[Key]) -> None:
        """The subject derived these keys, or does so now; another one may derive or be one."""
        if self.watcher is None:
            return
        roots = {self._table.root(subject), *(_roots(change) if change is not None else ())}
        claims = [self._claim(key) for key in keys]
        self.watcher.touched(claims, roots)
        self.watcher.depended([*claims, *self._spots(keys)], roots)

    def _spots(self, refs: Iterable[Ref]) -> list[Spot]:
        return [(self._number, ref) for ref in refs]

    def _claim(self, key: Key) -> Spot:
        return self._number, ("derives", *key)


def _roots(change: Change) -> tuple[Key, ...]:
    """The inputs behind a change."""
    return tuple({change.was, change.now, *change.by})
