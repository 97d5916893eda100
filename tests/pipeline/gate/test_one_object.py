"""What is equal is one object: a body is in memory once, however often it is read."""

import sys
from typing import Any

from pipeline.engine.claims import Claims
from pipeline.engine.live import Live
from pipeline.model import Located, Origin, Read, Resource


def objects(bench: Any, key: Any) -> set[int]:
    """Every object that is held as the resource under a key."""
    held = (
        bench.ledger.accepted(key).resource,
        bench.ledger.sources["files"].accepted["a"][-1].resource,
        bench.ledger.live[key],
        bench.gate.trial.engine.inputs[key],
        bench.gate.trial.engine.outputs[key],
    )
    return {id(each) for each in held}


def test_input_and_output_are_one_object(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("x", v="1")))
    bench.publish()

    assert len(objects(bench, say.key("x"))) == 1


def test_what_is_read_again_stays_the_object_that_it_was(bench: Any, say: Any) -> None:
    bench.say(say.read("a", say.resource("x", v="1")))
    bench.publish()
    moved = Located(say.resource("x", v="1"), Origin("files", "", "a", 7))

    bench.say(Read("a", (moved,)), complete=True)

    assert len(objects(bench, say.key("x"))) == 1
    assert bench.ledger.accepted(say.key("x")).origin.line == 7


def test_an_equal_object_with_another_uid_is_where_it_comes_from_and_changes_nothing(
    bench: Any, say: Any
) -> None:
    bench.say(say.read("a", say.resource("x", v="1")))
    bench.publish()
    again = Located(say.resource("x", v="1"), Origin("files", "9", "a", uid="u2", generation=3))

    bench.say(Read("a", (again,)))

    assert not list(bench.ledger.units())
    assert bench.ledger.accepted(say.key("x")).origin == again.origin
    assert len(objects(bench, say.key("x"))) == 1


def test_what_stands_unchanged_beside_a_change_stays_the_object_that_it_was(
    bench: Any, say: Any
) -> None:
    bench.say(say.read("a", say.resource("w", v="1"), say.resource("x", v="1")))
    bench.publish()
    bench.say(say.read("a", say.resource("w", v="2"), say.resource("x", v="1")))

    bench.publish()

    assert bench.live()["w"] == {"v": "2"}
    assert len(objects(bench, say.key("x"))) == 1


def test_what_is_live_adopts_equal_outputs_and_no_others(say: Any) -> None:
    live = Live([say.resource("a", v="1"), say.resource("b", v="1"), say.resource("c", v="1")])
    outputs: dict[Any, Resource] = {
        say.key("a"): say.resource("a", v="1"),
        say.key("b"): say.resource("b", v="2"),
    }

    live.adopt(outputs)

    assert live[say.key("a")] is outputs[say.key("a")]
    assert live == {say.key(name): say.resource(name, v="1") for name in "abc"}


def test_claims_that_are_made_again_take_no_more_room(say: Any) -> None:
    """A dictionary that keys leave and enter grows to several times the size."""
    items = say.read("a", *(say.resource(f"r{n}") for n in range(1000))).resources
    claims = Claims()
    for item in items:
        claims.put(item)
    size = sys.getsizeof(claims._claims)

    for item in items * 3:
        claims.put(item)

    assert sys.getsizeof(claims._claims) == size
    assert claims.of(items[0].resource.key) == (items[0],)
