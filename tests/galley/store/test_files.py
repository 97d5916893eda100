"""What is in the files: who may read them, what a purge leaves, how much a change adds."""

import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from galley.store.builtin import open_store
from galley.store.sql import SqlStore
from galley.store.values import Audit, Version
from pipeline.model import Key

Publish: TypeAlias = Callable[[SqlStore, Mapping[str, str | None]], Version]
AUDIT = Audit(1.0, "eve", "local", "purge", "leaked", "done")


def test_files_are_for_their_owner_only(folder: Path, store: SqlStore, publish: Publish) -> None:
    publish(store, {"a": "1"})
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(modes) == {"mesh.db", "mesh.db-wal", "mesh.db-shm", "mesh.lock"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_closed_store_is_one_file(folder: Path, publish: Publish) -> None:
    store = open_store(f"sqlite:///{folder}", "mesh")
    publish(store, {"a": "1"})
    store.close()
    assert sorted(path.name for path in folder.iterdir()) == ["mesh.db", "mesh.lock"]


def test_a_commit_is_synchronous(store: SqlStore) -> None:
    """G1 rests on these two."""
    assert store._database.driver("PRAGMA synchronous")[0][0] == 2
    assert store._database.driver("PRAGMA journal_mode")[0][0] == "wal"


def test_nothing_of_a_purged_body_is_left_in_the_files(
    folder: Path, store: SqlStore, publish: Publish
) -> None:
    """Neither in the file nor in its log, whatever happened to the pages before."""
    for generation in range(5):
        publish(store, {"secret": f"hunter2-{generation}" * 300})
        publish(store, {f"n{n}": str(generation) * 400 for n in range(50)})
    publish(store, {"secret": None})
    assert any(b"hunter2" in path.read_bytes() for path in folder.iterdir())
    gone = store.purge(Key("core/ConfigMap", "default", "secret"), AUDIT)
    assert gone == list(range(1, 11))
    assert not any(b"hunter2" in path.read_bytes() for path in folder.iterdir())
    assert list(store.check()) == []


def _rows_of_a_change(store: SqlStore, publish: Publish, changes: Mapping[str, str | None]) -> int:
    """Rows that SQLite inserted, changed or deleted."""
    before = store._database.driver("SELECT total_changes()")[0][0]
    publish(store, changes)
    return int(store._database.driver("SELECT total_changes()")[0][0] - before)


def test_a_change_writes_as_many_rows_in_a_big_store_as_in_a_small_one(
    tmp_path: Path, publish: Publish
) -> None:
    """Among 10,000 as among 100; `tests/bench` measures 100,000."""
    counts = []
    for size in (100, 10_000):
        store = open_store(tmp_path / str(size), "mesh")
        publish(store, {f"n{n}": "x" for n in range(size)})
        changes = ({"n7": "y"}, {"n8": None}, {"new": "z"})
        counts.append([_rows_of_a_change(store, publish, each) for each in changes])
        store.close()
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 10


def test_a_change_adds_little_to_the_file(folder: Path, publish: Publish) -> None:
    """Body and all, after the log was taken in."""
    store = open_store(folder, "mesh")
    publish(store, {f"n{n}": "x" * 900 for n in range(500)})
    store.close()
    store = open_store(folder, "mesh")
    before = store.size()
    for n in range(60):
        publish(store, {f"n{n * 7}": f"{n:900d}"})
    store.close()
    store = open_store(folder, "mesh")
    assert (store.size() - before) / 60 < 4_000
    store.close()
