"""A driver's error in the store's own words: what went wrong, and which error of the tree it is."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from galley.store.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreUnavailableError,
)

_SQLITE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: StoreBusyError,
    sqlite3.SQLITE_LOCKED: StoreBusyError,
    sqlite3.SQLITE_FULL: StoreFullError,
    sqlite3.SQLITE_READONLY: StoreReadOnlyError,
    sqlite3.SQLITE_PERM: StoreReadOnlyError,
    sqlite3.SQLITE_CANTOPEN: StoreUnavailableError,
    sqlite3.SQLITE_IOERR: StoreUnavailableError,
    sqlite3.SQLITE_CORRUPT: StoreDamagedError,
    sqlite3.SQLITE_NOTADB: StoreDamagedError,
}

# By SQLSTATE, the longest prefix first.
_POSTGRES: tuple[tuple[str, type[StoreError]], ...] = (
    ("53100", StoreFullError),
    ("25006", StoreReadOnlyError),
    ("42501", StoreReadOnlyError),
    ("55P03", StoreBusyError),
    ("40", StoreBusyError),
    ("XX", StoreDamagedError),
    ("08", StoreUnavailableError),
    ("53", StoreUnavailableError),
    ("57", StoreUnavailableError),
    ("58", StoreUnavailableError),
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise an error of the tree for what a driver raises inside, chained to it."""
    try:
        yield
    except DBAPIError as error:
        raise translate(error.orig, invalidated=error.connection_invalidated) from error
    except sqlite3.Error as error:
        raise translate(error) from error


def translate(error: BaseException | None, *, invalidated: bool = False) -> StoreError:
    """The error of the tree that says what this driver's error says."""
    text = str(error).strip().splitlines()[0] if error and str(error).strip() else repr(error)
    if isinstance(error, sqlite3.Error):
        # The low byte is the primary code; the rest only refines it.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return _SQLITE.get(code, StoreError)(text)
    if invalidated:
        return StoreUnavailableError(text)
    return _of_state(getattr(error, "sqlstate", None), error)(text)


def _of_state(state: str | None, error: BaseException | None) -> type[StoreError]:
    if state is None:
        # psycopg has no SQLSTATE where the server never answered.
        lost = type(error).__name__ in {"OperationalError", "InterfaceError", "ConnectionTimeout"}
        return StoreUnavailableError if lost else StoreError
    return next((kind for prefix, kind in _POSTGRES if state.startswith(prefix)), StoreError)
