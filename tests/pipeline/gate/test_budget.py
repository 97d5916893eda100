"""The deletion budget: too much at once is parked, by hand it goes through."""

from typing import Any

import pytest

from pipeline.engine.candidate import InputDelta
from pipeline.engine.gate import Wishes
from pipeline.engine.quarantine import Quarantined


def fill(bench: Any, say: Any, count: int) -> None:
    bench.say(*(say.read(f"f{n}", say.resource(f"r{n}", x="1")) for n in range(count)))
    bench.publish()


def delete(bench: Any, say: Any, *numbers: int) -> Any:
    bench.say(*(say.removed(f"f{n}") for n in numbers))
    return bench.publish()


@pytest.mark.parametrize(
    ("total", "gone", "parked"),
    [(100, 10, False), (100, 20, False), (100, 21, True), (30, 10, False), (30, 11, True)],
)
def test_it_trips_above_both_limits(
    bench: Any, say: Any, total: int, gone: int, parked: bool
) -> None:
    fill(bench, say, total)

    candidate = delete(bench, say, *range(gone))

    assert bool(candidate.parked) is parked
    assert len(bench.live()) == (total if parked else total - gone)


def test_deletions_add_up_over_the_window(bench: Any, say: Any) -> None:
    fill(bench, say, 100)
    delete(bench, say, *range(15))
    bench.now += 300

    candidate = delete(bench, say, *range(15, 30))

    assert candidate.parked
    assert len(bench.live()) == 85


def test_old_deletions_are_forgotten(bench: Any, say: Any) -> None:
    fill(bench, say, 100)
    delete(bench, say, *range(15))
    bench.now += 601

    candidate = delete(bench, say, *range(15, 30))

    assert not candidate.parked


def test_a_collection_is_not_emptied_unasked(bench: Any, say: Any) -> None:
    fill(bench, say, 2)

    candidate = delete(bench, say, 0, 1)

    assert candidate.parked[0].diagnostics[0].code == "GAL0703"
    assert len(bench.live()) == 2


def test_the_last_single_resource_may_go(bench: Any, say: Any) -> None:
    fill(bench, say, 1)

    delete(bench, say, 0)

    assert bench.live() == {}


def test_everything_else_flows_while_a_candidate_is_parked(bench: Any, say: Any) -> None:
    fill(bench, say, 30)
    delete(bench, say, *range(15))
    bench.say(say.read("f20", say.resource("r20", x="2")))

    bench.publish()

    assert bench.live()["r20"] == {"x": "2"}
    assert len(bench.live()) == 30


def test_confirming_publishes_exactly_the_parked_candidate(bench: Any, say: Any) -> None:
    fill(bench, say, 30)
    parked = delete(bench, say, *range(15)).parked_id

    bench.publish(Wishes(confirm=parked))

    assert len(bench.live()) == 15


def test_an_id_does_not_confirm_what_has_grown_since(bench: Any, say: Any) -> None:
    fill(bench, say, 30)
    parked = delete(bench, say, *range(15)).parked_id
    delete(bench, say, 20)

    bench.publish(Wishes(confirm=parked))

    assert len(bench.live()) == 30


def test_what_comes_back_does_not_count(bench: Any, say: Any) -> None:
    fill(bench, say, 100)
    delete(bench, say, *range(15))
    bench.say(*(say.read(f"f{n}", say.resource(f"r{n}", x="1")) for n in range(15)))
    bench.publish()

    candidate = delete(bench, say, *range(15))

    assert not candidate.parked


def test_emptying_is_noticed_after_a_key_has_moved_to_another_source(bench: Any, say: Any) -> None:
    bench.say(*(say.read(f"f{n}", say.resource(f"r{n}", x="1")) for n in range(3)))
    bench.publish()
    bench.say(say.removed("f0"))
    bench.say(say.read("o", say.resource("r0", x="1"), source="other"), source="other")
    bench.publish()

    candidate = delete(bench, say, 1, 2)

    assert candidate.parked[0].diagnostics[0].code == "GAL0703"


def test_what_a_rollback_brings_back_does_not_count(bench: Any, say: Any) -> None:
    fill(bench, say, 100)
    held = {n: say.read(f"f{n}", say.resource(f"r{n}", x="1")).resources[0] for n in range(15)}
    delete(bench, say, *held)
    deltas = [InputDelta("files", f"f{n}", say.key(f"r{n}"), None, held[n]) for n in held]
    bench.ledger.quarantine.add(
        Quarantined("files", say.key(f"r{n}"), None, 3, 1, 0.0, "an accident", 2) for n in held
    )
    bench.move({say.key(f"r{n}"): held[n] for n in held})
    bench.gate.restore(deltas, {say.key(f"r{n}"): held[n].resource for n in held}, {}, bench.now)

    candidate = delete(bench, say, *range(20, 35))

    assert not candidate.parked
