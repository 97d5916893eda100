"""Where change units can meet: who touches, needs or speaks of what."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from pipeline.engine.candidate import Words
from pipeline.engine.inputs import Unit
from pipeline.engine.watch import Spot, existence
from pipeline.model import Key, Resource

T = TypeVar("T")
Version: TypeAlias = tuple[str, str]
"""A collection whose kind is not known, and an apiVersion in it."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a pending unit is about."""

    words: Words
    keys: frozenset[Key]
    versions: frozenset[Version]
    """What it brings, what it takes the place of, and what takes its own place where it goes."""


@dataclass(frozen=True, slots=True)
class Met:
    """What a unit meets others at."""

    content: Content
    names: Collection[Key]
    """Inputs that its diagnostics could blame instead, should they change."""
    touches: Collection[Spot]
    needs: Collection[Spot]


class Meetings:
    """Units by all that they can meet at; where many are answered, some come several times."""

    def __init__(self) -> None:
        self._speaking: _Index[Key] = _Index()
        self._naming: _Index[Key] = _Index()
        self._touching: _Index[Spot] = _Index()
        self._needing: _Index[Spot] = _Index()
        self._bringing: dict[str, _Index[str]] = {}
        self._changing: Counter[Spot] = Counter()

    @property
    def size(self) -> int:
        """How many places are kept, counted for each unit."""
        return self._naming.size + self._touching.size + self._needing.size

    def add(self, unit: Unit, met: Met) -> None:
        self._speaking.add(met.content.keys, unit)
        self._naming.add(met.names, unit)
        self._touching.add(met.touches, unit)
        self._needing.add(met.needs, unit)
        self._changing.update(_collections(met.touches))
        for collection, version in met.content.versions:
            self._bringing.setdefault(collection, _Index()).add((version,), unit)

    def discard(self, unit: Unit, met: Met) -> None:
        self._speaking.discard(met.content.keys, unit)
        self._naming.discard(met.names, unit)
        self._touching.discard(met.touches, unit)
        self._needing.discard(met.needs, unit)
        self._changing.subtract(_collections(met.touches))
        for collection, version in met.content.versions:
            self._bringing[collection].discard((version,), unit)

    def speaking(self, key: Key) -> Collection[Unit]:
        return self._speaking.at(key)

    def touching(self, spot: Spot) -> Collection[Unit]:
        return self._touching.at(spot)

    def needing(self, spot: Spot) -> Collection[Unit]:
        return self._needing.at(spot)

    def changing(self, spot: Spot) -> int:
        """How many keys, of the collection whose existence the spot is, the units change at most,
        all together."""
        return self._changing[spot]

    def before_stages(self, content: Content) -> Iterator[Unit]:
        """Units that speak of the same keys or name them, or bring other versions of the same
        kinds."""
        for key in content.keys:
            yield from self._speaking.at(key)
            yield from self._naming.at(key)
        for collection, version in content.versions:
            yield from self._apart(collection, version)

    def of_other_versions(self, resource: Resource) -> Iterator[Unit]:
        """Units that are concerned with another version of a resource's kind."""
        return self._apart(resource.key.collection, resource.api_version)

    def _apart(self, collection: str, version: str) -> Iterator[Unit]:
        if collection in self._bringing:
            yield from self._bringing[collection].beside(version)

    def of(self, met: Met) -> Iterator[Unit]:
        """Units that meet this one."""
        yield from self.before_stages(met.content)
        for key in met.names:
            yield from self._speaking.at(key)
        for spot in met.touches:
            yield from self._needing.at(spot)
        for spot in met.needs:
            yield from self._touching.at(spot)


class _Index(Generic[T]):
    """Units by what they have in common; where there is one, it is kept without a set."""

    def __init__(self) -> None:
        self.size = 0
        """How many pairs there are."""
        self._units: dict[T, Unit | set[Unit]] = {}

    def at(self, place: T) -> Collection[Unit]:
        held = self._units.get(place)
        if held is None:
            return ()
        return held if isinstance(held, set) else (held,)

    def beside(self, place: T) -> Iterator[Unit]:
        """The units at any other place."""
        for other in self._units:
            if other != place:
                yield from self.at(other)

    def add(self, places: Collection[T], unit: Unit) -> None:
        self.size += len(places)
        for place in places:
            held = self._units.setdefault(place, unit)
            if isinstance(held, set):
                held.add(unit)
            elif held != unit:
                self._units[place] = {held, unit}

    def discard(self, places: Collection[T], unit: Unit) -> None:
        self.size -= len(places)
        for place in places:
            held = self._units[place]
            if isinstance(held, set):
                held.discard(unit)
            if not isinstance(held, set) or not held:
                del self._units[place]


def _collections(spots: Iterable[Spot]) -> Iterator[Spot]:
    """For each key among the spots, its collection."""
    return (existence(number, ref[0]) for number, ref in spots if len(ref) == 3)
