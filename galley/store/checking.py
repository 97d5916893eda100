"""Is a store whole: every page, every body, every version's digest, and every reference."""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, select

from galley.store import reading
from galley.store.database import Database
from galley.store.errors import StoreError
from galley.store.schema import (
    BODIES,
    ENVIRONMENTS,
    INPUTS,
    KEYS,
    OUTPUTS,
    PLACES,
    STORE,
    VERSIONS,
)
from pipeline.model import Buckets, Resource


def check(database: Database) -> Iterator[str]:
    """Everything that is wrong, as sentences; nothing if the store is whole."""
    try:
        with database.reading():
            yield from database.backend.integrity(database)
            yield from _bodies(database)
            yield from _references(database)
            yield from _environments(database)
            yield from _digests(database)
    except StoreError as error:
        yield f"The store cannot be read to the end: {error}."


def _bodies(database: Database) -> Iterator[str]:
    query = select(BODIES, KEYS).join(KEYS, BODIES.c.key == KEYS.c.id, isouter=True)
    query = query.order_by(BODIES.c.digest).limit(reading.CHUNK)
    rows = database.rows(query)
    while rows:
        for row in rows:
            name = f"{row.collection}/{row.namespace}/{row.name}"
            if row.content is None:
                continue
            if hashlib.sha256(row.content).digest() != row.digest:
                yield f"A body of {name} does not have its digest {row.digest.hex()[:12]}."
            elif row.id is not None and str(Resource.decode(row.content).key) != name:
                yield f"A body of {name} is filed under another key."
        rows = database.rows(query.where(BODIES.c.digest > rows[-1].digest))


def _references(database: Database) -> Iterator[str]:
    for table in (OUTPUTS, INPUTS):
        yield from _dangling(database, table.c.key, KEYS.c.id)
        yield from _dangling(database, table.c.digest, BODIES.c.digest)
    yield from _dangling(database, BODIES.c.key, KEYS.c.id)
    yield from _dangling(database, INPUTS.c.place, PLACES.c.id)
    yield from _dangling(database, VERSIONS.c.environment, ENVIRONMENTS.c.digest)
    head = database.scalar(select(STORE.c.head))
    newest = database.scalar(select(VERSIONS.c.number).order_by(VERSIONS.c.number.desc()).limit(1))
    if head != (newest or 0):
        yield f"The live version is said to be {head}, but the newest in the history is {newest}."


def _dangling(database: Database, column: Column[Any], target: Column[Any]) -> Iterator[str]:
    known = select(target).where(target == column).exists()
    rows = database.rows(select(column).where(~known).distinct().limit(10))
    if rows:
        table: Table = column.table
        number = f"{len(rows)}{' or more' if len(rows) == 10 else ''}"
        yield f"{table.name}.{column.name} names {number} {target.table} that are not there."


def _environments(database: Database) -> Iterator[str]:
    for row in database.rows(select(ENVIRONMENTS)):
        if hashlib.sha256(row.content).digest() != row.digest:
            yield f"The environment {row.digest.hex()[:12]} does not have its digest."


def _digests(database: Database) -> Iterator[str]:
    """Every retained version's digest, each computed from the one before it."""
    buckets, before = Buckets(), 0
    query = select(VERSIONS.c.number, VERSIONS.c.digest).order_by(VERSIONS.c.number)
    for row in database.rows(query):
        number, digest = row.number, row.digest
        for change in reading.difference(database, before, number):
            if change.new is None:
                buckets.discard(change.key.hash)
            else:
                buckets.put(change.key.hash, change.new)
        before = number
        if buckets.digest() != digest:
            yield f"The outputs of version {number} do not have its digest {digest.hex()[:12]}."
