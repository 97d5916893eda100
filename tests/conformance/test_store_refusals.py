"""What subscribers refused is kept with the version, within bounds; on both engines."""

import dataclasses
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from galley.store.builtin import open_store, restore
from galley.store.database import Database
from galley.store.refusals import KEPT
from galley.store.retention import Retention
from galley.store.sql import SqlStore
from galley.store.values import Audit, Record, Refusal
from pipeline.model import Key

NAMED = {"resource": "core/ConfigMap/default/a", "reason": "bad", "file": "a.yaml", "line": 3}


def refusal(version: int = 1, subscriber: str = "envoy-1", **given: Any) -> Refusal:
    said = Refusal(version, subscriber, "envoy", "mesh", "invalid", "bad", 10.0, (NAMED,))
    return dataclasses.replace(said, **given)


def test_it_is_kept_with_its_version(book: Any, opened: Callable[..., SqlStore]) -> None:
    book.publish({"a": 1})
    book.publish({"a": 2})
    ours, later = refusal(), refusal(2, time=20.0, reason="\udcff\0", resources=())
    book.store.record(Record(refusals=[ours, later], refusers={1: 1, 2: 3}))
    book.store.close()
    store = opened(patience=10.0)
    assert store.refusals(1) == [ours]
    assert [each.reason for each in store.refusals(2)] == ["\\udcff\\0"]
    assert store.refusers([1, 2, 3]) == {1: 1, 2: 3}
    assert [each.version for each in store.standing_refusals()] == [2, 1]


def test_the_same_again_is_not_written(book: Any) -> None:
    """Also if where it comes from is not known any more; anything else replaces it."""
    book.publish({"a": 1})
    store = book.store
    first = refusal()
    store.record(Record(refusals=[first]))
    bare = {"resource": NAMED["resource"], "reason": "bad"}
    store.record(Record(refusals=[refusal(time=11.0, resources=(bare,))]))
    assert store.refusals(1) == [first]
    other = refusal(time=12.0, reason="worse")
    store.record(Record(refusals=[other]))
    assert store.refusals(1) == [other]


def test_it_stands_until_its_subscriber_has_what_is_live(book: Any) -> None:
    book.publish({"a": 1})
    book.publish({"a": 2})
    store = book.store
    neighbour = refusal(subscriber="envoy-2")
    store.record(Record(refusals=[refusal(), refusal(2), neighbour]))
    store.record(Record(settled={"envoy-1": 30.0}))
    assert store.standing_refusals() == [neighbour]
    assert [each.settled for each in store.refusals(2)] == [30.0]
    store.record(Record(settled={"envoy-1": 40.0}, refusals=[refusal(2, time=35.0, settled=40.0)]))
    assert [each.settled for each in store.refusals(2)] == [30.0]
    again = refusal(2, time=50.0)
    store.record(Record(settled={"envoy-1": 45.0}, refusals=[again]))
    assert store.refusals(2) == [again]


def test_of_a_version_the_first_are_kept_and_all_are_counted(book: Any) -> None:
    book.publish({"a": 1})
    names = [f"envoy-{n}" for n in range(KEPT + 5)]
    many = [refusal(subscriber=name, time=float(n)) for n, name in enumerate(names)]
    book.store.record(Record(refusals=many, refusers={1: len(many)}))
    assert book.store.refusals(1) == many[:KEPT]
    changed = dataclasses.replace(many[0], reason="worse")
    book.store.record(Record(refusals=[changed], refusers={1: 7}))
    assert book.store.refusals(1)[0] == changed
    assert book.store.refusers([1]) == {1: KEPT + 5}


def test_it_is_found_by_the_key_that_it_names(book: Any) -> None:
    for number in (1, 2, 3):
        book.publish({"a": number})
    other = {"resource": "core/ConfigMap/default/ab"}
    said = [refusal(n, time=float(n)) for n in (1, 2, 3)]
    book.store.record(Record(refusals=[*said, refusal(3, "envoy-2", resources=(other,))]))
    key = Key("core/ConfigMap", "default", "a")
    assert book.store.refusals_of(key, since=2) == [said[2], said[1]]
    assert book.store.refusals_of(key, since=1, limit=1) == [said[2]]


def test_it_goes_with_its_version(book: Any, opened: Callable[..., SqlStore]) -> None:
    for number in (1, 2, 3):
        book.publish({"a": number})
    book.store.record(Record(refusals=[refusal(1), refusal(3)], refusers={1: 1, 3: 1}))
    book.store.close()
    store = opened(patience=10.0, retention=Retention(every=0.0, hourly=0.0, daily=0.0))
    assert store.retain(book.now + 1e9) > 0
    assert [each.version for each in store.standing_refusals()] == [3]
    assert store.refusers([1, 3]) == {3: 1}
    store.record(Record(refusals=[refusal(1)], refusers={1: 1}))
    assert (store.refusals(1), store.refusers([1])) == ([], {})


def test_a_purge_takes_away_what_may_quote_the_resource(book: Any) -> None:
    book.publish({"secret": 1})
    book.publish({"secret": None})
    key = Key("core/ConfigMap", "default", "secret")
    naming = refusal(resources=({"resource": str(key), "reason": "hunter2"},), reason="no")
    quoting = refusal(2, reason='secret: "hunter2"', resources=())
    book.store.record(Record(refusals=[naming, quoting, refusal(subscriber="envoy-2")]))
    book.store.purge(key, Audit(1.0, "ann", "local", "purge", "leaked", "done"))
    found = [*book.store.refusals(1), *book.store.refusals(2)]
    assert [(each.subscriber, each.reason) for each in found] == [
        ("envoy-1", ""),
        ("envoy-2", "bad"),
        ("envoy-1", ""),
    ]
    assert "hunter2" not in str(found)


def _drop_tables(store: SqlStore) -> None:
    database: Database = store._database  # a store as it was made before
    with database.writing():
        for name in ("refusals", "refusers"):
            database.execute(text(f"DROP TABLE {name}"))


def test_a_store_that_was_made_earlier_gets_the_tables(
    book: Any, opened: Callable[..., SqlStore]
) -> None:
    book.publish({"a": 1})
    _drop_tables(book.store)
    book.store.close()
    store = opened(patience=10.0)
    store.record(Record(refusals=[refusal()]))
    assert store.refusals(1) == [refusal()]
    assert list(store.check()) == []


def test_a_backup_that_was_made_earlier_can_be_restored(
    book: Any, address: str, channel: str, tmp_path: Path
) -> None:
    """And what was refused in the lineage that it ends goes."""
    book.publish({"a": 1})
    book.store.record(Record(refusals=[refusal()]))
    copies = [tmp_path / "now.db", tmp_path / "then.db"]
    book.store.backup(copies[0])
    book.store.close()
    _earlier(copies[0], copies[1])
    for copy in copies:
        restore(copy, address, channel, force=True)
        store = open_store(address, channel, patience=10.0)
        assert store.standing_refusals() == []
        store.close()


def _earlier(copy: Path, target: Path) -> None:
    target.write_bytes(copy.read_bytes())
    with sqlite3.connect(target) as connection:
        for name in ("refusals", "refusers"):
            connection.execute(f"DROP TABLE {name}")


@pytest.mark.parametrize("limit", [1, 2])
def test_the_newest_that_stand_are_told(book: Any, limit: int) -> None:
    for number in (1, 2):
        book.publish({"a": number})
    book.store.record(Record(refusals=[refusal(1), refusal(2)]))
    assert len(book.store.standing_refusals(limit=limit)) == limit
