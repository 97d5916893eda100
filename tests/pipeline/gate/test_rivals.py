"""Two inputs that cannot both be there: whoever was there before goes on changing."""

from typing import Any

from pipeline.engine.inputs import Unit
from pipeline.model import Key, Resource

NAMESPACES = {"name": "one", "type": "namespace", "map": {"staging": "app"}}


def moved(namespace: str, value: str) -> Resource:
    """A ConfigMap that is `app/x` after the transform."""
    return Resource.build(Key("core/ConfigMap", namespace, "x"), "v1", body={"data": {"v": value}})


def test_a_newcomer_that_derives_what_another_one_does_is_refused(new_bench: Any, say: Any) -> None:
    """It is so although the one that was there changes meanwhile."""
    bench = new_bench(transforms=(NAMESPACES,))
    bench.say(say.read("old", moved("staging", "1")))
    bench.publish()
    bench.say(say.read("new", moved("app", "2")), say.read("old", moved("staging", "3")))

    candidate = bench.publish()

    assert [refusal.unit for refusal in candidate.refused] == [Unit("files", "new")]
    assert bench.live() == {"x": {"v": "3"}}


def test_two_newcomers_are_both_refused(new_bench: Any, say: Any) -> None:
    bench = new_bench(transforms=(NAMESPACES,))
    bench.say(say.read("a", moved("staging", "1")), say.read("b", moved("app", "2")))

    candidate = bench.publish()

    assert len(candidate.refused) == 2
    assert bench.live() == {}
