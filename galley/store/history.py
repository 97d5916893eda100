"""The table of versions: appending to it, and looking things up in it."""

from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, update

from galley.store import rows
from galley.store.database import Database, with_key
from galley.store.errors import UnknownVersionError
from galley.store.schema import ENVIRONMENTS, STORE, VERSIONS
from galley.store.values import Commit, Version, VersionKind

_NEWEST = VERSIONS.c.number.desc()
_HEAD = select(VERSIONS).where(VERSIONS.c.number == select(STORE.c.head).scalar_subquery())

_TIME = select(VERSIONS.c.time).where(VERSIONS.c.number == bindparam("number"))
_END = with_key(VERSIONS).values(ended=bindparam("at"))
_TAKE_BACK = (
    update(VERSIONS)
    .where(VERSIONS.c.number > bindparam("target"), VERSIONS.c.rolled_back_by == 0)
    .values(rolled_back_by=bindparam("rollback"))
)
_APPEND = insert(VERSIONS)
_ENVIRONMENT = select(ENVIRONMENTS.c.digest).where(ENVIRONMENTS.c.digest == bindparam("digest"))


def head(database: Database) -> Version | None:
    """The live version."""
    row = database.one(_HEAD)
    return rows.version(row) if row else None  # public in spite of its name


def version(database: Database, number: int) -> Version:
    """One version. Raises UnknownVersionError."""
    row = database.one(select(VERSIONS).where(VERSIONS.c.number == number))
    if row is None:
        raise UnknownVersionError(number)
    return rows.version(row)


def versions(database: Database, before: int, limit: int) -> list[Version]:
    """The newest versions, or those before one of them."""
    query = select(VERSIONS).order_by(_NEWEST).limit(limit)
    query = query.where(VERSIONS.c.number < before) if before else query
    return _all(database, query)


def last_rollback(database: Database) -> int:
    """Number of the newest rollback; 0 if there was none. Retention keeps it."""
    query = select(func.max(VERSIONS.c.number)).where(VERSIONS.c.kind == VersionKind.ROLLBACK.value)
    return int(database.scalar(query) or 0)


def live_at(database: Database, time: float) -> Version | None:
    """The version that was live at a time; None before the first, or if it is not kept."""
    query = select(VERSIONS).where(VERSIONS.c.time <= time).order_by(_NEWEST).limit(1)
    row = database.one(query)
    return rows.version(row) if row and (not row.ended or row.ended > time) else None


def by_digest(database: Database, prefix: str) -> list[Version]:
    """Versions by the first hexadecimal digits of their digest, newest first."""
    try:
        low, high = bytes.fromhex(prefix.ljust(64, "0")), bytes.fromhex(prefix.ljust(64, "f"))
    except ValueError:
        return []
    query = select(VERSIONS).where(VERSIONS.c.digest.between(low, high)).order_by(_NEWEST)
    return _all(database, query)


def append(database: Database, commit: Commit, number: int, time: float) -> Version:
    """Write the row of a new head, and into the others what it means for them."""
    database.execute(_END, {"is_number": commit.expected_head, "at": time})
    if commit.restores:
        database.execute(_TAKE_BACK, {"target": commit.restores, "rollback": number})
    _keep_environment(database, commit)
    version = rows.version_of(commit, number, time)
    database.execute(_APPEND, rows.version_row(version))
    return version


def time_for(database: Database, commit: Commit) -> float:
    """The time of a new version: a clock that was put back never makes history run backwards."""
    return max(commit.time, database.scalar(_TIME, number=commit.expected_head) or commit.time)


def _keep_environment(database: Database, commit: Commit) -> None:
    if database.scalar(_ENVIRONMENT, digest=commit.environment) is None:
        row = {"digest": commit.environment, "content": commit.environment_content}
        database.execute(insert(ENVIRONMENTS), row)


def _all(database: Database, query: Select[Any]) -> list[Version]:
    return [rows.version(row) for row in database.rows(query)]  # public in spite of its name
