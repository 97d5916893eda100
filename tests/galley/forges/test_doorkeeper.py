"""Whatever comes, the cost is bounded, and the last push is looked at."""

from hypothesis import given
from hypothesis import strategies as st

from galley.forges.doorkeeper import BURST, EVERY, PER_SECOND, REMEMBERED, Doorkeeper

TIMES = st.lists(st.floats(0, 5), max_size=200)


@given(TIMES)
def test_no_more_is_let_in_than_the_rate(pauses: list[float]) -> None:
    now, admitted, door = 0.0, 0, Doorkeeper(0.0)
    for pause in pauses:
        now += pause
        admitted += door.wait(now) == 0
    assert admitted <= BURST + now * PER_SECOND


@given(TIMES)
def test_after_the_time_that_is_told_one_is_let_in(pauses: list[float]) -> None:
    now, door = 0.0, Doorkeeper(0.0)
    for pause in pauses:
        now += pause
        if wait := door.wait(now):
            now += wait + 1e-6
            assert door.wait(now) == 0


@given(TIMES)
def test_looks_keep_their_distance_and_none_is_lost(pauses: list[float]) -> None:
    now, door, looks = 100.0, Doorkeeper(100.0), [0.0]
    for pause in pauses:
        now += pause
        if (seconds := door.look_in(now)) is not None:
            assert now + seconds - looks[-1] >= EVERY - 1e-6
            looks.append(now + seconds)
        assert now <= looks[-1] + 1e-6
        assert looks[-1] <= now + EVERY


def test_memory_of_requests_is_bounded() -> None:
    door = Doorkeeper(0.0)
    identities = [number.to_bytes(4) for number in range(REMEMBERED + 1)]

    assert all(map(door.is_new, identities))
    assert not any(map(door.is_new, identities[1:]))
    assert door.is_new(identities[0])
