"""Opening a store: which engine an address means, and what must be true before anyone uses it."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert, make_url, select, update
from sqlalchemy.exc import ArgumentError

from galley.store import backup, failpoints
from galley.store.completing import complete
from galley.store.database import Backend, Database
from galley.store.errors import StoreFormatError, StoreMissingError, StoreUnavailableError
from galley.store.faults import translated
from galley.store.postgres import PostgresBackend
from galley.store.retention import Retention
from galley.store.schema import FORMAT, METADATA, STORE
from galley.store.sql import SqlStore, new_lineage
from galley.store.sqlite import SqliteBackend
from galley.store.values import Audit

_CHANNEL = re.compile(r"[a-z0-9]([a-z0-9.-]{0,53}[a-z0-9])?")


def open_store(
    address: str | Path,
    channel: str,
    *,
    create: bool = True,
    read_only: bool = False,
    patience: float = 5.0,
    retention: Retention | None = None,
    steps: Callable[[str], None] | None = None,
) -> SqlStore:
    """Open a channel's store and become its one owner.

    Args:
        address: a folder, `sqlite:///folder`, or `postgresql://...`.
        read_only: look at it beside its owner, or without one; every write is refused.
        patience: seconds to wait for a predecessor that is just going.
        steps: told of every named step; without it, see `failpoints`.

    Raises:
        StoreBusyError: another process owns it.
        StoreMissingError: there is none, and it is not to be created.
        StoreFormatError: it is not a store, or one of a newer Galley.
        StoreUnavailableError, StoreReadOnlyError, StoreDamagedError: it cannot be opened.
    """
    if read_only:
        create, patience = False, 0.0
    database = Database(_backend(address, channel, read_only=read_only, patience=patience))
    try:
        epoch = _enter(database, channel, create=create, read_only=read_only)
        hook = steps or failpoints.from_environment(channel)
        return SqlStore(database, epoch=epoch, retention=retention, failpoints=hook)
    except BaseException:
        database.close()
        raise


def restore(
    source: Path,
    address: str | Path,
    channel: str,
    *,
    audit: Audit | None = None,
    force: bool = False,
) -> None:
    """Make a backup the store of a channel: a new lineage, its numbers a million further.

    Its content goes on as a version of kind `restore`; `audit` says who did it and why.

    Raises:
        StoreMissingError, StoreFormatError, StoreDamagedError: of the backup.
        StoreExistsError: the channel has a store already, and no `force`.
        StoreBusyError: which is in use.
    """
    audit = audit or Audit(time.time(), "galley", "local", "restore", "", "done")
    renewal = backup.Renewal(channel=channel, lineage=new_lineage(), audit=audit)
    backup.restore(source, _backend(address, channel), renewal, force=force)


def _backend(
    address: str | Path, channel: str, *, read_only: bool = False, patience: float = 5.0
) -> Backend:
    if not _CHANNEL.fullmatch(channel):
        raise ValueError(f"{channel!r} cannot be the name of a channel")
    text = str(address)
    if text.startswith(("postgresql:", "postgres:", "postgresql+psycopg:")):
        try:
            url = make_url(text)
        except ArgumentError as error:
            raise StoreUnavailableError("the address of the store is not a URL") from error
        return PostgresBackend(url, channel, read_only=read_only, patience=patience)
    folder = Path(text.removeprefix("sqlite:///"))
    return SqliteBackend(folder / f"{channel}.db", read_only=read_only, patience=patience)


def _enter(database: Database, channel: str, *, create: bool, read_only: bool) -> int:
    """Make or recognise the tables and raise the epoch; returns it, or 0 for a reader."""
    with translated():
        known = database.backend.exists(database.connection)
    if not known:
        if not create:
            raise StoreMissingError(f"there is no store of channel {channel!r}")
        _create(database, channel)
    found = database.scalar(select(STORE.c.format))
    if found != FORMAT:
        remedy = "use a newer Galley" if found > FORMAT else "use an older Galley, or a new store"
        raise StoreFormatError(f"the store has format {found!r}, not {FORMAT}; {remedy}")
    if read_only:
        return 0
    with database.writing():
        complete(database)
        database.execute(update(STORE).values(epoch=STORE.c.epoch + 1))
        return int(database.scalar(select(STORE.c.epoch)))


def _create(database: Database, channel: str) -> None:
    with database.writing(), translated():
        database.backend.prepare(database.connection)
        METADATA.create_all(database.connection, checkfirst=False)
        row = {"id": 1, "format": FORMAT, "channel": channel, "lineage": new_lineage()}
        database.execute(insert(STORE), {**row, "epoch": 0, "head": 0})
