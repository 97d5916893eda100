"""One connection to a store's database: statements, transactions, and errors of the tree.

`Backend` is what differs between the engines. Everything above this file is the same SQL for both.
The connection runs in autocommit; `Database` writes BEGIN and COMMIT itself, because the kind of
BEGIN matters (SQLite must take the write lock first, a long read needs one snapshot).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import (
    ClauseElement,
    Connection,
    CursorResult,
    Executable,
    Insert,
    Row,
    Table,
    Update,
    bindparam,
    insert,
    update,
)

from galley.store.errors import StoreError
from galley.store.faults import translated

Parameters = Mapping[str, Any]


class Backend(Protocol):
    """What an engine does in its own way."""

    begin_write: str
    begin_read: str

    def connect(self) -> Connection:
        """A connection that makes commits durable, its process the store's one owner.

        Raises:
            StoreBusyError: another process owns the store and kept it for the whole patience.
        """

    def release(self) -> None:
        """Let another process be the owner; the connection is closed already."""

    def exists(self, connection: Connection) -> bool:
        """Whether there are tables. Raises StoreFormatError if they are somebody else's."""

    def prepare(self, connection: Connection, /) -> None:
        """Make room for the tables of a new store, inside the transaction that makes them."""

    def in_transaction(self, connection: Connection) -> bool: ...

    def size(self, database: "Database", /) -> int:
        """Bytes on disk."""

    def compact(self, database: "Database") -> None:
        """Rewrite the files, so that nothing that was removed is left in them."""

    def integrity(self, database: "Database", /) -> Iterator[str]:
        """What the engine itself finds wrong, as sentences."""

    def sibling(self) -> "Backend":
        """The same store for a second connection that only reads."""

    def copy(self, target: Path, /) -> bool:
        """Copy the store to one SQLite file; False if the engine cannot do so itself."""

    def replace(self, source: "Database", renew: Callable[["Database"], None], force: bool) -> None:
        """Put a copy of another store here, made new by `renew`: all of it, or nothing.

        Raises:
            StoreExistsError: there is one already, and no `force`.
        """


class Database:
    """Statements on one connection. Not for use by two threads at once."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self._inside = False
        self._texts: dict[ClauseElement, tuple[str, Any]] = {}
        with translated():
            self.connection = backend.connect()

    def execute(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Run it; returns the number of rows that it concerned."""
        self._ensure()
        with translated():
            result: CursorResult[Any] = self.connection.execute(statement, parameters)
            return result.rowcount

    def many(self, statement: ClauseElement, rows: Sequence[Parameters]) -> None:
        """Run it once per row; nothing happens without rows.

        The statement must be one that is kept, and have no parameters but those of the rows: its
        text is made once, and the driver gets the values as they are.
        """
        if not rows:
            return
        self._ensure()
        sql, names = self._compiled(statement, tuple(rows[0]))
        given = [tuple([row[name] for name in names]) for row in rows] if names else rows
        with translated():
            self.connection.exec_driver_sql(sql, given)

    def _compiled(self, statement: ClauseElement, names: tuple[str, ...]) -> tuple[str, Any]:
        """A statement's text and, where the driver knows places only, the order of its names."""
        known = self._texts.get(statement)
        if known is None:
            compiled = statement.compile(
                dialect=self.connection.dialect, column_keys=[n for n in names if n[:3] != "is_"]
            )
            known = (str(compiled), getattr(compiled, "positiontup", None))
            self._texts[statement] = known
        return known

    def rows(self, statement: Executable, **parameters: Any) -> Sequence[Row[Any]]:
        """All rows of a query."""
        self._ensure()
        with translated():
            return self.connection.execute(statement, parameters).all()

    def one(self, statement: Executable, **parameters: Any) -> Row[Any] | None:
        """The first row of a query, or None."""
        self._ensure()
        with translated():
            return self.connection.execute(statement, parameters).first()

    def scalar(self, statement: Executable, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        self._ensure()
        with translated():
            return self.connection.execute(statement, parameters).scalar()

    def chunks(self, query: Executable, size: int) -> Iterator[Sequence[Row[Any]]]:
        """The rows of a query that may bring very many; inside `reading` only."""
        with translated():
            streaming = {"stream_results": True, "yield_per": size}
            yield from self.connection.execute(query, execution_options=streaming).partitions()

    def driver(self, sql: str) -> Sequence[Row[Any]]:
        """Run an engine's own SQL."""
        with translated():
            result = self.connection.exec_driver_sql(sql)
            return result.all() if result.returns_rows else ()

    def put(self, table: Table, row: Parameters) -> None:
        """Insert a row, or replace the one with the same primary key."""
        replace, add = _put(table, tuple(row))
        given = {f"{part}_{name}": value for name, value in row.items() for part in ("is", "to")}
        if not self.execute(replace, given):
            self.execute(add, row)

    def writing(self) -> AbstractContextManager[None]:
        """One write transaction: durable at the end, or as if nothing had been done."""
        return self._transaction(self.backend.begin_write)

    def reading(self) -> AbstractContextManager[None]:
        """Every query inside sees one moment."""
        return self._transaction(self.backend.begin_read)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._ensure()
        self.driver(begin)
        self._inside = True
        try:
            yield
            self.driver("COMMIT")
        except BaseException:
            self._undo()
            raise
        finally:
            self._inside = False

    def _undo(self) -> None:
        # Where undoing fails too the connection is lost, which undoes as well; what the caller
        # must hear is the first error.
        with suppress(StoreError), translated():
            if not self.lost and self.backend.in_transaction(self.connection):
                self.connection.exec_driver_sql("ROLLBACK")

    @property
    def lost(self) -> bool:
        """Whether the database has gone away under the connection."""
        return self.connection.closed or self.connection.invalidated

    def _ensure(self) -> None:
        """Take a new connection in place of a lost one, but never within a transaction."""
        if self.lost and not self._inside:
            with suppress(StoreError), translated():
                self.connection.close()
            with translated():
                self.connection = self.backend.connect()

    def close(self) -> None:
        with translated():
            engine = self.connection.engine
            self.connection.close()
            engine.dispose()
        self.backend.release()


@cache
def with_key(table: Table) -> Update:
    """An update of the row whose primary key is given as parameters `is_...`."""
    primary = table.primary_key.columns
    return update(table).where(*(column == bindparam(f"is_{column.name}") for column in primary))


@cache
def adding(table: Table) -> Insert:
    """An insert into a table, always the same one."""
    return insert(table)


@cache
def _put(table: Table, names: tuple[str, ...]) -> tuple[Update, Insert]:
    values: Parameters = {name: bindparam(f"to_{name}") for name in names}
    return with_key(table).values(values), adding(table)
