"""Several places claim one key: rank, ownership, and no falling through."""

from typing import Any


def test_a_newcomer_of_equal_rank_is_refused_and_both_places_are_named(
    bench: Any, say: Any
) -> None:
    bench.say(say.read("a", say.resource("x", v="1")))
    bench.publish()
    bench.say(say.read("b", say.resource("x", v="2")))

    candidate = bench.publish()

    assert bench.live() == {"x": {"v": "1"}}
    found = candidate.refused[0].diagnostics[0]
    assert (found.code, found.locator) == ("GAL0701", "b")
    assert "a:1" in found.message


def test_two_newcomers_are_both_refused(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("x", v="1")), say.read("b", say.resource("x", v="2")))

    candidate = bench.publish()

    assert bench.live() == {}
    assert len(candidate.refused) == 2


def test_the_newcomer_takes_over_when_the_owner_lets_go(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("x", v="1")))
    bench.publish()
    bench.say(say.read("b", say.resource("x", v="2")))
    bench.publish()
    bench.say(say.removed("a"))

    bench.publish()

    assert bench.live() == {"x": {"v": "2"}}


def test_the_highest_rank_supplies_a_key(bench: Any, say: Any) -> None:
    bench.source("high", rank=10)
    bench.say(say.read("a", say.resource("x", v="low")))
    bench.say(say.read("h", say.resource("x", v="high"), source="high"), source="high")

    bench.publish()

    assert bench.live() == {"x": {"v": "high"}}


def test_a_lower_rank_steps_in_only_when_the_higher_lets_go(bench: Any, say: Any) -> None:
    bench.source("high", rank=10)
    bench.say(say.read("a", say.resource("x", v="low")))
    bench.say(say.read("h", say.resource("x", v="high"), source="high"), source="high")
    bench.publish()
    bench.say(say.broken("h"), source="high")
    bench.publish()
    assert bench.live() == {"x": {"v": "high"}}

    bench.say(say.removed("h"), source="high")
    bench.publish()

    assert bench.live() == {"x": {"v": "low"}}
