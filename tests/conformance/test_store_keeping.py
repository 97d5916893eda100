"""Keeping and bringing back, on both engines: retention, purge, backup and restore."""

import dataclasses
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from galley.store import values
from galley.store.builtin import open_store, restore
from galley.store.errors import (
    PurgedError,
    StoreDamagedError,
    StoreExistsError,
    UnknownVersionError,
)
from galley.store.retention import Retention
from galley.store.sql import SqlStore
from galley.store.values import Audit, Record, VersionKind
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key

KEY = Key("core/ConfigMap", "default", "a")
NOTHING = Retention(every=0.0, most=0, hourly=0.0, daily=0.0, kept_live=float("inf"))
AUDIT = Audit(9e9, "eve", "local", "purge", "leaked", "done")


def _retain_all(store: SqlStore) -> int:
    """Until nothing is left to do, as the worker does over time."""
    gone = store.retain(9e9)
    while store._database.driver("SELECT * FROM garbage"):
        gone += store.retain(9e9)
    return gone


@pytest.fixture
def strict(opened: Callable[..., SqlStore], book: Any) -> Any:
    """A book whose store keeps only what it must."""
    book.store.close()
    book.store = opened(retention=NOTHING)
    return book


def test_retention_takes_versions_and_what_only_they_used(strict: Any) -> None:
    """The others read back exactly; bodies, keys and places that nothing names are gone."""
    for generation in range(1, 8):
        strict.publish({"a": generation, f"only-{generation}": 1, f"only-{generation - 1}": None})
    strict.store.record(Record(pins={3: "golden"}))
    assert _retain_all(strict.store) == 5
    assert [found.number for found in strict.store.versions()] == [7, 3]
    for number in (3, 7):
        assert dict(strict.store.outputs(number)) == strict.outputs[number]
    with pytest.raises(UnknownVersionError):
        strict.store.outputs(5)
    left = {name: _count(strict.store, name) for name in ("bodies", "keys", "places", "outputs")}
    assert left == {"bodies": 4, "keys": 3, "places": 3, "outputs": 4}
    assert list(strict.store.check()) == []


def test_retention_is_interrupted_and_goes_on(
    strict: Any, monkeypatch: pytest.MonkeyPatch, opened: Callable[..., SqlStore]
) -> None:
    """What is still to be swept is in the store itself."""
    monkeypatch.setattr("galley.store.keeping.BUDGET", 0.0)
    monkeypatch.setattr("galley.store.sweeping.SLICE", 2)
    for generation in range(1, 6):
        strict.publish({f"n{n}": generation for n in range(10)})
    assert strict.store.retain(9e9) == 4
    assert _count(strict.store, "garbage") == 1
    strict.store.close()
    strict.store = opened(retention=NOTHING)
    assert _retain_all(strict.store) == 0
    assert _count(strict.store, "bodies") == 10
    assert list(strict.store.check()) == []


def test_what_something_names_is_never_removed(strict: Any) -> None:
    """Live, pinned, in quarantine, of a revision, under a hold, or live for long."""
    times = {number: strict.publish({"a": number}).time for number in range(1, 10)}
    quarantined = Quarantined("git", KEY, None, 3, 2, 1.0, "r")
    strict.store.record(
        Record(
            pins={1: "golden"},
            add_quarantine=[quarantined],
            checkpoints=[values.Checkpoint("git", "abcdef0", 5, 1.0)],
            add_holds=[values.Hold("h", "operator", "r", "eve", times[7])],
        )
    )
    _retain_all(strict.store)
    assert [found.number for found in strict.store.versions()] == [9, 7, 5, 3, 2, 1]


def test_the_newest_rollback_is_known_and_stays(strict: Any) -> None:
    """Of one resource or of all; what is sent to meshes is called by its number."""
    assert strict.store.last_rollback() == 0
    strict.publish({"a": 1})
    assert strict.store.last_rollback() == 0
    for generation, restores in ((2, 1), (3, 0), (4, 0)):
        kind = VersionKind.PUBLISH if generation == 4 else VersionKind.ROLLBACK
        strict.publish({"a": generation}, kind=kind, restores=restores)
    strict.publish({"a": 5})
    assert strict.store.last_rollback() == 3
    _retain_all(strict.store)
    assert [found.number for found in strict.store.versions()] == [5, 3]
    assert strict.store.last_rollback() == 3


def test_the_last_of_a_revision_goes_in_time_and_its_checkpoint_with_it(
    opened: Callable[..., SqlStore], book: Any
) -> None:
    book.store.close()
    book.store = opened(retention=dataclasses.replace(NOTHING, kept_live=10.0))
    for revision in range(1, 4):
        point = values.Checkpoint("git", f"abcdef{revision}", 0, 1.0)
        book.publish({"a": revision}, record=Record(checkpoints=[point]))
    last = book.store.head().time

    assert book.store.retain(last) == 0
    assert book.store.retain(last + 100) == 2
    assert book.store.checkpoint("abcdef1") is None
    assert book.store.checkpoint("abcdef3").version == 3


def test_changes_and_differences_after_retention(strict: Any) -> None:
    """A change whose version is gone shows at the next one that is kept."""
    for generation in range(1, 6):
        strict.publish({"a": generation, "b": 1 if generation % 2 else None})
    strict.store.record(Record(pins={1: "x", 4: "x"}))
    _retain_all(strict.store)
    assert [number for number, _ in strict.store.changes_of(KEY)] == [5, 4, 1]
    assert [found.key.name for found in strict.store.difference(1, 5)] == ["a"]


def _count(store: SqlStore, table: str) -> int:
    return int(store._database.driver(f"SELECT count(*) FROM {table}")[0][0])


def test_purge_overwrites_every_body_but_the_live_one(book: Any) -> None:
    """Versions that held one are no longer restorable, also where it was only an input."""
    secret, later = book.resource("a", 1), book.resource("a", 2)
    book.publish({"a": 1})
    book.publish({"b": 1})
    book.commit({}, {KEY: book.resource("a", 7)})
    book.publish({"a": 2})
    assert book.store.purge(KEY, AUDIT) == [1, 2, 3]
    with pytest.raises(PurgedError):
        book.store.contents([secret.digest])
    assert book.store.contents([later.digest])
    assert [found.restorable for found in book.store.versions()] == [True, False, False, False]
    assert book.store.audit()[0].reason == "leaked"
    assert list(book.store.check()) == []


def test_purged_content_that_is_published_again_is_kept(book: Any) -> None:
    """It is new then; the old versions stay marked."""
    book.publish({"a": 1})
    book.publish({"a": None})
    assert book.store.purge(KEY, AUDIT) == [1]
    book.publish({"a": 1})
    digest = book.outputs[3][KEY]
    assert book.store.contents([digest]) == {digest: book.resource("a", 1).content}
    assert not book.store.version(1).restorable


def test_purge_takes_diagnostics_that_name_the_key(book: Any) -> None:
    """A message may quote what was purged."""
    bad = values.StoredCandidate(
        "c", values.CandidateState.REFUSED, 0, 1.0, 1.0, 1, {}, [{"resource": {"name": "a"}}]
    )
    book.store.record(Record(candidates=[bad]))
    book.store.purge(KEY, AUDIT)
    assert list(book.store.candidates()[0].diagnostics) == []


@pytest.fixture
def backup(book: Any, tmp_path: Path) -> Path:
    """Of a store with three versions and a hold."""
    book.publish({"a": 1, "b": 1})
    book.publish({"a": 2, "b": None})
    book.publish({"c": 1}, record=Record(received={2: values.Delivery(5, 5, 0)}))
    book.store.record(Record(add_holds=[values.Hold("h", "operator", "r", "eve", 1.0)]))
    target = tmp_path / "backup.galley"
    book.store.backup(target)
    return target


@pytest.mark.parametrize("engine", ["same", "sqlite"])
def test_a_backup_restores_as_a_lineage_of_its_own(
    book: Any, backup: Path, address: str, tmp_path: Path, channel: str, engine: str
) -> None:
    """G2: the numbers go on a million further; history, facts and content are all there."""
    target = address if engine == "same" else str(tmp_path / "elsewhere")
    before = book.store.head()
    restore(backup, target, f"{channel}-2", audit=AUDIT)
    store = open_store(target, f"{channel}-2")
    try:
        head = store.head()
        assert head is not None
        assert (head.number, head.kind, head.parent) == (1_000_003, VersionKind.RESTORE, 3)
        assert (head.digest, head.author) == (before.digest, "eve")
        assert store.lineage != book.store.lineage
        assert [found.number for found in store.versions()] == [1_000_003, 3, 2, 1]
        for number in (1, 2, 3):
            assert dict(store.outputs(number)) == book.outputs[number]
        assert dict(store.outputs(head.number)) == book.outputs[3]
        assert (len(store.holds()), store.received()) == (1, {})
        assert list(store.check()) == []
    finally:
        store.close()


def test_a_restored_store_goes_on(
    book: Any, backup: Path, address: str, channel: str, opened: Callable[..., SqlStore]
) -> None:
    """Over the old one, when that is asked for; the next version follows the restored one."""
    book.publish({"z": 1})
    book.store.close()
    with pytest.raises(StoreExistsError):
        restore(backup, address, channel)
    restore(backup, address, channel, force=True)
    book.store = opened()
    book.number, book.outputs[1_000_003], book.inputs[1_000_003] = (
        1_000_003,
        book.outputs[3],
        book.inputs[3],
    )
    assert book.publish({"a": 9}).number == 1_000_004
    assert [found.key.name for found in book.store.difference(3, 1_000_004)] == ["a"]
    assert list(book.store.check()) == []


def test_an_empty_store_is_backed_up_and_restored(
    store: SqlStore, address: str, channel: str, tmp_path: Path
) -> None:
    store.backup(tmp_path / "empty")
    restore(tmp_path / "empty", address, f"{channel}-2")
    again = open_store(address, f"{channel}-2", read_only=True)
    assert again.head() is None
    assert again.lineage != store.lineage
    again.close()


def test_a_backup_is_private(backup: Path) -> None:
    """One file, for its owner only, and nothing beside it."""
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [path.name for path in backup.parent.glob("*backup*")] == [backup.name]


def test_a_damaged_backup_is_refused(backup: Path, tmp_path: Path) -> None:
    """And nothing is made of it."""
    content = bytearray(backup.read_bytes())
    at = content.index(b"generation")
    content[at] ^= 1
    backup.write_bytes(content)
    with pytest.raises(StoreDamagedError, match="does not have its digest"):
        restore(backup, tmp_path / "elsewhere", "mesh")
    assert not (tmp_path / "elsewhere" / "mesh.db").exists()
