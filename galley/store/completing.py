"""Stores that were made before this format had all of its tables: they get those that they lack.

Tables only ever come to a format, so an older Galley goes on with such a store without them.
"""

from sqlalchemy import Table, inspect

from galley.store.database import Database
from galley.store.faults import translated
from galley.store.schema import LATER, METADATA


def complete(database: Database) -> None:
    """Make the tables that are missing, inside a transaction."""
    missing = [table for table in LATER if not has(database, table)]
    if missing:
        with translated():
            METADATA.create_all(database.connection, tables=missing, checkfirst=False)


def has(database: Database, table: Table) -> bool:
    """Whether there is this table; any but a later one is always there."""
    if table not in LATER:
        return True
    with translated():
        return inspect(database.connection).has_table(table.name)
