"""What is said of a resource before it is there is what the gate says once it is."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine.alone import Alone
from pipeline.engine.foresight import Foreseen, foresee
from pipeline.model import Key, Level, Located, Origin, Removed, Resource
from tests.pipeline.gate.conftest import Bench, finish, read

GATEWAY, ROUTE = "networking.istio.io/Gateway", "networking.istio.io/VirtualService"
NAMES = ("a", "b", "c")


def gateway(name: str, *, bad: bool = False) -> Resource:
    key = Key(GATEWAY, "default", name)
    spec = {"servers": [{"hosts": ["*"]}]}
    return Resource.build(key, "networking.istio.io/v1", body={"spec": spec, "bad": bad})


def route(name: str, *gateways: str, n: int = 0) -> Resource:
    body = {"spec": {"hosts": ["x"], "gateways": list(gateways)}, "n": n}
    return Resource.build(Key(ROUTE, "default", name), "networking.istio.io/v1", body=body)


def destination(*subsets: str) -> Resource:
    spec = {"host": "x.example.com", "subsets": [{"name": each} for each in subsets]}
    key = Key("networking.istio.io/DestinationRule", "default", "d")
    return Resource.build(key, "networking.istio.io/v1", body={"spec": spec})


def to_subset(name: str, subset: str) -> Resource:
    there = {"destination": {"host": "x.example.com", "subset": subset}}
    body: dict[str, Any] = {"spec": {"hosts": ["x"], "http": [{"route": [there]}]}}
    return Resource.build(Key(ROUTE, "default", name), "networking.istio.io/v1", body=body)


def at(resource: Resource, source: str = "files") -> Located:
    return Located(resource, Origin(source, "", f"{resource.key}"))


def say(bench: Bench, *resources: Resource) -> None:
    bench.say(*(read(str(each.key), each) for each in resources))


def ask(bench: Bench, resource: Resource, source: str = "files") -> tuple[Foreseen, ...]:
    return finish(foresee(bench.gate, at(resource, source), frozenset()))


def codes(found: tuple[Foreseen, ...], *, new: bool = True) -> list[str]:
    return [each.diagnostic.code for each in found if each.new is new]


def test_what_leads_nowhere(bench: Bench) -> None:
    say(bench, gateway("there"))
    bench.publish()

    assert codes(ask(bench, route("a", "nowhere"))) == ["GAL0601"]
    assert codes(ask(bench, route("a", "there"))) == []


def test_what_something_else_becomes_already(new_bench: Any) -> None:
    """A transform that looks at each resource alone makes two of them one all the same."""
    move = {"type": "namespace", "map": {"staging": "default"}}
    bench = new_bench(transforms=(move,))
    say(bench, gateway("a"))
    bench.publish()
    there = gateway("a")
    staged = Resource.build(
        there.key._replace(namespace="staging"), there.api_version, body={"spec": {}}
    )

    assert codes(ask(bench, staged)) == ["GAL1003"]


def test_what_is_pending_counts_unless_it_is_refused(bench: Bench) -> None:
    say(bench, gateway("there"))
    unit = next(iter(bench.ledger.units()))

    assert codes(ask(bench, route("a", "there"))) == []
    found = finish(foresee(bench.gate, at(route("a", "there")), {unit}))
    assert codes(found) == ["GAL0601"]


def test_what_was_so_before_is_not_new(bench: Bench) -> None:
    say(bench, gateway("there"), route("a", "there"))
    bench.publish()
    bench.say(Removed(str(gateway("there").key)))

    found = ask(bench, route("a", "there", n=1))

    assert codes(found) == []
    assert codes(found, new=False) == ["GAL0601"]


def test_what_it_breaks_elsewhere(bench: Bench) -> None:
    """A subset that others go to is taken away."""
    rule = destination("one", "two")
    say(bench, rule, to_subset("a", "two"))
    bench.publish()

    (found,) = ask(bench, destination("one"))

    assert found.new
    assert found.diagnostic.key == Key(ROUTE, "default", "a")


def test_a_key_that_another_source_supplies(bench: Bench) -> None:
    bench.source("cluster")
    bench.source("low", rank=-1)
    say(bench, gateway("g"))
    bench.publish()

    assert codes(ask(bench, gateway("g", bad=True), "cluster")) == ["GAL0701"]
    assert codes(ask(bench, gateway("g", bad=True), "low")) == []


resources = st.one_of(
    st.builds(gateway, st.sampled_from(NAMES)),
    st.builds(
        lambda name, gateways, n: route(name, *gateways, n=n),
        st.sampled_from(NAMES),
        st.lists(st.sampled_from(NAMES), max_size=2),
        st.integers(0, 2),
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(resources, max_size=6), resources)
def test_it_is_refused_later_if_and_only_if_it_is_said_now(
    accepted: list[Resource], mine: Resource
) -> None:
    """By itself or beside the others; and asking changes nothing."""
    bench = Bench()
    say(bench, *{each.key: each for each in accepted}.values())
    bench.publish()
    for unit in list(bench.ledger.units()):  # what was refused is not in question
        bench.say(Removed(unit.locator))
    bench.publish()
    before = bench.live()
    old = bench.ledger.accepted(mine.key)

    found = ask(bench, mine)
    alone = Alone(bench.gate.trial.engine.environment).judge(at(mine), old)
    said = [each.diagnostic for each in found if each.new] + list(alone.refusals)

    assert bench.live() == before
    assert not bench.gate.trial.applied
    say(bench, mine)
    refused = bench.publish().refused
    assert bool(refused) is any(each.level is Level.ERROR for each in said)
