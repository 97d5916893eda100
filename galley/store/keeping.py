"""Keeping the store within bounds, and removing what must not be kept: retention and purge."""

import time
from collections.abc import Callable, Iterator

from sqlalchemy import delete, func, select, update

from galley.store import history, refusals, rows
from galley.store.database import Database
from galley.store.reading import key_is
from galley.store.retention import Kept, Retention, doomed
from galley.store.schema import (
    AUDIT,
    BODIES,
    CANDIDATES,
    CHECKPOINTS,
    HOLDS,
    INPUTS,
    KEYS,
    OUTPUTS,
    QUARANTINE,
    VERSIONS,
)
from pipeline.model import Key

VERSIONS_AT_ONCE = 500
AUDIT_KEPT = 100_000
BUDGET = 0.2
"""Seconds that one call of `retain` spends on sweeping; the rest is left for the next."""


def to_remove(database: Database, now: float, rule: Retention) -> list[int]:
    """The versions beyond the retention, oldest first."""
    protected, revisions = set(_protected(database)), set(_of_revisions(database))
    columns = (VERSIONS.c.number, VERSIONS.c.time, VERSIONS.c.ended, VERSIONS.c.pinned)
    versions = (
        Kept(
            row.number,
            row.time,
            row.ended,
            protected=bool(row.pinned) or row.number in protected,
            revision=row.number in revisions,
        )
        for row in database.rows(select(*columns))
    )
    return doomed(versions, now, rule)[:VERSIONS_AT_ONCE]


def sweep_for_a_while(slice_of_work: Callable[[], bool]) -> None:
    """Repeat a slice of work until nothing is left or the budget is spent."""
    deadline = time.monotonic() + BUDGET
    while slice_of_work() and time.monotonic() < deadline:
        pass


def trim_audit(database: Database) -> None:
    """Drop the oldest audit records beyond the number that is kept."""
    newest = database.scalar(select(func.coalesce(func.max(AUDIT.c.id), 0)))
    database.execute(delete(AUDIT).where(AUDIT.c.id <= newest - AUDIT_KEPT))


def purge(database: Database, key: Key) -> list[int]:
    """Overwrite the bodies of a key, inside a transaction; see `Store.purge`."""
    intervals = [
        row
        for table in (OUTPUTS, INPUTS)
        for row in database.rows(
            select(table.c.first, table.c.last, table.c.digest)
            .join_from(table, KEYS, table.c.key == KEYS.c.id)
            .where(KEYS.c.namespace == key.namespace, *key_is(*key))
        )
    ]
    live = {row.digest for row in intervals if row.last is None}
    past = [row for row in intervals if row.digest not in live]
    for digest in {row.digest for row in past}:
        database.execute(update(BODIES).where(BODIES.c.digest == digest).values(content=None))
    _forget_diagnostics(database, key)
    refusals.blank(database, key)
    return _not_restorable(database, {(row.first, row.last) for row in past})


def _not_restorable(database: Database, intervals: set[tuple[int, int]]) -> list[int]:
    """Mark the versions in these intervals; returns their numbers."""
    numbers: set[int] = set()
    for first, last in intervals:
        inside = VERSIONS.c.number.between(first, last)
        numbers.update(row.number for row in database.rows(select(VERSIONS.c.number).where(inside)))
        database.execute(update(VERSIONS).where(inside).values(restorable=0))
    return sorted(numbers)


def _forget_diagnostics(database: Database, key: Key) -> None:
    """A message may quote the resource, so those of candidates that name it go too."""
    named = CANDIDATES.c.diagnostics.contains(rows.to_json(key.name), autoescape=True)
    database.execute(update(CANDIDATES).where(named).values(diagnostics="[]"))


def _protected(database: Database) -> Iterator[int]:
    """Versions that something else names, in the store or, of the newest rollback, on a wire."""
    yield history.last_rollback(database)
    for row in database.rows(select(QUARANTINE.c.rollback, QUARANTINE.c.target).distinct()):
        yield from row
    for (moment,) in database.rows(select(HOLDS.c.time)):
        held = history.live_at(database, moment)
        yield held.number if held else 0


def _of_revisions(database: Database) -> Iterator[int]:
    """Versions that are the last of a source's revision."""
    query = select(CHECKPOINTS.c.version).where(CHECKPOINTS.c.revision != "").distinct()
    return (number for (number,) in database.rows(query))
