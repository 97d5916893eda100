"""Numbers for keys and places, so that an interval names both in a few bytes."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from galley.store.batch import Place
from galley.store.database import Database, with_key
from galley.store.ids import Ids
from galley.store.rows import locator_bytes
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
        self.keys: dict[Key, int] = {}
        self.places: dict[Place, int] = {}
        self._database = database
        self._ids = ids
        self._time = time

    def add_keys(self, keys: Iterable[Key], published: set[Key]) -> None:
        """Find or write these keys; `published` are those of them that become outputs."""
        hashes = {key: _hash(key) for key in keys if key not in self.keys}
        if not hashes:
            return
        rows = self._database.rows(_FIND_KEYS, hashes=list(hashes.values()))
        held = {Key(row.collection, row.namespace, row.name): row for row in rows}
        self._publish([held[key] for key in published & held.keys()])
        new = sorted(hashes.keys() - held.keys())
        self.keys.update((key, held[key].id) for key in hashes.keys() & held.keys())
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

    def add_places(self, places: Iterable[Place]) -> None:
        """Find or write these places."""
        names = {(source, locator_bytes(locator)): (source, locator) for source, locator in places}
        names = {name: place for name, place in names.items() if place not in self.places}
        if not names:
            return
        rows = self._database.rows(_FIND_PLACES, locators=[locator for _, locator in names])
        held = {(row.source, row.locator): int(row.id) for row in rows}
        new = {name: self._ids.take(PLACES) for name in sorted(names.keys() - held.keys())}
        for name, place in names.items():
            self.places[place] = held[name] if name in held else new[name]
        self._database.many(
            _ADD_PLACE,
            [
                {"id": number, "source": source, "locator": locator}
                for (source, locator), number in new.items()
            ],
        )

    def _publish(self, rows: list[Row[Any]]) -> None:
        first = [row.id for row in rows if row.created is None]
        given = [{"is_id": number, "to_created": self._time} for number in first]
        self._database.many(_CREATED, given)


def _hash(key: Key) -> int:
    """The first 63 bits of a key's hash."""
    return int.from_bytes(key.hash[:8]) >> 1
