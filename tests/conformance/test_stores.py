"""What every store must do, on both engines."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from galley.store import values
from galley.store.builtin import open_store
from galley.store.errors import (
    HeadConflictError,
    StoreBusyError,
    StoreDamagedError,
    StoreMissingError,
    StoreReadOnlyError,
    UnknownVersionError,
    WriterLostError,
)
from galley.store.sql import SqlStore
from galley.store.values import Record, VersionKind
from pipeline.model import Key, Origin

KEY = Key("core/ConfigMap", "default", "a")


def test_a_new_store_is_empty(store: SqlStore) -> None:
    """It has a lineage, and nothing else."""
    assert store.lineage
    assert store.head() is None
    assert store.versions() == []
    assert store.difference(0, 0) == []
    assert list(store.check()) == []


def test_a_missing_store_is_not_made_unless_asked(address: str, channel: str) -> None:
    """`create=False` finds nothing, and leaves nothing that could be taken for a store."""
    for _ in range(2):
        with pytest.raises(StoreMissingError):
            open_store(address, channel, create=False)


def test_a_commit_becomes_the_head(book: Any) -> None:
    """What went in comes out, also after the store is opened again."""
    version = book.publish({"a": 1, "b": 1}, author="eve", reason="why", cause={"sources": [1]})
    assert book.store.head() == version == book.store.version(1)
    assert (version.number, version.parent, version.author) == (1, 0, "eve")
    assert version.cause == {"sources": [1]}
    assert dict(book.store.outputs(1)) == book.outputs[1]


def test_everything_is_there_after_opening_again(
    book: Any, opened: Callable[..., SqlStore]
) -> None:
    """G1: durable when the call returns; the lineage stays."""
    book.publish({"a": 1})
    before, lineage = book.store.head(), book.store.lineage
    book.store.close()
    again = opened()
    assert (again.head(), again.lineage) == (before, lineage)
    assert dict(again.outputs(1)) == book.outputs[1]


def test_outputs_come_sorted_and_filtered(book: Any) -> None:
    """By collection, namespace and name, in the order of Python's own keys."""
    names = ["b", "a", "ü", "Z", "a-b"]
    book.publish(dict.fromkeys(names, 1))
    assert [key.name for key, _ in book.store.outputs(1)] == sorted(names)
    assert [key.name for key, _ in book.store.outputs(1, name="a")] == ["a"]
    assert list(book.store.outputs(1, namespace="other")) == []
    assert len(list(book.store.outputs(1, collection="core/ConfigMap"))) == 5


def test_a_long_version_is_read_in_chunks(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of three, so that every border is met."""
    monkeypatch.setattr("galley.store.reading.CHUNK", 3)
    book.publish({f"n{n}": 1 for n in range(10)})
    assert dict(book.store.outputs(1)) == book.outputs[1]
    assert len(list(book.store.inputs(1))) == 10
    assert list(book.store.check()) == []


def test_inputs_come_with_their_origin(book: Any) -> None:
    """Also where the file's name is not UTF-8."""
    resource = book.resource("a", 1)
    origin = Origin("files", "abc", "dir/\udcff.yaml", 7)
    change = values.InputChange("files", origin.locator, resource.key, resource, origin)
    book.store.commit(dataclasses.replace(book.draft({}, {}), inputs=[change]))
    assert list(book.store.inputs(1)) == [values.StoredInput(KEY, resource.digest, origin)]


def test_a_line_that_moved_changes_the_origin_only(book: Any) -> None:
    """An origin is a fact about now: no interval ends because of it."""
    book.publish({"a": 1})
    resource = book.resource("a", 1)
    moved = values.InputChange("files", "a.yaml", KEY, resource, Origin("files", "r2", "a.yaml", 9))
    book.store.commit(dataclasses.replace(book.draft({}, {}), inputs=[moved]))
    assert [found.origin.line for found in book.store.inputs(1)] == [9]
    assert book.store.input_difference(1, 2) == []


def test_the_head_must_be_the_expected_one(book: Any) -> None:
    """A lost race changes nothing and says what is live."""
    book.publish({"a": 1})
    with pytest.raises(HeadConflictError) as caught:
        book.store.commit(dataclasses.replace(book.draft({}, {}), expected_head=0))
    assert (caught.value.expected, caught.value.actual) == (0, 1)
    assert len(book.store.versions()) == 1


def test_a_second_owner_is_refused_with_the_first_named(
    store: SqlStore, address: str, channel: str
) -> None:
    """The message names the process."""
    with pytest.raises(StoreBusyError, match=r"\d+"):
        open_store(address, channel, patience=0.1)


def test_a_reader_beside_the_owner_sees_what_is_committed(
    book: Any, opened: Callable[..., SqlStore]
) -> None:
    """And cannot write."""
    book.publish({"a": 1})
    reader = opened(read_only=True)
    book.publish({"a": 2})
    assert reader.head() == book.store.head()
    with pytest.raises(StoreReadOnlyError):
        reader.record(Record(pins={1: "x"}))


def test_a_writer_that_lost_its_epoch_never_writes_again(book: Any) -> None:
    """As if another process had opened the store while this one was cut off."""
    book.publish({"a": 1})
    database = book.store._database
    with database.writing():
        database.driver("UPDATE store SET epoch = epoch + 1")
    with pytest.raises(WriterLostError):
        book.publish({"a": 2})
    with pytest.raises(WriterLostError):
        book.store.record(Record(pins={1: "x"}))
    assert book.store.head().number == 1


def test_time_never_runs_backwards(book: Any) -> None:
    """A clock that was put back gives the next version the time of the one before."""
    first = book.publish({"a": 1})
    second = book.publish({"a": 2}, time=first.time - 3600)
    assert second.time == first.time
    assert book.store.live_at(first.time + 5).number == 2


def test_the_version_that_was_live_at_a_time(book: Any) -> None:
    first, second = book.publish({"a": 1}), book.publish({"a": 2})
    assert book.store.live_at(first.time - 1) is None
    assert book.store.live_at(second.time - 0.1).number == 1
    assert book.store.live_at(second.time + 100).number == 2
    assert book.store.version(1).ended == second.time


def test_versions_are_found_by_digest_and_page_by_page(book: Any) -> None:
    for generation in range(1, 6):
        book.publish({"a": generation})
    digest = book.digests[3].hex()
    assert [found.number for found in book.store.by_digest(digest[:9])] == [3]
    assert book.store.by_digest("no digest") == []
    assert [found.number for found in book.store.versions(limit=2)] == [5, 4]
    assert [found.number for found in book.store.versions(before=4, limit=2)] == [3, 2]


def test_an_unknown_version_is_an_error(store: SqlStore) -> None:
    for ask in (store.version, store.outputs, store.inputs, lambda n: store.difference(0, n)):
        with pytest.raises(UnknownVersionError):
            ask(7)


def test_a_rollback_marks_what_it_takes_back(book: Any) -> None:
    """`rolled_back_by` is written once and stays."""
    for generation in (1, 2, 3):
        book.publish({"a": generation})
    book.publish({"a": 1}, kind=VersionKind.ROLLBACK, restores=1)
    book.publish({"a": 2}, kind=VersionKind.ROLLBACK, restores=2)
    marks = {found.number: found.rolled_back_by for found in book.store.versions()}
    assert marks == {5: 0, 4: 5, 3: 4, 2: 4, 1: 0}


def test_contents_are_checked_when_read(book: Any) -> None:
    """Damage is refused, and named by the keys that need it."""
    book.publish({"a": 1, "b": 1})
    digest = book.outputs[1][KEY]
    good = book.store.contents([digest])
    assert good == {digest: book.resource("a", 1).content}
    book.store._database.driver("UPDATE bodies SET content = digest")
    with pytest.raises(StoreDamagedError, match="core/ConfigMap/default/a") as caught:
        book.store.contents([digest])
    assert caught.value.keys == (KEY,)
    assert len(list(book.store.check())) == 2


def test_a_body_that_is_not_there_is_damage(store: SqlStore) -> None:
    with pytest.raises(StoreDamagedError):
        store.contents([bytes(32)])


def test_environments_are_kept_once_and_checked(book: Any) -> None:
    version = book.publish({"a": 1})
    assert book.store.environment(version.environment) == b"environment"
    book.store._database.driver("UPDATE environments SET content = digest")
    with pytest.raises(StoreDamagedError):
        book.store.environment(version.environment)


def test_created_is_the_first_publication(book: Any) -> None:
    """Also after the key went and came back; being an input alone does not count."""
    first = book.publish({"a": 1})
    book.commit({}, {book.key("b"): book.resource("b", 1)})
    book.publish({"a": None})
    book.publish({"a": 2})
    third = book.commit({book.key("b"): book.resource("b", 1)}, {})
    assert book.store.created([KEY, book.key("b"), book.key("c")]) == {
        KEY: first.time,
        book.key("b"): third.time,
    }


def test_changes_of_a_key(book: Any) -> None:
    """Newest first, with None where it went."""
    book.publish({"a": 1})
    book.publish({"b": 1})
    book.publish({"a": None})
    book.publish({"a": 2})
    digests = [book.outputs[number].get(KEY) for number in (4, 3, 1)]
    assert book.store.changes_of(KEY) == list(zip((4, 3, 1), digests, strict=True))
    assert book.store.changes_of(KEY, limit=1) == [(4, digests[0])]


def test_what_a_rollback_has_to_quarantine(book: Any) -> None:
    """Every value and every absence that the versions after the target introduced."""
    book.publish({"a": 1, "b": 1, "c": 1})
    book.publish({"a": 2})
    book.publish({"a": 3, "b": None, "d": 1})
    book.publish({"d": None})
    given = [("a", 2), ("a", 3), ("d", 1)]
    wanted = {("files", book.key(name), book.resource(name, n).digest) for name, n in given}
    wanted |= {("files", book.key(name), None) for name in ("b", "d")}
    assert introduced(book.store, 1, 4) == wanted
    assert introduced(book.store, 3, 4) == {("files", book.key("d"), None)}
    assert book.store.input_changes(3, 4) == {("files", book.key("d"), None, 4)}


def test_a_key_that_moves_between_files_is_not_gone(book: Any) -> None:
    """The source still holds it, only elsewhere."""
    book.publish({"a": 1})
    resource = book.resource("a", 1)
    moved = Origin("files", "", "b.yaml", 1)
    changes = [
        values.InputChange("files", "a.yaml", KEY, None, None),
        values.InputChange("files", "b.yaml", KEY, resource, moved),
    ]
    book.store.commit(dataclasses.replace(book.draft({}, {}), inputs=changes))
    assert introduced(book.store, 1, 2) == {("files", KEY, resource.digest)}
    assert [found.locator for found in book.store.input_difference(1, 2)] == ["a.yaml", "b.yaml"]


def test_a_resource_under_a_foreign_key_is_a_mistake(book: Any) -> None:
    with pytest.raises(ValueError, match="cannot be stored"):
        book.commit({book.key("other"): book.resource("a", 1)}, {})


def test_a_big_commit_is_staged_and_reads_back(book: Any) -> None:
    """More than a transaction may write; the next small one changes only what it says."""
    book.publish({f"n{n}": 1 for n in range(1200)})
    book.publish({f"n{n}": 2 for n in range(0, 1200, 2)} | {"n1": None})
    for number in (1, 2):
        assert dict(book.store.outputs(number)) == book.outputs[number]
        assert len(list(book.store.inputs(number))) == len(book.inputs[number])
    assert len(book.store.difference(1, 2)) == 601
    assert list(book.store.check()) == []


@pytest.mark.parametrize("at", ["store.staged", "store.staged-all", "store.before-commit"])
def test_a_commit_that_fails_leaves_nothing(
    book: Any, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Whatever was staged is gone at once, and the same commit succeeds afterwards."""
    book.publish({f"n{n}": 1 for n in range(600)})
    before = _rows(book.store)

    def fail(step: str) -> None:
        if step == at:
            raise StoreReadOnlyError("as if")

    monkeypatch.setattr(book.store, "_failpoints", fail)
    changes = {f"n{n}": 2 for n in range(300, 900)}
    with pytest.raises(StoreReadOnlyError):
        book.publish(changes)
    assert _rows(book.store) == before
    monkeypatch.setattr(book.store, "_failpoints", None)
    book.publish(changes)
    assert dict(book.store.outputs(2)) == book.outputs[2]
    assert list(book.store.check()) == []


def _rows(store: SqlStore) -> dict[str, int]:
    """How many rows there are, and how many intervals are open."""
    open_ones = [f"{name} WHERE last IS NULL" for name in ("outputs", "inputs")]
    counted = ["outputs", "inputs", "bodies", "versions", *open_ones]
    ask = store._database.driver
    return {each: ask(f"SELECT count(*) FROM {each}")[0][0] for each in counted}


def test_size_grows(book: Any) -> None:
    before = book.store.size()
    book.publish({f"n{n}": 1 for n in range(2000)})
    assert book.store.size() > before > 0


def test_backup_refuses_to_overwrite(book: Any, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    target.write_text("mine")
    with pytest.raises(Exception, match="exists already"):
        book.store.backup(target)
    assert target.read_text() == "mine"


def introduced(store: Any, old: int, new: int) -> set[Any]:
    """What came in between, whichever version brought it."""
    return {each[:3] for each in store.input_changes(old, new)}
