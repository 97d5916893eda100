"""The tables, the same on both engines, and how a version is read from them.

Bodies are written once, by digest. What a version holds is not listed per version: every output and
every accepted input is an interval of versions (`first` to `last`, both included; `last` is null
while it is current), so a change writes rows in proportion to itself and any retained version reads
back exactly. Rows beyond the head are being staged, and no reader sees them.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    or_,
)

FORMAT = 2
"""Raised when an older Galley could not read the tables any more."""

METADATA = MetaData()

# Text sorts by its bytes on both engines, which is how Python sorts keys.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
_INT = BigInteger().with_variant(Integer(), "sqlite")


def _int(name: str, *, primary: bool = False, null: bool = False) -> Column[int]:
    return Column(name, _INT, primary_key=primary, nullable=null, autoincrement=False)


def _text(name: str, *, primary: bool = False) -> Column[str]:
    return Column(name, _TEXT, primary_key=primary, nullable=False)


def _blob(name: str, *, primary: bool = False, null: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, primary_key=primary, nullable=null)


def _time(name: str, *, null: bool = False) -> Column[float]:
    return Column(name, Double, nullable=null)


def _compact(name: str, *columns: Column[Any]) -> Table:
    """A table that SQLite keeps in the one tree of its primary key."""
    return Table(name, METADATA, *columns, sqlite_with_rowid=False)


STORE = Table(
    "store",
    METADATA,
    _int("id", primary=True),
    _int("format"),
    _text("channel"),
    _text("lineage"),
    _int("epoch"),
    _int("head"),
)

VERSIONS = Table(
    "versions",
    METADATA,
    _int("number", primary=True),
    _blob("digest"),
    _blob("environment"),
    _int("parent"),
    _text("kind"),
    _time("time"),
    _text("author"),
    _text("reason"),
    _text("cause"),
    _int("added"),
    _int("changed"),
    _int("deleted"),
    _int("resources"),
    _int("restores"),
    _int("rolled_back_by"),
    _time("ended"),
    _text("pinned"),
    _int("restorable"),
    _text("revisions"),
)

ENVIRONMENTS = Table("environments", METADATA, _blob("digest", primary=True), _blob("content"))

KEYS = Table(
    "keys",
    METADATA,
    _int("id", primary=True),
    _int("hash"),
    _text("collection"),
    _text("namespace"),
    _text("name"),
    _time("created", null=True),
    Index("keys_hash", "hash"),
    Index("keys_name", "collection", "namespace", "name", unique=True),
)

"""`hash` finds many keys at once by one integer each; equal ones are told apart by name."""

PLACES = Table(
    "places",
    METADATA,
    _int("id", primary=True),
    _text("source"),
    _blob("locator"),
    Index("places_name", "locator", "source", unique=True),
)

BODIES = Table(
    "bodies",
    METADATA,
    _blob("digest", primary=True),
    _int("key"),
    _blob("content", null=True),
)
"""A body names its key itself, so it has exactly one; content is null once it was purged."""

OUTPUTS = _compact(
    "outputs",
    _int("key", primary=True),
    _int("first", primary=True),
    _int("last", null=True),
    _blob("digest"),
)

INPUTS = _compact(
    "inputs",
    _int("place", primary=True),
    _int("key", primary=True),
    _int("first", primary=True),
    _int("last", null=True),
    _blob("digest"),
    _text("revision"),
    _int("line"),
)

for _table in (OUTPUTS, INPUTS):
    _closed = _table.c.last.is_not(None)
    Index(f"{_table.name}_first", _table.c.first)
    Index(f"{_table.name}_last", _table.c.last, sqlite_where=_closed, postgresql_where=_closed)
Index("inputs_key", INPUTS.c.key)

GARBAGE = _compact("garbage", _int("low", primary=True), _int("high"))
"""Stretches (both ends excluded) that hold no version any more; see `sweeping`."""

HOLDS = Table(
    "holds",
    METADATA,
    _text("id", primary=True),
    _text("cause"),
    _text("reason"),
    _text("author"),
    _time("time"),
    _time("expires"),
)

QUARANTINE = _compact(
    "quarantine",
    _text("source", primary=True),
    _text("collection", primary=True),
    _text("namespace", primary=True),
    _text("name", primary=True),
    _blob("digest", primary=True),
    _int("version", primary=True),
    _int("rollback", primary=True),
    _int("target"),
    _time("time"),
    _text("reason"),
    _blob("stays", null=True),
)
"""An empty collection stands for the environment, an empty digest for absence."""

CANDIDATES = Table(
    "candidates",
    METADATA,
    _int("sequence", primary=True),
    Column("id", _TEXT, nullable=False, unique=True),
    _text("state"),
    _int("base"),
    _time("time"),
    _time("last"),
    _int("seen"),
    _text("cause"),
    _text("diagnostics"),
    _text("counts"),
    _blob("sameness"),
)

AUDIT = Table(
    "audit",
    METADATA,
    _int("id", primary=True),
    _time("time"),
    _text("actor"),
    _text("origin"),
    _text("action"),
    _text("reason"),
    _text("outcome"),
    _text("details"),
)

CHECKPOINTS = _compact(
    "checkpoints",
    _text("source", primary=True),
    _text("revision", primary=True),
    _int("version"),
    _time("time"),
)

SOURCES = _compact("sources", _text("source", primary=True), _text("revision"), _time("synced"))

RECEIVED = Table(
    "received",
    METADATA,
    _int("version", primary=True),
    _int("connected"),
    _int("had"),
    _int("refused"),
)

REFUSALS = Table(
    "refusals",
    METADATA,
    _int("version", primary=True),
    _text("subscriber", primary=True),
    _text("wire"),
    _text("credential"),
    _text("kind"),
    _text("reason"),
    _text("resources"),
    _time("time"),
    _time("settled"),
)
REFUSERS = Table("refusers", METADATA, _int("version", primary=True), _int("number"))
"""How many have refused a version: more than `REFUSALS` has rows of it, which are bounded."""

_standing = REFUSALS.c.settled == 0.0
Index(
    "refusals_standing",
    REFUSALS.c.subscriber,
    sqlite_where=_standing,
    postgresql_where=_standing,
)

LATER = (REFUSALS, REFUSERS)
"""Tables that a store of this format may lack if it was made earlier; see `completing`."""


def held(table: Table, number: int) -> ColumnElement[bool]:
    """The rows of `OUTPUTS` or `INPUTS` that belong to a version."""
    # Adding nothing keeps the engines from the index on `first`, which would find almost all rows.
    return and_(table.c.first + 0 <= number, or_(table.c.last.is_(None), table.c.last >= number))
