"""What inputs touched and depended on while an engine was watched, input by input."""

from collections.abc import Collection, Iterable

from pipeline.engine.watch import Spot
from pipeline.model import Key


class Trace:
    """The record of some of an engine's work; a `Watcher`."""

    def __init__(self) -> None:
        self._touched: dict[Key, set[Spot]] = {}
        self._needed: dict[Key, set[Spot]] = {}
        self._causes: dict[Key, set[Key]] = {}
        """By input, itself and those that have changed what derives from it."""

    def touched(self, spots: Collection[Spot], roots: Collection[Key]) -> None:
        for root in self._behind(roots):
            self._touched.setdefault(root, set()).update(spots)

    def depended(self, spots: Collection[Spot], roots: Collection[Key]) -> None:
        for root in self._behind(roots):
            self._needed.setdefault(root, set()).update(spots)

    def carried(self, root: Key, roots: Collection[Key]) -> None:
        self._causes.setdefault(root, {root}).update(self._behind(roots))

    def touches(self, keys: Iterable[Key]) -> set[Spot]:
        """The spots that these inputs have touched."""
        return set().union(*(self._touched.get(key, ()) for key in keys))

    def needs(self, keys: Iterable[Key]) -> set[Spot]:
        """The spots that what ran because of these inputs depends on."""
        return set().union(*(self._needed.get(key, ()) for key in keys))

    def _behind(self, roots: Iterable[Key]) -> set[Key]:
        return set().union(*(self._causes.get(root, (root,)) for root in roots))
