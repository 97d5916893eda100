"""How a serving process looks for garbage: little at a time, and everything when it rests."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from galley import memory
from galley.memory import DAY, HOUR, Crowd, Resting

MANY = 200_000


class Knot:
    """Refers to itself: garbage that only a collection finds."""

    def __init__(self) -> None:
        self.itself = self


def knots() -> int:
    return sum(type(each) is Knot for each in gc.get_objects())


@pytest.fixture
def little() -> Iterator[None]:
    """Garbage is looked for as in a serving process."""
    thresholds = gc.get_threshold()
    memory.collect_little()
    gc.collect()
    gc.collect()  # over nothing: how much there was before is forgotten too
    yield
    gc.callbacks.remove(memory._put_aside)
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.fixture
def visited(little: None) -> Iterator[list[int]]:
    """How many objects each collection of the oldest generation looks at."""
    sizes: list[int] = []

    def note(phase: str, info: dict[str, Any]) -> None:
        if phase == "start" and info["generation"] == 2:
            sizes.append(sum(len(gc.get_objects(generation)) for generation in range(3)))

    gc.callbacks.append(note)
    yield sizes
    gc.callbacks.remove(note)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Time and processor time as the test says."""

    class Clock:
        passed = worked = 0.0

    monkeypatch.setattr("time.monotonic", lambda: Clock.passed)
    monkeypatch.setattr("time.process_time", lambda: Clock.worked)
    return Clock


def test_no_collection_looks_at_much(visited: list[int]) -> None:
    """However many objects there are."""
    kept = [[number] for number in range(MANY)]
    assert len(kept) == MANY
    assert len(visited) > 3
    assert max(visited) < MANY / 4


@pytest.mark.usefixtures("little")
def test_what_is_young_and_garbage_goes_at_once() -> None:
    for _ in range(MANY):
        Knot()
    assert knots() < MANY / 4


@pytest.mark.usefixtures("little")
def test_old_garbage_goes_when_the_process_rests(clock: Any) -> None:
    resting = Resting()
    old = [Knot() for _ in range(10)]
    gc.collect()
    old.clear()
    gc.collect()
    gc.unfreeze()
    assert knots() == 10
    gc.freeze()
    clock.passed, clock.worked = HOUR + 1, HOUR / 2
    resting.look()
    gc.unfreeze()
    assert knots() == 10
    gc.freeze()
    clock.passed += 1
    resting.look()
    gc.unfreeze()
    assert knots() == 0


def test_a_process_that_never_rests_is_looked_through_in_the_end(
    visited: list[int], clock: Any
) -> None:
    resting = Resting()
    clock.passed = clock.worked = DAY - 1
    resting.look()
    clock.passed = clock.worked = DAY + 1
    resting.look()
    clock.passed = clock.worked = DAY + HOUR
    resting.look()
    assert len(visited) == 1


def test_nobody_looks_for_garbage_while_a_program_imports_or_in_what_it_imported() -> None:
    frozen = gc.get_freeze_count()
    try:
        with memory.importing():
            assert not gc.isenabled()
            imported = [[number] for number in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() - frozen >= len(imported)
    finally:
        gc.unfreeze()


def test_what_a_crowd_leaves_is_looked_at_a_few_messages_at_a_time(little: None) -> None:
    """Also where as much goes as comes, which the collector does not count."""
    gc.set_threshold(0)  # never by itself
    crowd, kept, sizes = Crowd(), [[number] for number in range(MANY)], []
    gc.freeze()

    def note(phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            sizes.append(len(gc.get_objects(0)))

    gc.callbacks.append(note)
    try:
        for number in range(MANY):
            kept[number] = [number]
            Knot()
            crowd.passed()
    finally:
        gc.callbacks.remove(note)
    assert len(sizes) == MANY // Crowd.MESSAGES
    assert max(sizes) < 10 * Crowd.MESSAGES
    assert knots() == 0
