"""`isolate`: a broken change unit waits, everything else is published."""

from typing import Any

from pipeline.engine.inputs import Unit
from pipeline.model import Key, Resource


def test_good_units_are_published_and_a_refused_one_waits(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("a", x="1")), say.read("b", say.resource("b", bad="1")))

    candidate = bench.publish()

    assert bench.live() == {"a": {"x": "1"}}
    assert [refusal.unit for refusal in candidate.refused] == [Unit("files", "b")]
    assert "no-bad" in candidate.refused[0].diagnostics[0].message or (
        "bad is not allowed" in candidate.refused[0].diagnostics[0].message
    )


def test_a_unit_is_refused_as_a_whole(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("a", x="1"), say.resource("b", bad="1")))

    bench.publish()

    assert bench.live() == {}


def test_a_refused_change_leaves_the_accepted_content_live(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("a", x="1")))
    bench.publish()
    bench.say(say.read("a", say.resource("a", bad="1")))

    bench.publish()

    assert bench.live() == {"a": {"x": "1"}}


def test_a_mended_unit_goes_through(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("a", bad="1")))
    bench.publish()
    bench.say(say.read("a", say.resource("a", x="2")))

    candidate = bench.publish()

    assert bench.live() == {"a": {"x": "2"}}
    assert not candidate.refused


def test_a_broken_locator_keeps_what_it_held(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("a", x="1")), complete=True)
    bench.publish()
    bench.say(say.broken("a"), complete=True)

    candidate = bench.publish()

    assert bench.live() == {"a": {"x": "1"}}
    assert candidate.refused[0].diagnostics[0].code == "GAL0101"


def test_a_broken_folder_speaks_for_all_below_it(bench: Any, say: Any) -> None:
    bench.say(say.read("d/a", say.resource("a", x="1")), complete=True)
    bench.publish()
    bench.say(say.broken("d/"), complete=True)

    bench.publish()

    assert bench.live() == {"a": {"x": "1"}}


def test_a_resource_that_moves_into_a_broken_unit_is_not_lost(bench: Any, say: Any) -> None:
    """The file that gives it up waits for the one that takes it over."""
    bench.say(say.read("a", say.resource("a", x="1")), say.read("b", say.resource("b", x="1")))
    bench.publish()
    bench.say(
        say.removed("a"),
        say.read("b", say.resource("b", bad="1"), say.resource("a", x="1")),
    )

    candidate = bench.publish()

    assert bench.live() == {"a": {"x": "1"}, "b": {"x": "1"}}
    assert {str(refusal.unit) for refusal in candidate.refused} == {"files:a", "files:b"}


def test_a_resource_moves_between_good_units_without_a_version(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("a", x="1")))
    bench.publish()
    bench.say(say.removed("a"), say.read("b", say.resource("a", x="1")))

    candidate = bench.publish()

    assert not candidate.outputs
    assert not bench.ledger.sources["files"].pending


def test_all_or_nothing_holds_back_the_good_units_too(new_bench: Any, say: Any) -> None:
    bench = new_bench(isolate=False)
    bench.say(say.read("a", say.resource("a", x="1")), say.read("b", say.resource("b", bad="1")))

    candidate = bench.publish()

    assert bench.live() == {}
    assert {str(refusal.unit) for refusal in candidate.refused} == {"files:a", "files:b"}


def test_one_kind_in_two_versions_is_refused_without_a_schema(bench: Any, say: Any) -> None:
    def thing(name: str, version: str) -> Resource:
        return Resource.build(Key("example.com/Thing", "default", name), f"example.com/{version}")

    bench.say(say.read("a", thing("a", "v1")))
    bench.publish()
    bench.say(say.read("b", thing("b", "v2")))

    candidate = bench.publish()

    assert set(bench.live()) == {"a"}
    assert candidate.refused[0].diagnostics[0].code == "GAL0707"


def test_a_misspelt_kind_deletes_nothing(bench: Any, say: Any) -> None:
    """Also one that no schema knows: what was accepted tells."""

    bench.say(say.read("a", thing(kind="Widget")))
    bench.publish()
    bench.say(say.read("a", thing(kind="Wigdet")))

    candidate = bench.publish()

    assert [key.collection for key in bench.ledger.live] == ["example.com/Widget"]
    assert candidate.refused[0].diagnostics[0].code == "GAL0212"


def test_a_kind_may_change_to_quite_another(bench: Any, say: Any) -> None:
    bench.say(say.read("a", thing(kind="Widget")), say.read("b", say.resource("b", x="1")))
    bench.publish()
    bench.say(say.read("a", thing(kind="Gateway")))

    candidate = bench.publish()

    assert not candidate.refused


def test_what_is_outranked_has_no_say_in_which_version_a_kind_has(bench: Any, say: Any) -> None:
    outrank_the_version_of_a_kind(bench, say)
    bench.say(say.read("b", thing("b", version="v2")))

    assert not bench.publish().refused
    assert set(bench.live()) == {"a", "b"}


def test_when_ranks_change_the_new_winner_says_which_version_a_kind_has(
    bench: Any, say: Any
) -> None:
    outrank_the_version_of_a_kind(bench, say)
    bench.ledger.rerank({"files": 20})
    bench.say(say.read("b", thing("b", version="v1")))

    assert not bench.publish().refused


def outrank_the_version_of_a_kind(bench: Any, say: Any) -> None:
    """Publish a thing of version 1, and the same of version 2 from a source that ranks higher."""
    bench.source("high", rank=10)
    bench.say(say.read("a", thing("a", version="v1")))
    bench.say(say.read("a", thing("a", version="v2"), source="high"), source="high")
    bench.publish()


def thing(name: str = "a", kind: str = "Thing", version: str = "v1") -> Resource:
    return Resource.build(Key(f"example.com/{kind}", "default", name), f"example.com/{version}")
