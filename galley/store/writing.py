"""Writing what a version changes: names, bodies, and the intervals of outputs and inputs.

Everything is written inside somebody else's transaction, with rows in proportion to the change:
what is already so is left alone. A change that gives an input only another origin (a line moved)
alters the current row in place, because an origin is a fact about now and no part of a version.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from galley.store.batch import Batch
from galley.store.database import Database, with_key
from galley.store.naming import Names
from galley.store.rows import text
from galley.store.schema import BODIES, INPUTS, OUTPUTS
from galley.store.values import InputChange
from pipeline.model import Key, Resource

_FIND_BODIES = select(BODIES.c.digest, BODIES.c.content.is_(None).label("purged")).where(
    BODIES.c.digest.in_(bindparam("digests", expanding=True))
)
_FIND_OUTPUTS = select(OUTPUTS).where(
    OUTPUTS.c.key.in_(bindparam("keys", expanding=True)), OUTPUTS.c.last.is_(None)
)
_FIND_INPUTS = select(INPUTS).where(
    INPUTS.c.key.in_(bindparam("keys", expanding=True)), INPUTS.c.last.is_(None)
)
_ADD_BODY, _ADD_OUTPUT, _ADD_INPUT = insert(BODIES), insert(OUTPUTS), insert(INPUTS)
_REVIVE = with_key(BODIES).values(content=bindparam("to_content"))
_CLOSE_OUTPUT = with_key(OUTPUTS).values(last=bindparam("to_last"))
_CLOSE_INPUT = with_key(INPUTS).values(last=bindparam("to_last"))
_MOVE_INPUT = with_key(INPUTS).values(revision=bindparam("to_revision"), line=bindparam("to_line"))

Spot = tuple[int, int]
"""Numbers of a place and of a key."""


class BatchWriter:
    """Writes the batches of one version, `number`; `names` serves for all of them."""

    def __init__(self, database: Database, names: Names, number: int) -> None:
        self._database = database
        self._names = names
        self._number = number
        self._stored: set[bytes] = set()

    def write(self, batch: Batch) -> None:
        self._names.add_keys(batch.keys(), batch.held(), batch.published())
        self._names.add_places(batch.places(), batch.held_places())
        self._write_bodies(batch.resources())
        if batch.outputs:
            self._write_outputs(batch.outputs)
        if batch.inputs:
            self._write_inputs(batch.inputs)

    def _write_bodies(self, resources: Mapping[bytes, Resource]) -> None:
        wanted = [digest for digest in resources if digest not in self._stored]
        if not wanted:
            return
        rows = self._names.find(_FIND_BODIES, digests=wanted)
        purged = {row.digest: row.purged for row in rows}
        again = [
            {"is_digest": digest, "to_content": resources[digest].content}
            for digest, gone in purged.items()
            if gone
        ]
        new = [resources[digest] for digest in wanted if digest not in purged]
        self._database.many(_REVIVE, again)
        self._database.many(_ADD_BODY, [self._body_row(resource) for resource in new])
        self._stored.update(wanted)

    def _write_outputs(self, outputs: Mapping[Key, Resource | None]) -> None:
        keys = self._names.keys
        wanted = {
            keys[key]: resource and resource.digest
            for key, resource in outputs.items()
            if key in keys
        }
        rows = self._names.find(_FIND_OUTPUTS, keys=list(wanted))
        held = {row.key: row for row in rows}
        changed = {
            key: digest
            for key, digest in wanted.items()
            if digest != (held[key].digest if key in held else None)
        }
        closed = [held[key] for key in changed if key in held]
        self._close(_CLOSE_OUTPUT, closed, _output)
        self._database.many(
            _ADD_OUTPUT,
            [
                {"key": key, "first": self._number, "last": None, "digest": digest}
                for key, digest in changed.items()
                if digest is not None
            ],
        )

    def _write_inputs(self, inputs: Mapping[tuple[str, str, Key], InputChange]) -> None:
        keys, places = self._names.keys, self._names.places
        wanted = {
            (places[source, locator], keys[key]): change
            for (source, locator, key), change in inputs.items()
            if key in keys and (source, locator) in places
        }
        rows = self._names.find(_FIND_INPUTS, keys=list({key for _, key in wanted}))
        held = {(row.place, row.key): row for row in rows if (row.place, row.key) in wanted}
        same = {spot for spot, row in held.items() if _digest(wanted[spot]) == row.digest}
        moved = [
            spot for spot in same if _origin(wanted[spot]) != (held[spot].revision, held[spot].line)
        ]
        self._database.many(_MOVE_INPUT, [_move(held[spot], wanted[spot]) for spot in moved])
        self._close(_CLOSE_INPUT, [held[spot] for spot in held.keys() - same], _input)
        self._database.many(
            _ADD_INPUT,
            [
                self._input_row(spot, change)
                for spot, change in wanted.items()
                if change.resource is not None and spot not in same
            ],
        )

    def _close(
        self, statement: Any, rows: list[Row[Any]], primary: Callable[[Row[Any]], dict[str, Any]]
    ) -> None:
        until = self._number - 1
        self._database.many(statement, [{**primary(row), "to_last": until} for row in rows])

    def _body_row(self, resource: Resource) -> dict[str, Any]:
        key = self._names.keys[resource.key]
        return {"digest": resource.digest, "key": key, "content": resource.content}

    def _input_row(self, spot: Spot, change: InputChange) -> dict[str, Any]:
        interval = {"place": spot[0], "key": spot[1], "first": self._number, "last": None}
        revision, line = _origin(change)
        return {**interval, "digest": _digest(change), "revision": revision, "line": line}


def _digest(change: InputChange) -> bytes | None:
    return change.resource.digest if change.resource is not None else None


def _origin(change: InputChange) -> tuple[str, int]:
    return (text(change.origin.revision), change.origin.line) if change.origin else ("", 0)


def _output(row: Row[Any]) -> dict[str, Any]:
    return {"is_key": row.key, "is_first": row.first}


def _input(row: Row[Any]) -> dict[str, Any]:
    return {"is_place": row.place, "is_key": row.key, "is_first": row.first}


def _move(row: Row[Any], change: InputChange) -> dict[str, Any]:
    revision, line = _origin(change)
    return {**_input(row), "to_revision": revision, "to_line": line}
