"""Any sequence of publications, on both engines, against plain dicts."""

from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from galley.store import values
from galley.store.builtin import open_store
from galley.store.retention import Retention
from galley.store.values import Record
from pipeline.model import Key

NAMES = st.sampled_from("abcde")
CHANGES = st.dictionaries(NAMES, st.one_of(st.none(), st.integers(1, 3)), max_size=4)
STEPS = st.lists(st.tuples(CHANGES, CHANGES, st.integers(0, 6)), min_size=1, max_size=8)
KEEP_PINNED = Retention(every=0.0, most=0, hourly=0.0, daily=0.0)

_numbers = count()


@pytest.fixture(params=[500, 2], ids=["at-once", "staged"])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches make every commit a staged one."""
    monkeypatch.setattr("galley.store.batch.CHANGES", request.param)
    monkeypatch.setattr("galley.store.batch.ALL_AT_ONCE", request.param // 2)


@pytest.mark.usefixtures("batch")
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, data=st.data())
def test_every_version_and_difference_is_as_in_plain_dicts(
    address: str, make_book: Any, steps: list[Any], data: st.DataObject
) -> None:
    """Outputs and inputs go their own ways; a step may go back to an earlier version's content."""
    store = open_store(address, f"any-{next(_numbers)}", retention=KEEP_PINNED)
    book = make_book(store)
    try:
        for outputs, inputs, back in steps:
            _step(book, outputs, inputs, back)
        _agree(book, range(book.number + 1))
        kept = data.draw(st.sets(st.integers(1, book.number)))
        store.record(Record(pins=dict.fromkeys(kept, "kept")))
        while store.retain(9e9):
            pass
        _agree(book, sorted({0, *kept, book.number}))
        assert list(store.check()) == []
    finally:
        store.close()


def _step(
    book: Any, outputs: Mapping[str, int | None], inputs: Mapping[str, int | None], back: int
) -> None:
    if 0 < back < book.number:
        changes = _changes_to(book, back)
        book.commit(*changes, kind=values.VersionKind.ROLLBACK, restores=back)
    else:
        resources = [
            {book.key(name): gen and book.resource(name, gen) for name, gen in part.items()}
            for part in (outputs, inputs)
        ]
        book.commit(*resources)


def _changes_to(book: Any, number: int) -> tuple[dict[Key, Any], dict[Key, Any]]:
    """What makes the head hold what a version held; by the store's own differences."""
    store = book.store
    outputs = {each.key: each.new for each in store.difference(book.number, number)}
    found = store.input_difference(book.number, number)
    inputs = {each.key: each.new and each.new.digest for each in found}
    return tuple(  # type: ignore[return-value]  # of two
        {key: digest and _resource(book, key, digest) for key, digest in part.items()}
        for part in (outputs, inputs)
    )


def _resource(book: Any, key: Key, digest: bytes) -> Any:
    made = (book.resource(key.name, generation) for generation in (1, 2, 3))
    return next(resource for resource in made if resource.digest == digest)


def _agree(book: Any, numbers: Any) -> None:
    for number in filter(None, numbers):
        assert dict(book.store.outputs(number)) == book.outputs[number]
        found = {("files", i.origin.locator, i.key): i.digest for i in book.store.inputs(number)}
        assert found == book.inputs[number]
    for old in numbers:
        for new in numbers:
            _agree_on_difference(book, old, new)


def _agree_on_difference(book: Any, old: int, new: int) -> None:
    found = {each.key: (each.old, each.new) for each in book.store.difference(old, new)}
    assert found == _difference(book.outputs[old], book.outputs[new])
    inputs = {
        (each.source, each.locator, each.key): (
            each.old and each.old.digest,
            each.new and each.new.digest,
        )
        for each in book.store.input_difference(old, new)
    }
    assert inputs == _difference(book.inputs[old], book.inputs[new])


def _difference(old: Mapping[Any, bytes], new: Mapping[Any, bytes]) -> dict[Any, Any]:
    keys = old.keys() | new.keys()
    return {key: (old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)}


@pytest.mark.usefixtures("batch")
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(CHANGES, min_size=2, max_size=8), data=st.data())
def test_history_is_what_each_version_introduced(
    address: str, make_book: Any, steps: list[Any], data: st.DataObject
) -> None:
    """Summed up step by step over plain dicts."""
    store = open_store(address, f"history-{next(_numbers)}")
    book = make_book(store)
    try:
        for changes in steps:
            book.publish(changes)
        old = data.draw(st.integers(0, len(steps)))
        new = data.draw(st.integers(old, len(steps)))
        assert store.input_changes(old, new) == _introduced(book, old, new)
    finally:
        store.close()


def _introduced(book: Any, old: int, new: int) -> set[Any]:
    return {
        (source, key, digest, number + 1)
        for number in range(old, new)
        for (source, _, key), (_, digest) in _difference(
            book.inputs[number], book.inputs[number + 1]
        ).items()
    }
