"""The rule of retention, over made-up histories."""

import pytest

from galley.store.retention import DAY, HOUR, OBSERVED, Kept, Retention, doomed

NOW = 1_000 * DAY + HOUR / 2
RULE = Retention()


def _version(number: int, age: float, *, lived: float = 1.0, protected: bool = False) -> Kept:
    time = NOW - age
    return Kept(number, time, time + lived if lived else 0.0, protected)


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
        _version(1, 500 * DAY, lived=601.0),
    ],
    ids=["protected", "live", "live for long"],
)
def test_some_are_kept_for_good(kept: Kept) -> None:
    assert doomed([kept], NOW, RULE) == []


def test_at_most_so_many_of_a_day() -> None:
    """The oldest beyond the number go, but for the last of each hour."""
    versions = [_version(n, 1_000.0 - n) for n in range(20)]
    assert doomed(versions, NOW, Retention(most=5)) == list(range(15))


def test_an_observed_channel_keeps_ten() -> None:
    """However long they were live."""
    versions = [_version(n, 50 * HOUR - n * HOUR, lived=HOUR) for n in range(50)]
    assert doomed(versions, NOW, OBSERVED) == list(range(40))
