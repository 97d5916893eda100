"""What subscribers refused, with the version: at most a row for each subscriber and version.

Of a version the first hundred are kept, and how many there were; they go with the version. One
who connects again and again and refuses the same writes nothing more.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, or_, select, update

from galley.store import rows
from galley.store.database import Database
from galley.store.schema import REFUSALS, REFUSERS, VERSIONS
from galley.store.values import Record, Refusal
from pipeline.model import Key

KEPT = 100
"""Refusals of one version."""


def write(database: Database, record: Record) -> None:
    """What a record says of refusals, inside its transaction."""
    for subscriber, time in record.settled.items():
        theirs = update(REFUSALS).where(
            REFUSALS.c.subscriber == rows.text(subscriber), REFUSALS.c.settled == 0.0
        )
        database.execute(theirs.values(settled=time))
    for refusal in record.refusals:
        _write(database, refusal)
    for version, number in record.refusers.items():
        if _is_kept(database, version):
            known = database.scalar(_number(version)) or 0
            database.put(REFUSERS, {"version": version, "number": max(known, number)})


def _write(database: Database, refusal: Refusal) -> None:
    row = rows.refusal_row(refusal)
    theirs = select(REFUSALS).where(
        REFUSALS.c.version == row["version"], REFUSALS.c.subscriber == row["subscriber"]
    )
    found = database.one(theirs)
    known = rows.refusal(found) if found else None
    if known and _says(known) == _says(refusal):
        if known.settled and not refusal.settled:
            again = dataclasses.replace(known, time=refusal.time, settled=0.0)
            database.put(REFUSALS, rows.refusal_row(again))
    elif known or _has_room(database, refusal.version):
        database.put(REFUSALS, row)


def _says(refusal: Refusal) -> tuple[object, ...]:
    """What tells two refusals apart; where the resources come from is known better at first."""
    named = [(each["resource"], each.get("reason", "")) for each in refusal.resources]
    return refusal.kind, rows.text(refusal.reason), named


def _has_room(database: Database, version: int) -> bool:
    mine = REFUSALS.c.version == version
    held: int = database.scalar(select(func.count()).where(mine))
    return held < KEPT and _is_kept(database, version)


def _is_kept(database: Database, version: int) -> bool:
    """Whether the version is in the history, so that retention will find what belongs to it."""
    return database.one(select(VERSIONS.c.number).where(VERSIONS.c.number == version)) is not None


def _number(version: int) -> Select[Any]:
    return select(REFUSERS.c.number).where(REFUSERS.c.version == version)


def of_version(database: Database, version: int) -> list[Refusal]:
    """Those of a version, the earliest first."""
    query = select(REFUSALS).where(REFUSALS.c.version == version)
    ordered = query.order_by(REFUSALS.c.time, REFUSALS.c.subscriber)
    return list(map(rows.refusal, database.rows(ordered)))


def of_key(database: Database, key: Key, since: int, limit: int) -> list[Refusal]:
    """See `Store.refusals_of`."""
    query = select(REFUSALS).where(REFUSALS.c.version >= since, _names(key))
    return _newest(database, query, limit)


def standing(database: Database, limit: int) -> list[Refusal]:
    """See `Store.standing_refusals`."""
    query = select(REFUSALS).where(REFUSALS.c.settled == 0.0)
    return _newest(database, query, limit)


def refusers(database: Database, versions: Sequence[int]) -> dict[int, int]:
    """See `Store.refusers`."""
    query = select(REFUSERS).where(REFUSERS.c.version.in_(versions))
    return {row.version: row.number for row in database.rows(query)}


def blank(database: Database, key: Key) -> None:
    """What is said of a key may quote it: keep only who said so, and when."""
    quoted = REFUSALS.c.reason.contains(rows.text(key.name), autoescape=True)
    query = update(REFUSALS).where(or_(_names(key), quoted))
    database.execute(query.values(reason="", resources="[]"))


def _names(key: Key) -> Any:
    return REFUSALS.c.resources.contains(rows.to_json(str(key)), autoescape=True)


def _newest(database: Database, query: Select[Any], limit: int) -> list[Refusal]:
    order = (REFUSALS.c.version, REFUSALS.c.time, REFUSALS.c.subscriber)
    newest = query.order_by(*(column.desc() for column in order)).limit(limit)
    return list(map(rows.refusal, database.rows(newest)))
