"""SQLite: a folder with one file per channel, owned by one process.

The owner holds a lock on `<channel>.lock`, which the operating system takes back when the process
dies however it dies. Every commit is on the disk when it returns (`synchronous=FULL` over a
write-ahead log). Files are for their owner only (mode 0600).
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from galley.store.database import Database
from galley.store.errors import (
    StoreBusyError,
    StoreExistsError,
    StoreFormatError,
    StoreMissingError,
    StoreReadOnlyError,
    StoreUnavailableError,
)
from galley.store.faults import translated

_STEP = 0.05
# The cache need not be large: the system caches the file, and a change looks at few pages.
_SETTINGS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA cell_size_check = ON",
    "PRAGMA cache_size = -4096",
    "PRAGMA temp_store = MEMORY",
)
_WRITER = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 67108864",
)


class SqliteBackend:
    """One channel's file in a folder."""

    begin_write = "BEGIN IMMEDIATE"
    begin_read = "BEGIN"

    def __init__(self, path: Path, *, read_only: bool = False, patience: float = 5.0) -> None:
        self.path = path
        self._read_only = read_only
        self._patience = patience
        self._lock: int | None = None

    def connect(self) -> Connection:
        if self._lock is None and not self._read_only:
            self._lock = _owner_lock(self.path.with_name(f"{self.path.stem}.lock"), self._patience)
        try:
            engine = create_engine("sqlite://", creator=self._open, poolclass=NullPool)
            return engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def exists(self, connection: Connection) -> bool:
        names = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master")}
        if names and "store" not in names:
            raise StoreFormatError(f"{str(self.path)!r} is a database, but not a Galley store")
        return bool(names)

    def prepare(self, _connection: Connection) -> None:
        """The file is there already; make sure that its name survives a power cut too."""
        _sync_folder(self.path.parent)

    def in_transaction(self, connection: Connection) -> bool:
        driver = connection.connection.driver_connection
        return isinstance(driver, sqlite3.Connection) and driver.in_transaction

    def size(self, _database: Database) -> int:
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def compact(self, database: Database) -> None:
        database.driver("VACUUM")
        database.driver("PRAGMA wal_checkpoint(TRUNCATE)")

    def integrity(self, database: Database) -> Iterator[str]:
        for row in database.driver("PRAGMA integrity_check(100)"):
            if row[0] != "ok":
                yield f"The file is corrupt: {row[0]}."

    def sibling(self) -> "SqliteBackend":
        return SqliteBackend(self.path, read_only=True)

    def copy(self, target: Path) -> bool:
        """By SQLite's own online copy: one moment's state, and the owner goes on meanwhile."""
        with (
            translated(),
            closing(self.sibling()._open()) as source,  # noqa: SLF001  # of this class
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        return True

    def replace(self, source: Database, renew: Callable[[Database], None], force: bool) -> None:
        self._lock = _owner_lock(self.path.with_name(f"{self.path.stem}.lock"), self._patience)
        fresh = self.path.with_name(f"{self.path.name}.restoring")
        try:
            if self.path.exists() and self.path.stat().st_size and not force:
                raise StoreExistsError(f"there is a store at {str(self.path)!r}; use force")
            _remove_all(fresh)
            os.close(os.open(fresh, os.O_RDWR | os.O_CREAT, 0o600))
            source.backend.copy(fresh)
            _renewed(fresh, renew)
            # A log that belongs to the old file must never be replayed into the new one.
            _remove_all(self.path)
            fresh.replace(self.path)
            _sync_folder(self.path.parent)
        finally:
            _remove_all(fresh)
            self.release()

    def _open(self) -> sqlite3.Connection:
        if self._read_only:
            return self._open_to_read()
        with _file_errors(self.path):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        return _connect(f"{self.path.resolve().as_uri()}?mode=rw", _SETTINGS + _WRITER)

    def _open_to_read(self) -> sqlite3.Connection:
        if not self.path.exists():
            raise StoreMissingError(f"there is no store at {str(self.path)!r}")
        uri = f"{self.path.resolve().as_uri()}?mode=ro"
        try:
            return _connect(uri, _SETTINGS)
        except sqlite3.OperationalError:
            # A folder that cannot be written has no room for the log's index; without a log
            # there is nothing to index.
            if self.path.with_name(f"{self.path.name}-wal").exists():
                raise
            return _connect(f"{uri}&immutable=1", _SETTINGS)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _connect(uri: str, settings: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        for setting in settings:
            connection.execute(setting)
        connection.execute("SELECT count(*) FROM sqlite_master")
    except BaseException:
        connection.close()
        raise
    return connection


def _renewed(path: Path, renew: Callable[[Database], None]) -> None:
    backend = SqliteBackend(path)
    database = Database(backend)
    try:
        renew(database)
        database.driver("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()
        path.with_name(f"{path.stem}.lock").unlink(missing_ok=True)


def _remove_all(path: Path) -> None:
    for suffix in ("-wal", "-shm", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _owner_lock(path: Path, patience: float) -> int:
    """Take the lock; a predecessor that is dying gets `patience` seconds to be gone."""
    with _file_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(lock, patience, path)
        with _file_errors(path):
            os.truncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
    except BaseException:
        os.close(lock)
        raise
    return lock


def _wait_for(lock: int, patience: float, path: Path) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                owner = os.pread(lock, 20, 0).decode(errors="replace") or "unknown"
                raise StoreBusyError(
                    f"process {owner} holds {str(path)!r}; stop it, or use another data_dir"
                ) from None
        else:
            return
        # This is the store's own thread, and there is nothing to be woken by.
        threading.Event().wait(_STEP)


class _file_errors:  # noqa: N801  # reads as a word after `with`
    """Errors of opening a file, as errors of the tree."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, PermissionError) or getattr(error, "errno", 0) == 30:  # EROFS
            raise StoreReadOnlyError(f"cannot write {str(self._path)!r}") from error
        if isinstance(error, OSError):
            raise StoreUnavailableError(f"cannot open {str(self._path)!r}: {error}") from error
