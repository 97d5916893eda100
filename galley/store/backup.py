"""Backup to one file and restore from it, whichever engine the store has.

A backup is a SQLite file with the same tables. A restored store is a lineage of its own: its
numbers go on a million further, so that no subscriber takes an old version for a new one.
"""

import dataclasses
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update

from galley.store import checking, facts, history, rows, sweeping
from galley.store.completing import complete, has
from galley.store.database import Backend, Database, adding
from galley.store.errors import (
    StoreDamagedError,
    StoreExistsError,
    StoreReadOnlyError,
    StoreUnavailableError,
)
from galley.store.ids import Ids
from galley.store.schema import METADATA, RECEIVED, REFUSALS, REFUSERS, STORE, VERSIONS
from galley.store.sqlite import SqliteBackend
from galley.store.values import Audit, Counts, Version, VersionKind

NUMBERS_APART = 1_000_000
CHUNK = 1000


def backup(backend: Backend, target: Path) -> None:
    """Copy the store to one file of mode 0600, as it is at one moment.

    Raises:
        StoreExistsError: there is such a file already.
        StoreReadOnlyError, StoreFullError: it cannot be written.
    """
    if target.exists():
        raise StoreExistsError(f"{str(target)!r} exists already; choose another name")
    with _unfinished(target) as copy:
        if not backend.copy(copy):
            _export(backend, copy)
        _sync(copy)
        copy.rename(target)
        _sync(target.parent)


@dataclass(frozen=True, slots=True)
class Renewal:
    """Who restores a backup, when and why; and under which name the channel goes on."""

    channel: str
    lineage: str
    audit: Audit

    def __call__(self, database: Database) -> None:
        """Make the copy in `database` a lineage of its own, in one transaction."""
        with database.writing():
            complete(database)
            head = int(database.scalar(select(STORE.c.head)) or 0)
            sweeping.reopen(database, head)
            while sweeping.any_staged(database, head):
                sweeping.drop_staged(database, head)
            if head:
                self._append(database, history.version(database, head))
            named = {"channel": self.channel, "lineage": self.lineage, "epoch": STORE.c.epoch + 1}
            database.execute(update(STORE).values(**named))
            for table in (RECEIVED, REFUSALS, REFUSERS):
                database.execute(delete(table))
            facts.write_audit(database, Ids(database), [self.audit])

    def _append(self, database: Database, head: Version) -> None:
        number, now = head.number + NUMBERS_APART, max(self.audit.time, head.time)
        ended = update(VERSIONS).where(VERSIONS.c.number == head.number)
        database.execute(ended.values(ended=now))
        restored = dataclasses.replace(
            head,
            number=number,
            parent=head.number,
            kind=VersionKind.RESTORE,
            time=now,
            author=self.audit.actor,
            reason=self.audit.reason,
            cause={"sources": []},
            counts=Counts(resources=head.counts.resources),
            restores=0,
            rolled_back_by=0,
            pinned="",
        )
        database.execute(insert(VERSIONS), rows.version_row(restored))
        database.execute(update(STORE).values(head=number))


def restore(source: Path, target: Backend, renewal: Renewal, *, force: bool) -> None:
    """Put what a backup holds where `target` is; a damaged backup is refused.

    Raises:
        StoreDamagedError: it is damaged, and how.
        StoreExistsError: there is a store already, and no `force`.
    """
    with closing(Database(SqliteBackend(source, read_only=True))) as opened:
        opened.backend.exists(opened.connection)
        problem = next(checking.check(opened), None)
        if problem is not None:
            raise StoreDamagedError(f"{str(source)!r} is not restored: {problem}")
        target.replace(opened, renewal, force)


def copy_tables(source: Database, target: Database) -> None:
    """Copy all rows, inside a transaction of the target and a snapshot of the source."""
    for table in filter(partial(has, source), METADATA.sorted_tables):
        for some in source.chunks(select(table), CHUNK):
            target.many(adding(table), [row._asdict() for row in some])


def _export(backend: Backend, copy: Path) -> None:
    source, target = Database(backend.sibling()), Database(SqliteBackend(copy))
    with closing(source), closing(target), source.reading(), target.writing():
        METADATA.create_all(target.connection, checkfirst=False)
        copy_tables(source, target)


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A name beside the target that is gone afterwards, whatever happens."""
    copy = target.with_name(f".{target.name}.unfinished")
    try:
        os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
        yield copy
    except PermissionError as error:
        raise StoreReadOnlyError(f"cannot write {str(target)!r}") from error
    except OSError as error:
        raise StoreUnavailableError(f"cannot write {str(target)!r}: {error}") from error
    finally:
        for path in _leavings(copy):
            path.unlink(missing_ok=True)


def _leavings(copy: Path) -> list[Path]:
    ends: list[Any] = ["", "-wal", "-shm", "-journal"]
    return [copy.with_name(copy.name + end) for end in ends] + [copy.with_suffix(".lock")]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
