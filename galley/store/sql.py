"""The store in SQL: one channel's history on one connection, the same on both engines.

Each method is an entry of `Store`; the work is in the files it calls. A commit that writes much is
staged first, in transactions of bounded size under the number of the version to come, which no
reader sees; then one small transaction makes it the head. What a failure leaves staged is taken
away before the next write, and at the next opening.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import bindparam, select, update

from galley.store import (
    backup,
    checking,
    facts,
    history,
    keeping,
    reading,
    refusals,
    sweeping,
    values,
)
from galley.store.batch import ROWS, Batch, parts, slices, small, whole
from galley.store.database import Database
from galley.store.errors import HeadConflictError, StoreError, StoreReadOnlyError, WriterLostError
from galley.store.ids import Ids
from galley.store.naming import Names
from galley.store.retention import Retention
from galley.store.schema import STORE
from galley.store.values import Audit, Commit, Record, Version
from galley.store.writing import BatchWriter
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key

Step = Callable[[str], None]

_STATE = select(STORE.c.epoch, STORE.c.head)
_OURS = update(STORE).where(STORE.c.epoch == bindparam("is_epoch"))
_GUARD = _OURS.values(epoch=bindparam("is_epoch"))
_ADVANCE = _OURS.where(STORE.c.head == bindparam("is_head")).values(head=STORE.c.head + 1)


class SqlStore:
    """See `galley.store.store.Store`; made by `open_store`."""

    def __init__(
        self,
        database: Database,
        *,
        epoch: int = 0,
        retention: Retention | None = None,
        failpoints: Step | None = None,
    ) -> None:
        """An epoch of 0 stands for a store that is only read."""
        self._database = database
        self._epoch = epoch
        self._retention = retention or Retention()
        self._failpoints = failpoints
        self._lineage = str(database.scalar(select(STORE.c.lineage)))
        self._untidy = True
        if epoch:
            self._tidy()
            self._ids = Ids(database)

    @property
    def lineage(self) -> str:
        return self._lineage

    def close(self) -> None:
        self._database.close()

    def commit(self, commit: Commit) -> Version:
        self._tidy()
        change = whole(commit)
        time = history.time_for(self._database, commit)
        names = Names(self._database, self._ids, time)
        writer = BatchWriter(self._database, names, commit.expected_head + 1)
        try:
            if not small(change):
                self._stage(writer, names, change, commit.expected_head)
                change = Batch({}, {})
            version = self._append(writer, change, commit, time)
        except BaseException:
            self._untidy = True
            with suppress(StoreError):  # the first error counts; the next write tries again
                self._tidy()
            raise
        self._step("store.after-commit")
        return version

    def record(self, record: Record) -> None:
        with self._writing() as head:
            facts.write(self._database, self._ids, record, head)
            self._step("store.before-record")
        self._step("store.after-record")

    def head(self) -> Version | None:
        return history.head(self._database)

    def version(self, number: int) -> Version:
        return history.version(self._database, number)

    def versions(self, *, before: int = 0, limit: int = 50) -> list[Version]:
        return history.versions(self._database, before, limit)

    def last_rollback(self) -> int:
        return history.last_rollback(self._database)

    def live_at(self, time: float) -> Version | None:
        return history.live_at(self._database, time)

    def by_digest(self, prefix: str) -> list[Version]:
        return history.by_digest(self._database, prefix)

    def outputs(
        self, number: int, *, collection: str = "", namespace: str = "", name: str = ""
    ) -> Iterator[tuple[Key, bytes]]:
        history.version(self._database, number)
        wanted = reading.key_is(collection, namespace, name)
        return reading.outputs(self._database, number, wanted)

    def inputs(self, number: int) -> Iterator[values.StoredInput]:
        history.version(self._database, number)
        return reading.inputs(self._database, number)

    def difference(self, old: int, new: int) -> list[values.Difference]:
        self._require(old, new)
        return reading.difference(self._database, old, new)

    def input_difference(self, old: int, new: int) -> list[values.InputDifference]:
        self._require(old, new)
        return reading.input_difference(self._database, old, new)

    def input_changes(self, old: int, new: int) -> set[reading.Introduced]:
        self._require(old, new)
        return reading.input_changes(self._database, old, new)

    def contents(self, digests: Iterable[bytes]) -> dict[bytes, bytes]:
        return reading.contents(self._database, digests)

    def environment(self, digest: bytes) -> bytes:
        return reading.environment(self._database, digest)

    def created(self, keys: Iterable[Key]) -> dict[Key, float]:
        return reading.created(self._database, keys)

    def changes_of(self, key: Key, *, limit: int = 50) -> list[tuple[int, bytes | None]]:
        return reading.changes_of(self._database, key, limit)

    def holds(self) -> list[values.Hold]:
        return facts.holds(self._database)

    def quarantine(self) -> list[Quarantined]:
        return facts.quarantine(self._database)

    def candidates(self, *, limit: int = 100) -> list[values.StoredCandidate]:
        return facts.candidates(self._database, limit)

    def audit(self, *, before: int = 0, limit: int = 100) -> list[Audit]:
        return facts.audit(self._database, before, limit)

    def checkpoint(self, revision: str, *, source: str = "") -> values.Checkpoint | None:
        return facts.checkpoint(self._database, revision, source)

    def checkpoints(self, source: str, *, since: str, limit: int = 1000) -> list[values.Checkpoint]:
        return facts.checkpoints(self._database, source, since, limit)

    def sources(self) -> list[values.SourceState]:
        return facts.sources(self._database)

    def received(self) -> Mapping[int, values.Delivery]:
        return facts.received(self._database)

    def refusals(self, version: int) -> list[values.Refusal]:
        return refusals.of_version(self._database, version)

    def refusals_of(self, key: Key, *, since: int, limit: int = 20) -> list[values.Refusal]:
        return refusals.of_key(self._database, key, since, limit)

    def standing_refusals(self, *, limit: int = 1000) -> list[values.Refusal]:
        return refusals.standing(self._database, limit)

    def refusers(self, versions: Sequence[int]) -> Mapping[int, int]:
        return refusals.refusers(self._database, versions)

    def retain(self, now: float) -> int:
        self._tidy()
        doomed = keeping.to_remove(self._database, now, self._retention)
        if doomed:
            with self._writing():
                sweeping.forget(self._database, doomed)
                keeping.trim_audit(self._database)
        keeping.sweep_for_a_while(self._sweep)
        return len(doomed)

    def purge(self, key: Key, audit: Audit) -> list[int]:
        """See `Store.purge`. What the live version holds of the key now is left as it is."""
        self._tidy()
        with self._writing():
            numbers = keeping.purge(self._database, key)
            facts.write_audit(self._database, self._ids, [audit])
        self._database.backend.compact(self._database)
        return numbers

    def backup(self, target: Path) -> None:
        """See `Store.backup`; on a connection of its own, so from any thread."""
        backup.backup(self._database.backend, target)

    def check(self) -> Iterator[str]:
        """See `Store.check`; on a connection of its own, so from any thread."""
        with closing(Database(self._database.backend.sibling())) as database:
            yield from checking.check(database)

    def size(self) -> int:
        return self._database.backend.size(self._database)

    def _stage(self, writer: BatchWriter, names: Names, change: Batch, expected: int) -> None:
        """Write names first, in their own order, in which the trees grow fastest."""
        self._untidy = True
        held, published, held_places = change.held(), change.published(), change.held_places()
        for keys in slices(sorted(change.keys()), ROWS):
            with self._staging(expected):
                names.add_keys(keys, held, published)
        for places in slices(sorted(change.places()), ROWS):
            with self._staging(expected):
                names.add_places(places, held_places)
        for part in parts(change):
            with self._staging(expected):
                writer.write(part)
        self._step("store.staged-all")

    @contextmanager
    def _staging(self, expected: int) -> Iterator[None]:
        with self._writing() as head:
            if head != expected:
                raise HeadConflictError(expected, head)
            yield
        self._step("store.staged")

    def _append(self, writer: BatchWriter, change: Batch, commit: Commit, time: float) -> Version:
        number = commit.expected_head + 1
        with self._writing(advance=commit.expected_head):
            writer.write(change)
            version = history.append(self._database, commit, number, time)
            facts.write(self._database, self._ids, commit.record, number)
            self._step("store.before-commit")
        self._untidy = False
        return version

    def _sweep(self) -> bool:
        with self._writing():
            more = sweeping.sweep(self._database)
        self._step("store.swept")
        return more

    def _tidy(self) -> None:
        """Take away what a commit that did not happen has staged."""
        if not self._untidy:
            return
        more = True
        while more:
            with self._writing() as head:
                sweeping.reopen(self._database, head)
                sweeping.drop_staged(self._database, head)
                more = sweeping.any_staged(self._database, head)
        self._untidy = False

    @contextmanager
    def _writing(self, *, advance: int | None = None) -> Iterator[int]:
        """A write transaction under our epoch, which moves the head on from `advance`.

        Yields the head.
        """
        if not self._epoch:
            raise StoreReadOnlyError("the store is open for reading only")
        with self._database.writing():
            given = {"is_epoch": self._epoch, "is_head": advance}
            done = self._database.execute(_GUARD if advance is None else _ADVANCE, given)
            row = self._database.one(_STATE)
            if row is None or row.epoch != self._epoch:
                raise WriterLostError("another process has opened the store since; restart")
            if not done:
                raise HeadConflictError(advance or 0, row.head)
            yield row.head

    def _require(self, *numbers: int) -> None:
        for number in numbers:
            if number:
                history.version(self._database, number)

    def _step(self, name: str) -> None:
        if self._failpoints is not None:
            self._failpoints(name)


def new_lineage() -> str:
    """Random text that tells one line of versions from every other."""
    return os.urandom(8).hex()
