"""Facts beside the versions: holds, quarantine, candidates, audit, checkpoints; on both engines."""

import dataclasses
from typing import Any

import pytest

from galley.store import values
from galley.store.errors import (
    HeadConflictError,
)
from galley.store.sql import SqlStore
from galley.store.values import CandidateState, Record
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key

KEY = Key("core/ConfigMap", "default", "a")


def test_holds_are_added_and_lifted(store: SqlStore) -> None:
    hold = values.Hold("h1", "operator", "why", "eve", 10.0, 20.0)
    store.record(Record(add_holds=[hold]))
    assert store.holds() == [hold]
    store.record(Record(lift_holds=["h1"]))
    assert store.holds() == []


def test_quarantine_knows_values_absences_and_the_environment(store: SqlStore) -> None:
    """The same input again replaces what was known of it, unless another rollback took it back."""
    items = [
        Quarantined("files", None, b"e" * 32, 3, 1, 5.0, "r"),
        Quarantined("files", KEY, None, 3, 1, 5.0, "r"),
        Quarantined("files", KEY, b"d" * 32, 3, 1, 5.0, "r", 2, stays=b"c" * 32),
    ]
    store.record(Record(add_quarantine=items))
    again = dataclasses.replace(items[2], reason="again")
    other = dataclasses.replace(items[2], rollback=5)
    store.record(Record(add_quarantine=[again, other]))
    assert store.quarantine() == [*items[:2], again, other]
    store.record(Record(lift_quarantine=items))
    assert store.quarantine() == [other]


def test_a_quarantine_belongs_to_the_rollback_that_writes_it(book: Any) -> None:
    book.publish({"a": 1})
    entry = Quarantined("files", KEY, b"d" * 32, 0, 1, 5.0, "r", 2)
    book.publish({"a": 2}, record=Record(add_quarantine=[entry]))
    assert book.store.quarantine() == [dataclasses.replace(entry, rollback=2)]


def _candidate(number: int, **given: Any) -> values.StoredCandidate:
    fixed: dict[str, Any] = {"diagnostics": [{"code": "GAL0101"}], "cause": {"sources": []}}
    state = CandidateState.REFUSED
    return values.StoredCandidate(
        f"c{number}", state, 1, float(number), float(number), 1, **{**fixed, **given}
    )


def test_equal_candidates_in_a_row_are_one(store: SqlStore) -> None:
    """Counted, with the newest id and the time it was first seen."""
    store.record(Record(candidates=[_candidate(1), _candidate(2), _candidate(3)]))
    other = _candidate(4, diagnostics=[{"code": "GAL0102"}])
    store.record(Record(candidates=[other, _candidate(5)]))
    found = store.candidates()
    assert [(each.id, each.seen, each.time, each.last) for each in found] == [
        ("c5", 1, 5.0, 5.0),
        ("c4", 1, 4.0, 4.0),
        ("c3", 3, 1.0, 3.0),
    ]


def test_a_candidate_changes_its_state_in_place(store: SqlStore) -> None:
    parked = _candidate(1, diagnostics=[])
    store.record(Record(candidates=[parked, _candidate(2)]))
    confirmed = dataclasses.replace(parked, state=CandidateState.CONFIRMED, last=9.0)
    store.record(Record(candidates=[confirmed]))
    assert [(each.id, each.state) for each in store.candidates()] == [
        ("c2", CandidateState.REFUSED),
        ("c1", CandidateState.CONFIRMED),
    ]


def test_a_hundred_candidates_are_kept(store: SqlStore) -> None:
    given = [_candidate(n, diagnostics=[{"code": f"GAL{n}"}]) for n in range(130)]
    store.record(Record(candidates=given))
    ids = [each.id for each in store.candidates(limit=200)]
    assert ids == [f"c{n}" for n in range(129, 29, -1)]


def test_the_audit_is_listed_newest_first(store: SqlStore) -> None:
    """Also with text that no database likes."""
    entries = [
        values.Audit(float(n), "eve", "local", "hold", "\0\udcff", "done", {"n": n})
        for n in range(5)
    ]
    store.record(Record(audit=entries))
    assert [found.details["n"] for found in store.audit(limit=2)] == [4, 3]
    oldest = store.audit(before=2)
    assert [(found.id, found.reason) for found in oldest] == [(1, "\\0\\udcff")]


def test_checkpoints_answer_for_a_revision_and_its_prefix(book: Any) -> None:
    """A checkpoint of version 0 is one of the version that is being written, or of the head."""
    point = values.Checkpoint("git", "0123456789abcdef", 0, 5.0)
    book.publish({"a": 1}, record=Record(checkpoints=[point]))
    assert book.store.checkpoint("0123456") == dataclasses.replace(point, version=1)
    assert book.store.checkpoint("012345") is None
    assert book.store.checkpoint("%123456") is None
    assert book.store.checkpoint("0123456", source="other") is None
    book.publish({"a": 2})
    book.store.record(Record(checkpoints=[dataclasses.replace(point, time=6.0)]))
    assert book.store.checkpoint(point.revision, source="git").version == 2


def test_sources_pins_and_counts_of_subscribers(book: Any) -> None:
    state, delivery = values.SourceState("files", "", 7.0), values.Delivery(3, 3, 1)
    book.publish({"a": 1}, record=Record(sources=[state], received={1: values.Delivery(3, 2, 0)}))
    book.store.record(Record(pins={1: "golden"}, received={1: delivery}))
    assert book.store.sources() == [state]
    assert book.store.version(1).pinned == "golden"
    assert book.store.received() == {1: delivery}
    book.store.record(Record(forget_sources=["files"], pins={1: ""}))
    assert (book.store.sources(), book.store.version(1).pinned) == ([], "")


def test_a_record_of_a_commit_that_fails_is_not_written(book: Any) -> None:
    """One transaction: version, holds, quarantine and audit, or none of them."""
    book.publish({"a": 1})
    hold = values.Hold("h", "rollback", "", "eve", 1.0)
    draft = book.draft({}, {}, expected_head=0, record=Record(add_holds=[hold]))
    with pytest.raises(HeadConflictError):
        book.store.commit(draft)
    assert book.store.holds() == []
