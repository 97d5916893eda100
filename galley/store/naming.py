"""Numbers for keys and places, so that an interval names both in a few bytes."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Executable, Row, bindparam, insert, select

from galley.store.batch import Place
from galley.store.database import Database, with_key
from galley.store.ids import Ids
from galley.store.rows import locator_bytes, short_hash
from galley.store.schema import KEYS, PLACES
from pipeline.model import Key

_FIND_KEYS = select(KEYS).where(KEYS.c.hash.in_(bindparam("hashes", expanding=True)))
_FIND_PLACES = select(PLACES).where(PLACES.c.locator.in_(bindparam("locators", expanding=True)))
_ADD_KEY, _ADD_PLACE = insert(KEYS), insert(PLACES)
_CREATED = with_key(KEYS).values(created=bindparam("to_created"))


class Names:
    """The numbers that one commit needs; what has none yet gets one in the table."""

    def __init__(self, database: Database, ids: Ids, time: float) -> None:
        """`time` is when keys are published that never were before."""
        self._fresh = ids.none(KEYS) and ids.none(PLACES)
        """Whether the store knows no name when the commit begins: then there is nothing to find in
        it, and looking is a good part of what writing everything for the first time takes."""
        self.keys: dict[Key, int] = {}
        self.places: dict[Place, int] = {}
        self._database = database
        self._ids = ids
        self._time = time

    def add_keys(self, keys: Iterable[Key], held: set[Key], published: set[Key]) -> None:
        """Find these keys, and write those that are to be `held`.

        Those `published` for the first time get their time of creation.
        """
        hashes = {key: short_hash(key) for key in keys if key not in self.keys}
        if not hashes:
            return
        rows = self.find(_FIND_KEYS, hashes=list(hashes.values()))
        known = {Key(row.collection, row.namespace, row.name): row for row in rows}
        self._publish([known[key] for key in hashes.keys() & known.keys() & published])
        self.keys.update((key, known[key].id) for key in hashes.keys() & known.keys())
        new = sorted((hashes.keys() - known.keys()) & held)
        self.keys.update((key, self._ids.take(KEYS)) for key in new)
        self._database.many(
            _ADD_KEY,
            [
                {
                    "id": self.keys[key],
                    "hash": hashes[key],
                    "collection": key.collection,
                    "namespace": key.namespace,
                    "name": key.name,
                    "created": self._time if key in published else None,
                }
                for key in new
            ],
        )

    def add_places(self, places: Iterable[Place], held: set[Place]) -> None:
        """Find these places, and write those that are to be `held`."""
        names = {(source, locator_bytes(locator)): (source, locator) for source, locator in places}
        names = {name: place for name, place in names.items() if place not in self.places}
        if not names:
            return
        rows = self.find(_FIND_PLACES, locators=[locator for _, locator in names])
        known = {(row.source, row.locator): int(row.id) for row in rows}
        new = {
            name: self._ids.take(PLACES)
            for name in sorted(names.keys() - known.keys())
            if names[name] in held
        }
        found = {**known, **new}
        self.places.update((names[name], found[name]) for name in names.keys() & found.keys())
        self._database.many(
            _ADD_PLACE,
            [
                {"id": number, "source": source, "locator": locator}
                for (source, locator), number in new.items()
            ],
        )

    def find(self, query: Executable, **parameters: Any) -> Sequence[Row[Any]]:
        """What the store holds of a commit's names, bodies and intervals already."""
        return () if self._fresh else self._database.rows(query, **parameters)

    def _publish(self, rows: list[Row[Any]]) -> None:
        first = [row.id for row in rows if row.created is None]
        given = [{"is_id": number, "to_created": self._time} for number in first]
        self._database.many(_CREATED, given)
