"""A disk that is full, read-only or broken; a file that is not ours; two processes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from galley.store.builtin import open_store
from galley.store.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreFormatError,
    StoreFullError,
    StoreReadOnlyError,
    StoreUnavailableError,
)
from galley.store.sql import SqlStore
from galley.store.values import Version

Publish: TypeAlias = Callable[[SqlStore, Mapping[str, str | None]], Version]


@pytest.mark.parametrize("keys", [60, 700], ids=["at once", "staged"])
def test_a_full_disk_loses_nothing(small_disk: Path, publish: Publish, keys: int) -> None:
    """The commit fails as a whole; with room again the next one succeeds."""
    store = open_store(small_disk, "mesh")
    publish(store, {"a": "1"})
    ballast = small_disk / "ballast"
    room = os.statvfs(small_disk)
    ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - 40_000))
    changes = {f"n{n}": "x" * 1000 for n in range(keys)}
    with pytest.raises(StoreFullError):
        publish(store, changes)
    assert [key.name for key, _ in store.outputs(1)] == ["a"]
    ballast.unlink()
    assert publish(store, dict(list(changes.items())[:60])).number == 2
    assert list(store.check()) == []
    store.close()


def test_a_disk_that_became_read_only(small_disk: Path, publish: Publish) -> None:
    """Reading goes on; writing says why not."""
    store = open_store(small_disk, "mesh")
    publish(store, {"a": "1"})
    store.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreReadOnlyError):
        open_store(small_disk, "mesh")
    reader = open_store(small_disk, "mesh", read_only=True)
    assert [key.name for key, _ in reader.outputs(1)] == ["a"]
    assert list(reader.check()) == []
    reader.close()


def test_a_file_that_is_no_database(folder: Path) -> None:
    folder.mkdir()
    (folder / "mesh.db").write_bytes(b"not a database" * 400)
    with pytest.raises(StoreDamagedError):
        open_store(folder, "mesh")
    (folder / "mesh.db").unlink()
    open_store(folder, "mesh").close()


def test_a_database_of_somebody_else(folder: Path, store: SqlStore) -> None:
    store._database.driver("ALTER TABLE store RENAME TO shop")
    with pytest.raises(StoreFormatError, match="not a Galley store"):
        open_store(folder, "mesh", read_only=True)


def test_a_store_of_a_newer_galley(folder: Path, store: SqlStore) -> None:
    store._database.driver("UPDATE store SET format = 99")
    with pytest.raises(StoreFormatError, match="99"):
        open_store(folder, "mesh", read_only=True)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailableError):
        open_store(tmp_path / "file" / "data", "mesh")


@pytest.mark.parametrize("name", ["", "A", "a/b", "../a", "a.", "x" * 60])
def test_a_name_that_no_channel_can_have(folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        open_store(folder, name)


def test_a_flipped_bit_is_never_served(folder: Path, publish: Publish) -> None:
    """It is named by its key, and `check` finds it too."""
    store = open_store(folder, "mesh")
    publish(store, {"a": "find me", "b": "fine"})
    digests = dict(store.outputs(1))
    store.close()
    _flip(folder / "mesh.db", b"find me")
    store = open_store(folder, "mesh")
    with pytest.raises(StoreDamagedError, match="default/a"):
        store.contents(digests.values())
    assert len(store.contents(d for key, d in digests.items() if key.name == "b")) == 1
    assert ["default/a" in problem for problem in store.check()] == [True]
    store.close()


def test_a_broken_page_is_damage(folder: Path, publish: Publish) -> None:
    """Wherever it is: an error of the tree, never a wrong answer."""
    store = open_store(folder, "mesh")
    publish(store, {f"n{n}": "x" * 500 for n in range(300)})
    expected = dict(store.outputs(1))
    store.close()
    path = folder / "mesh.db"
    whole = path.read_bytes()
    for page in range(1, len(whole) // 4096, 7):
        at = page * 4096
        path.write_bytes(whole[:at] + b"\xa5" * 4096 + whole[at + 4096 :])
        assert _damaged(folder, expected), f"page {page}"


def _damaged(folder: Path, expected: object) -> bool:
    """Whether reading or checking says so; what is read without an error must be right."""
    try:
        store = open_store(folder, "mesh")
    except StoreError:
        return True
    try:
        found = dict(store.outputs(1))
        store.contents(found.values())
        assert found == expected
        return next(store.check(), None) is not None
    except StoreError:
        return True
    finally:
        store.close()


def _flip(path: Path, text: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(text)] ^= 1
    path.write_bytes(content)


HOLDER = """
import sys
from galley.store.builtin import open_store
store = open_store(sys.argv[1], "mesh")
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other_process(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that has the store open."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield process
        process.kill()


def test_two_processes_cannot_have_one_store(
    folder: Path, other_process: "subprocess.Popen[bytes]"
) -> None:
    """The second is told which process has it; other channels are free."""
    with pytest.raises(StoreBusyError, match=str(other_process.pid)):
        open_store(folder, "mesh", patience=0.1)
    open_store(folder, "other").close()


def test_a_successor_waits_for_its_dying_predecessor(
    folder: Path, other_process: "subprocess.Popen[bytes]"
) -> None:
    """No lock is left behind by `kill -9`."""
    other_process.kill()
    open_store(folder, "mesh", patience=20.0).close()
