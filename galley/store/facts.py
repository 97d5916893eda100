"""Facts beside the versions: holds, quarantine, candidates, audit, checkpoints, sources."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from galley.store import refusals, rows
from galley.store.database import Database, adding
from galley.store.ids import Ids
from galley.store.schema import (
    AUDIT,
    CANDIDATES,
    CHECKPOINTS,
    HOLDS,
    QUARANTINE,
    RECEIVED,
    SOURCES,
    VERSIONS,
)
from galley.store.values import (
    Audit,
    Checkpoint,
    Delivery,
    Hold,
    Record,
    SourceState,
    StoredCandidate,
)
from pipeline.engine.quarantine import Quarantined

CANDIDATES_KEPT = 100
PREFIX = 7
"""A shorter revision must be the whole of it."""
_LIFT = delete(QUARANTINE).where(
    *(column == bindparam(f"is_{column.name}") for column in QUARANTINE.primary_key.columns)
)

_FIRST = select(CHECKPOINTS.c.time).where(
    CHECKPOINTS.c.source == bindparam("source"), CHECKPOINTS.c.revision == bindparam("revision")
)


def write(database: Database, ids: Ids, record: Record, head: int) -> None:
    """Write a record inside a transaction; a checkpoint of version 0, or a quarantine of rollback
    0, is one of `head`."""
    _write_holds(database, record)
    _write_quarantine(database, record, head)
    _write_sources(database, record, head)
    for candidate in record.candidates:
        _write_candidate(database, ids, candidate)
    for number, reason in record.pins.items():
        pinned = update(VERSIONS).where(VERSIONS.c.number == number)
        database.execute(pinned.values(pinned=rows.text(reason)))
    for version, delivery in record.received.items():
        database.put(RECEIVED, {"version": version, **asdict(delivery)})
    refusals.write(database, record)
    write_audit(database, ids, record.audit)


def write_audit(database: Database, ids: Ids, audit: Sequence[Audit]) -> None:
    """Add records to the audit."""
    database.many(adding(AUDIT), [rows.audit_row(item, ids.take(AUDIT)) for item in audit])


def _write_holds(database: Database, record: Record) -> None:
    for hold in record.add_holds:
        database.put(HOLDS, rows.hold_row(hold))
    if record.lift_holds:
        database.execute(delete(HOLDS).where(HOLDS.c.id.in_(record.lift_holds)))


def _write_quarantine(database: Database, record: Record, head: int) -> None:
    """A rollback can take back thousands of inputs, so they are written as lists."""
    new = (replace(item, rollback=item.rollback or head) for item in record.add_quarantine)
    added = {tuple(rows.quarantine_id(item).values()): item for item in new}
    old = [rows.quarantine_id(item) for item in (*record.lift_quarantine, *added.values())]
    database.many(_LIFT, [{f"is_{name}": value for name, value in row.items()} for row in old])
    database.many(adding(QUARANTINE), [rows.quarantine_row(item) for item in added.values()])


def _write_sources(database: Database, record: Record, head: int) -> None:
    for state in record.sources:
        revision = rows.text(state.revision)
        row = {"source": state.source, "revision": revision, "synced": state.synced}
        database.put(SOURCES, row)
    if record.forget_sources:
        database.execute(delete(SOURCES).where(SOURCES.c.source.in_(record.forget_sources)))
    for point in record.checkpoints:
        place = {"source": point.source, "revision": rows.text(point.revision)}
        first = database.scalar(_FIRST, **place) or point.time
        database.put(CHECKPOINTS, {**place, "version": point.version or head, "time": first})


def _write_candidate(database: Database, ids: Ids, candidate: StoredCandidate) -> None:
    """Replace the one with this id, merge with the newest if it is equal, or add it."""
    row = rows.candidate_row(candidate)
    shown = (row["state"], row["diagnostics"], row["counts"])
    row["sameness"] = hashlib.sha256("\n".join(shown).encode()).digest()
    order = CANDIDATES.c.sequence.desc()
    known = database.one(select(CANDIDATES).where(CANDIDATES.c.id == candidate.id))
    newest = known or database.one(select(CANDIDATES).order_by(order).limit(1))
    if newest and (known or newest.sameness == row["sameness"]):
        seen = newest.seen + candidate.seen if newest.sameness == row["sameness"] else newest.seen
        kept = {**row, "time": newest.time, "seen": seen}
        same = CANDIDATES.c.sequence == newest.sequence
        database.execute(update(CANDIDATES).where(same).values(**kept))
        return
    database.execute(insert(CANDIDATES), {**row, "sequence": ids.take(CANDIDATES)})
    oldest = select(CANDIDATES.c.sequence).order_by(order).offset(CANDIDATES_KEPT).limit(1)
    if last := database.scalar(oldest):
        database.execute(delete(CANDIDATES).where(CANDIDATES.c.sequence <= last))


def holds(database: Database) -> list[Hold]:
    """All holds, the oldest first."""
    return list(map(rows.hold, database.rows(select(HOLDS).order_by(HOLDS.c.time, HOLDS.c.id))))


def quarantine(database: Database) -> list[Quarantined]:
    """All quarantined inputs, by source and key."""
    query = select(QUARANTINE).order_by(*QUARANTINE.primary_key.columns)
    return list(map(rows.quarantined, database.rows(query)))


def candidates(database: Database, limit: int) -> list[StoredCandidate]:
    """The newest candidates."""
    query = select(CANDIDATES).order_by(CANDIDATES.c.sequence.desc()).limit(limit)
    return list(map(rows.candidate, database.rows(query)))


def audit(database: Database, before: int, limit: int) -> list[Audit]:
    """The newest records, or those before one of them."""
    query = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
    query = query.where(AUDIT.c.id < before) if before else query
    return list(map(rows.audit, database.rows(query)))


def is_meant(text: str, revision: str) -> bool:
    """Whether a text names a revision: all of it, or long enough a beginning."""
    return text == revision or (len(text) >= PREFIX and revision.startswith(text))


def checkpoint(database: Database, revision: str, source: str) -> Checkpoint | None:
    """See `Store.checkpoint`; of several that match the newest."""
    conditions: list[Any] = [CHECKPOINTS.c.revision == revision]
    if len(revision) >= PREFIX:
        conditions = [CHECKPOINTS.c.revision.startswith(revision, autoescape=True)]
    if source:
        conditions.append(CHECKPOINTS.c.source == source)
    newest = (CHECKPOINTS.c.time.desc(), CHECKPOINTS.c.version.desc())
    row = database.one(select(CHECKPOINTS).where(*conditions).order_by(*newest).limit(1))
    return rows.checkpoint(row) if row else None


def checkpoints(database: Database, source: str, since: str, limit: int) -> list[Checkpoint]:
    """See `Store.checkpoints`."""
    wanted = select(CHECKPOINTS).where(CHECKPOINTS.c.source == source)
    if since:
        first = database.scalar(_FIRST, source=source, revision=rows.text(since)) or 0.0
        wanted = wanted.where(CHECKPOINTS.c.time > first)
    newest = wanted.order_by(CHECKPOINTS.c.time.desc()).limit(limit)
    return list(map(rows.checkpoint, database.rows(newest)))


def sources(database: Database) -> list[SourceState]:
    """What is known of each source."""
    return list(map(rows.source_state, database.rows(select(SOURCES).order_by(SOURCES.c.source))))


def received(database: Database) -> dict[int, Delivery]:
    """Who had each version, as last counted."""
    rows = database.rows(select(RECEIVED))
    return {row.version: Delivery(row.connected, row.had, row.refused) for row in rows}
