"""The rule of retention, over made-up histories."""

from typing import Any

import pytest

from galley.store.retention import DAY, HOUR, OBSERVED, Kept, Retention, doomed

NOW = 1_000 * DAY + HOUR / 2
RULE = Retention()


def _version(number: int, age: float, *, lived: float = 1.0, **what: bool) -> Kept:
    time = NOW - age
    return Kept(number, time, time + lived if lived else 0.0, **what)


@pytest.mark.parametrize(
    ("age", "kept"),
    [
        (0.0, True),
        (DAY, True),
        (DAY + 1, False),
        (3 * DAY, False),
        (89 * DAY, False),
        (1_000 * DAY, False),
    ],
)
def test_a_version_that_is_not_the_last_of_its_hour_is_kept_for_a_day(
    age: float, kept: bool
) -> None:
    """A second version right after it takes its place as the last of the hour and of the day."""
    pair = [_version(1, age), _version(2, age - 1)]
    assert (1 not in doomed(pair, NOW, RULE)) is kept


@pytest.mark.parametrize(
    ("step", "age", "left"),
    [
        (60.0, 3 * DAY, 1),
        (60.0, 8 * DAY, 1),
        (60.0, 91 * DAY, 0),
    ],
)
def test_an_old_hour_keeps_its_last(step: float, age: float, left: int) -> None:
    """Within seven days one an hour, within ninety one a day, then none."""
    base = age + (NOW - age) % HOUR
    versions = [_version(n, base - n * step) for n in range(1, 50)]
    gone = doomed(versions, NOW, RULE)
    assert [v.number for v in versions if v.number not in gone] == [49][:left]


def test_after_a_week_one_a_day_is_left() -> None:
    """Of one version every hour for twenty days."""
    versions = [_version(n, 30 * DAY - n * HOUR) for n in range(20 * 24)]
    assert len(versions) - len(doomed(versions, NOW, RULE)) == 20


@pytest.mark.parametrize(
    "kept",
    [
        _version(1, 500 * DAY, protected=True),
        _version(1, 500 * DAY, lived=0.0),
    ],
    ids=["protected", "live"],
)
def test_some_are_kept_for_good(kept: Kept) -> None:
    assert doomed([kept], NOW, RULE) == []


@pytest.mark.parametrize(
    "what", [{"lived": 601.0}, {"revision": True}], ids=["live for long", "last of a revision"]
)
def test_what_people_remember_is_kept_for_three_months(what: Any) -> None:
    """Others take its place as the last of the hour and of the day."""
    young, old = _version(1, 89 * DAY, **what), _version(2, 91 * DAY, **what)
    later = [_version(3, 89 * DAY - 1), _version(4, 91 * DAY - 1)]

    assert doomed([young, old, *later], NOW, RULE) == [2, 4]


def test_a_slow_and_steady_channel_does_not_grow_without_end() -> None:
    """A version every eleven minutes for two years: each was live for long."""
    step = 660.0
    versions = [_version(n, n * step, lived=step) for n in range(int(730 * DAY / step))]

    assert len(versions) - len(doomed(versions, NOW, RULE)) == int(90 * DAY / step) + 1


def test_at_most_so_many_of_a_day() -> None:
    """The oldest beyond the number go, but for the last of each hour."""
    versions = [_version(n, 1_000.0 - n) for n in range(20)]
    assert doomed(versions, NOW, Retention(most=5)) == list(range(15))


def test_an_observed_channel_keeps_ten() -> None:
    """However long they were live."""
    versions = [_version(n, 50 * HOUR - n * HOUR, lived=HOUR) for n in range(50)]
    assert doomed(versions, NOW, OBSERVED) == list(range(40))
