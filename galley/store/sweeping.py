"""Taking rows away that no version needs: after retention, and after an interrupted commit.

Work goes in slices of a transaction each, and what is still to be done is itself in the store, so
that it can stop and die anywhere.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Table, delete, select, tuple_, update
from sqlalchemy.sql.elements import ColumnElement

from galley.store.database import Database
from galley.store.schema import (
    BODIES,
    CHECKPOINTS,
    ENVIRONMENTS,
    GARBAGE,
    INPUTS,
    KEYS,
    OUTPUTS,
    PLACES,
    RECEIVED,
    REFUSALS,
    REFUSERS,
    VERSIONS,
)

SLICE = 300
"""Intervals that one transaction removes, each with a body, a key and a place at most."""


def drop_staged(database: Database, head: int) -> None:
    """Remove, inside a transaction, up to `SLICE` rows staged beyond the head."""
    for table in (OUTPUTS, INPUTS):
        drop_intervals(database, table, [table.c.first > head])


def any_staged(database: Database, head: int) -> bool:
    """Whether rows beyond the head are left."""
    return any(
        database.one(select(table.c.key).where(table.c.first > head).limit(1)) is not None
        for table in (OUTPUTS, INPUTS)
    )


def reopen(database: Database, head: int) -> None:
    """Make current again what a commit that did not happen had closed."""
    for table in (OUTPUTS, INPUTS):
        database.execute(update(table).where(table.c.last >= head).values(last=None))


def forget(database: Database, doomed: Sequence[int]) -> None:
    """Take versions out of the history, inside a transaction; their rows become garbage."""
    for low, high in _stretches(database, set(doomed)):
        database.put(GARBAGE, {"low": low, "high": high})
    named = [table.c.version for table in (RECEIVED, REFUSALS, REFUSERS, CHECKPOINTS)]
    for column in (VERSIONS.c.number, *named):
        database.execute(delete(column.table).where(column.in_(doomed)))
    used = select(VERSIONS.c.environment)
    database.execute(delete(ENVIRONMENTS).where(ENVIRONMENTS.c.digest.not_in(used)))


def sweep(database: Database) -> bool:
    """Remove a slice of garbage, inside a transaction; False if there was none."""
    row = database.one(select(GARBAGE).limit(1))
    if row is None:
        return False
    gone = sum(
        drop_intervals(
            database,
            table,
            [table.c.last > row.low, table.c.last < row.high, table.c.first > row.low],
        )
        for table in (OUTPUTS, INPUTS)
    )
    if not gone:
        database.execute(delete(GARBAGE).where(GARBAGE.c.low == row.low))
    return True


def drop_intervals(
    database: Database, table: Table, conditions: Sequence[ColumnElement[bool]]
) -> int:
    """Delete up to `SLICE` intervals and what only they used; returns how many went."""
    rows = database.rows(select(table).where(*conditions).limit(SLICE))
    if rows:
        primary = table.primary_key.columns
        which = [tuple(getattr(row, column.name) for column in primary) for row in rows]
        database.execute(delete(table).where(tuple_(*primary).in_(which)))
        _drop_unused(database, rows, table is INPUTS)
    return len(rows)


def _drop_unused(database: Database, rows: Sequence[Row[Any]], placed: bool) -> None:
    bodies = delete(BODIES).where(BODIES.c.digest.in_({row.digest for row in rows}))
    keys = delete(KEYS).where(KEYS.c.id.in_({row.key for row in rows}))
    for table in (OUTPUTS, INPUTS):
        held = select(table.c.key).where(table.c.key == BODIES.c.key)
        bodies = bodies.where(~held.where(table.c.digest == BODIES.c.digest).exists())
        keys = keys.where(~select(table.c.key).where(table.c.key == KEYS.c.id).exists())
    database.execute(bodies)
    database.execute(keys)
    if placed:
        unused = ~select(INPUTS.c.place).where(INPUTS.c.place == PLACES.c.id).exists()
        places = {row.place for row in rows}
        database.execute(delete(PLACES).where(PLACES.c.id.in_(places), unused))


def _stretches(database: Database, doomed: set[int]) -> list[tuple[int, int]]:
    """The gaps that removing these versions leaves, as the numbers of their retained ends."""
    numbers = select(VERSIONS.c.number).order_by(VERSIONS.c.number)
    found: list[tuple[int, int]] = []
    low, gap = 0, False
    for (number,) in database.rows(numbers):
        if number in doomed:
            gap = True
            continue
        if gap:
            found.append((low, number))
        low, gap = number, False
    return found
