"""Reading versions: what they hold, how two differ, and the bodies, each checked."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from sys import intern
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from galley.store.database import Database
from galley.store.errors import PurgedError, StoreDamagedError
from galley.store.rows import locator_text, short_hash
from galley.store.schema import BODIES, ENVIRONMENTS, INPUTS, KEYS, OUTPUTS, PLACES, VERSIONS, held
from galley.store.values import Difference, InputDifference, StoredInput
from pipeline.model import Key, Origin

Introduced = tuple[str, Key, bytes | None, int]
"""Source, key, digest or None, and the version that brought it."""

CHUNK = 2000
"""Rows that one query brings at most while a whole version is read."""

_KEY = (KEYS.c.collection, KEYS.c.namespace, KEYS.c.name)
_OUTPUTS = select(*_KEY, OUTPUTS).join_from(KEYS, OUTPUTS, OUTPUTS.c.key == KEYS.c.id)
_INPUTS = (
    select(*_KEY, INPUTS, PLACES.c.source, PLACES.c.locator)
    .join_from(INPUTS, KEYS, INPUTS.c.key == KEYS.c.id)
    .join(PLACES, INPUTS.c.place == PLACES.c.id)
)
_CONTENTS = select(BODIES.c.digest, BODIES.c.content).where(
    BODIES.c.digest.in_(bindparam("digests", expanding=True))
)
# By the hash: with several columns in a list, SQLite reads the whole table.
_CREATED = select(*_KEY, KEYS.c.created).where(
    KEYS.c.hash.in_(bindparam("hashes", expanding=True)), KEYS.c.created.is_not(None)
)


def outputs(
    database: Database, number: int, conditions: Sequence[ColumnElement[bool]] = ()
) -> Iterator[tuple[Key, bytes]]:
    """Keys and digests of a version in the order of keys.

    Every chunk is a query of its own, so a slow reader holds up neither writers nor the log.
    """
    query = _OUTPUTS.where(held(OUTPUTS, number), *conditions).order_by(*_KEY).limit(CHUNK)
    rows = database.rows(query)
    while rows:
        yield from ((_key(row), row.digest) for row in rows)
        if len(rows) < CHUNK:
            return
        rows = database.rows(query.where(tuple_(*_KEY) > tuple(rows[-1][:3])))


def inputs(database: Database, number: int) -> Iterator[StoredInput]:
    """The accepted inputs of a version, by place."""
    place = (INPUTS.c.place, INPUTS.c.key)
    query = _INPUTS.where(held(INPUTS, number)).order_by(*place).limit(CHUNK)
    rows = database.rows(query)
    while rows:
        yield from map(_stored_input, rows)
        if len(rows) < CHUNK:
            return
        rows = database.rows(query.where(tuple_(*place) > (rows[-1].place, rows[-1].key)))


def key_is(collection: str, namespace: str, name: str) -> list[ColumnElement[bool]]:
    """Conditions for the parts of a key that are given."""
    wanted = zip(_KEY, (collection, namespace, name), strict=True)
    return [column == value for column, value in wanted if value]


def difference(database: Database, old: int, new: int) -> list[Difference]:
    """How two versions' outputs differ, sorted by key; work in proportion to what changed."""
    low, high = sorted((old, new))
    before, after = (
        {_key(row): row.digest for row in database.rows(query)}
        for query in _changed(_OUTPUTS, low, high)
    )
    if old > new:
        before, after = after, before
    keys = (key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return [Difference(key, before.get(key), after.get(key)) for key in sorted(keys)]


def input_difference(database: Database, old: int, new: int) -> list[InputDifference]:
    """How two versions' inputs differ in content, sorted by source, locator and key."""
    low, high = sorted((old, new))
    before, after = (
        {(row.source, locator_text(row.locator), _key(row)): _stored_input(row) for row in rows}
        for rows in map(database.rows, _changed(_INPUTS, low, high))
    )
    if old > new:
        before, after = after, before
    places = sorted(before.keys() | after.keys())
    found = ((place, before.get(place), after.get(place)) for place in places)
    return [
        InputDifference(*place, a, b)
        for place, a, b in found
        if (a and a.digest) != (b and b.digest)
    ]


def input_changes(database: Database, old: int, new: int) -> set[Introduced]:
    """What each version after `old`, up to `new`, introduced; see `Store.input_changes`.

    Something that came and went between two retained versions is no longer known.
    """
    began = _INPUTS.where(INPUTS.c.first > old, INPUTS.c.first <= new)
    found: set[Introduced] = {
        (row.source, _key(row), row.digest, row.first) for row in database.rows(began)
    }
    return found | set(_vanished(database, old, new))


def _vanished(database: Database, old: int, new: int) -> Iterator[Introduced]:
    """Keys that a source ceased to hold, in whatever locator, within (old, new]."""
    heir, place = INPUTS.alias(), PLACES.alias()
    inherits = (
        select(heir.c.key)
        .join(place, heir.c.place == place.c.id)
        .where(
            heir.c.key == INPUTS.c.key,
            place.c.source == PLACES.c.source,
            heir.c.first <= INPUTS.c.last + 1,
            or_(heir.c.last.is_(None), heir.c.last > INPUTS.c.last),
        )
    )
    ended = _INPUTS.where(INPUTS.c.last >= old, INPUTS.c.last < new, ~inherits.exists())
    return ((row.source, _key(row), None, row.last + 1) for row in database.rows(ended))


def contents(database: Database, digests: Iterable[bytes]) -> dict[bytes, bytes]:
    """Bodies by digest; see `Store.contents`."""
    wanted = iter(dict.fromkeys(digests))
    found: dict[bytes, bytes] = {}
    while some := list(islice(wanted, CHUNK)):
        rows = {row.digest: row.content for row in database.rows(_CONTENTS, digests=some)}
        damaged = [digest for digest in some if not _whole(digest, rows.get(digest, b""))]
        if damaged:
            raise damage(database, damaged)
        found.update(rows)
    return found


def damage(database: Database, digests: Sequence[bytes]) -> StoreDamagedError:
    """The error for bodies that do not have their digests, with the keys that need them."""
    keys: set[Key] = set()
    for table in (OUTPUTS, INPUTS):
        query = select(*_KEY).join_from(KEYS, table, table.c.key == KEYS.c.id)
        keys.update(_key(row) for row in database.rows(query.where(table.c.digest.in_(digests))))
    names = ", ".join(str(key) for key in sorted(keys)[:5])
    more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
    return StoreDamagedError(
        f"{len(digests)} stored bodies are damaged, needed by {names or 'nothing'}{more}; "
        "restore a backup, or remove the data folder and let the sources publish again",
        tuple(sorted(keys)),
    )


def environment(database: Database, digest: bytes) -> bytes:
    """The content of an environment, checked."""
    query = select(ENVIRONMENTS.c.content).where(ENVIRONMENTS.c.digest == digest)
    content = database.scalar(query)
    if content is None or not _whole(digest, content):
        raise StoreDamagedError(f"the environment {digest.hex()[:12]} is missing or damaged")
    return bytes(content)


def created(database: Database, keys: Iterable[Key]) -> dict[Key, float]:
    """When each of these keys was first published; keys that never were are left out."""
    wanted = {key: short_hash(key) for key in keys}
    hashes = iter(wanted.values())
    found: dict[Key, float] = {}
    while some := list(islice(hashes, CHUNK)):
        rows = ((_key(row), row.created) for row in database.rows(_CREATED, hashes=some))
        found.update((key, created) for key, created in rows if key in wanted)
    return found


def changes_of(database: Database, key: Key, limit: int) -> list[tuple[int, bytes | None]]:
    """The retained versions that changed a key, newest first."""
    query = _OUTPUTS.where(*key_is(*key)).order_by(OUTPUTS.c.first.desc()).limit(limit)
    changes: dict[int, bytes | None] = {}
    for row in database.rows(query):
        if row.last is not None and (gone := _next_version(database, row.last + 1)):
            changes.setdefault(gone, None)
        began = _next_version(database, row.first)
        if began and (row.last is None or began <= row.last):
            changes[began] = row.digest
    return sorted(changes.items(), key=lambda change: -change[0])[:limit]


def _next_version(database: Database, number: int) -> int:
    query = select(VERSIONS.c.number).where(VERSIONS.c.number >= number)
    return int(database.scalar(query.order_by(VERSIONS.c.number).limit(1)) or 0)


def _changed(query: Select[Any], low: int, high: int) -> tuple[Select[Any], Select[Any]]:
    """The rows that only `low` holds, and those that only `high` holds."""
    first, last = query.selected_columns["first"], query.selected_columns["last"]
    ended = and_(last >= low, last < high, first <= low)
    began = and_(first > low, first <= high, or_(last.is_(None), last >= high))
    return query.where(ended), query.where(began)


def _whole(digest: bytes, content: bytes | None) -> bool:
    if content is None:
        raise PurgedError(digest)
    return hashlib.sha256(content).digest() == digest


def _key(row: Row[Any]) -> Key:
    """The key; many are kept, so what they have in common is one text for all of them."""
    return Key(intern(row.collection), intern(row.namespace), row.name)


def _stored_input(row: Row[Any]) -> StoredInput:
    place = locator_text(row.locator)
    origin = Origin(intern(row.source), intern(row.revision), place, row.line)
    return StoredInput(_key(row), row.digest, origin)
