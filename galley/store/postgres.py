"""PostgreSQL: one schema per channel, owned by the one process that holds its advisory lock.

The lock lives in the connection, so it goes when the process or the network goes; the writer epoch
then keeps whoever lost it from writing. Every statement and every wait for a lock has a deadline.
"""

import os
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.pool import NullPool

from galley.store.backup import copy_tables
from galley.store.database import Database
from galley.store.errors import (
    StoreBusyError,
    StoreExistsError,
    StoreFormatError,
    StoreMissingError,
    StoreUnavailableError,
)
from galley.store.schema import METADATA

_STEP = 0.1
_LOCK_CLASS = 0x6A11
_SETTINGS = (
    "SET synchronous_commit = on",
    "SET statement_timeout = '60s'",
    "SET lock_timeout = '5s'",
    "SET idle_in_transaction_session_timeout = '120s'",
    "SET client_min_messages = warning",
)
_OWNER = """
    SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.classid = :kind AND l.objid = :name AND l.granted
"""


class PostgresBackend:
    """One channel's schema in a database."""

    begin_write = "BEGIN"
    begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    def __init__(
        self, url: URL, channel: str, *, read_only: bool = False, patience: float = 5.0
    ) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._channel = channel
        self._schema = f"galley_{channel}"
        self._read_only = read_only
        self._patience = patience
        self._lock = zlib.crc32(self._schema.encode())

    def connect(self) -> Connection:
        connection = self._connect()
        try:
            for setting in _SETTINGS:
                connection.exec_driver_sql(setting)
            connection.exec_driver_sql(f'SET search_path TO "{self._schema}"')
            if self._read_only:
                connection.exec_driver_sql("SET default_transaction_read_only = on")
            else:
                self._become_owner(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def release(self) -> None:
        """The lock went with the connection."""

    def exists(self, connection: Connection) -> bool:
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = :schema"
        names = {row[0] for row in connection.execute(text(query), {"schema": self._schema})}
        if names and "store" not in names:
            raise StoreFormatError(f"schema {self._schema!r} is not a Galley store")
        if not names and self._read_only:
            raise StoreMissingError(f"there is no store of channel {self._channel!r}")
        return bool(names)

    def prepare(self, connection: Connection) -> None:
        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')

    def in_transaction(self, connection: Connection) -> bool:
        info = connection.connection.driver_connection.info  # type: ignore[union-attr]  # it is open
        return bool(info.transaction_status)

    def size(self, database: Database) -> int:
        query = (
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = :schema AND c.relkind = 'r'"
        )
        return int(database.scalar(text(query), schema=self._schema))

    def compact(self, database: Database) -> None:
        database.driver("SET statement_timeout = 0")
        try:
            for table in METADATA.sorted_tables:
                database.driver(f"VACUUM FULL {table.name}")
        finally:
            database.driver("SET statement_timeout = '60s'")

    def integrity(self, _database: Database) -> Iterator[str]:
        """The server watches over its own pages."""
        return iter(())

    def sibling(self) -> "PostgresBackend":
        return PostgresBackend(self._url, self._channel, read_only=True)

    def copy(self, _target: Path) -> bool:
        """The server cannot write our file, so the rows are read out."""
        return False

    def replace(self, source: Database, renew: Callable[[Database], None], force: bool) -> None:
        target = Database(self)
        try:
            if self.exists(target.connection) and not force:
                raise StoreExistsError(f"there is a store in schema {self._schema!r}; use force")
            with source.reading(), target.writing():
                target.driver(f'DROP SCHEMA IF EXISTS "{self._schema}" CASCADE')
                self.prepare(target.connection)
                METADATA.create_all(target.connection, checkfirst=False)
                copy_tables(source, target)
                renew(target)
        finally:
            target.close()

    def _connect(self) -> Connection:
        try:
            engine = create_engine(
                self._url,
                poolclass=NullPool,
                isolation_level="AUTOCOMMIT",
                connect_args={
                    "connect_timeout": 10,
                    "application_name": f"galley {os.getpid()}@{socket.gethostname()}"[:63],
                    "keepalives_idle": 10,
                    "keepalives_interval": 5,
                    "keepalives_count": 3,
                    "tcp_user_timeout": 30_000,
                },
            )
        except ImportError as error:
            raise StoreUnavailableError(
                "PostgreSQL needs psycopg; install galley-config[postgres]"
            ) from error
        return engine.connect()

    def _become_owner(self, connection: Connection) -> None:
        deadline = time.monotonic() + self._patience
        given = {"kind": _LOCK_CLASS, "name": self._lock}
        take = text("SELECT pg_try_advisory_lock(:kind, CAST(:name AS bigint)::bit(32)::int)")
        while not connection.execute(take, given).scalar():
            if time.monotonic() >= deadline:
                owner = connection.execute(text(_OWNER), given).scalar() or "another process"
                raise StoreBusyError(f"{owner!r} holds channel {self._channel!r}; stop it")
            # This is the store's own thread, and there is nothing to be woken by.
            threading.Event().wait(_STEP)
