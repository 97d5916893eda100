"""Numbers for new rows; the store's one writer hands them out itself."""

from sqlalchemy import Table, func, select

from galley.store.database import Database
from galley.store.schema import AUDIT, CANDIDATES, KEYS, PLACES

_COLUMNS = {
    KEYS.name: KEYS.c.id,
    PLACES.name: PLACES.c.id,
    AUDIT.name: AUDIT.c.id,
    CANDIDATES.name: CANDIDATES.c.sequence,
}


class Ids:
    """The next number of each table that numbers its rows."""

    def __init__(self, database: Database) -> None:
        self._last = {
            name: int(database.scalar(select(func.coalesce(func.max(column), 0))))
            for name, column in _COLUMNS.items()
        }

    def none(self, table: Table) -> bool:
        """Whether the table has no row and, since the store was opened, never had one."""
        return not self._last[table.name]

    def take(self, table: Table) -> int:
        self._last[table.name] += 1
        return self._last[table.name]
