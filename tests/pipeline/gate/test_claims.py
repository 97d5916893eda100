"""Several places claim one key: rank, ownership, and no falling through."""

from typing import Any

from pipeline.engine.inputs import UnitOf


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


def test_what_is_outranked_is_not_blamed_for_what_outranks_it(bench: Any, say: Any) -> None:
    """A repository is not held back by somebody's bad override of one of its resources."""
    bench.source("repo", unit=UnitOf.REVISION)
    bench.source("high", rank=10)
    bench.say(say.read("h", say.resource("x", bad="1"), source="high"), source="high")
    low = [say.resource("x", v="low"), say.resource("y", v="low")]
    bench.say(say.read("a", *low, source="repo"), source="repo")

    candidate = bench.publish()

    assert [str(refusal.unit) for refusal in candidate.refused] == ["high:h"]
    assert bench.live() == {"x": {"v": "low"}, "y": {"v": "low"}}


def test_a_second_place_of_a_source_is_refused_also_where_another_outranks_it(
    bench: Any, say: Any
) -> None:
    bench.source("high", rank=10)
    bench.say(say.read("h", say.resource("x", v="high"), source="high"), source="high")
    bench.say(say.read("a", say.resource("x", v="1")))
    bench.publish()
    bench.say(say.read("b", say.resource("x", v="2")))

    candidate = bench.publish()

    assert [str(refusal.unit) for refusal in candidate.refused] == ["files:b"]
