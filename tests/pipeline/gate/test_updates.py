"""A change is judged as a change: against what was accepted before, as an API server would."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.engine.engine import Engine
from pipeline.engine.trial import Trial
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Resource
from pipeline.schema import SchemaText

FIXED = {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf"}]}
GROWS = {
    "type": "integer",
    "x-kubernetes-validations": [
        {"rule": "oldSelf.optMap(o, o <= self).orValue(self < 10)", "optionalOldSelf": True}
    ],
}
LIMITED = {"type": "string", "maxLength": 3}
MODE = {"type": "string", "default": "plain"}


def crd(**fields: Any) -> SchemaText:
    spec = {"type": "object", "properties": {"mode": MODE, **fields}}
    versions = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
    }
    return SchemaText(
        "crd.json",
        json.dumps(
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "spec": {
                    "group": "test",
                    "scope": "Namespaced",
                    "names": {"kind": "App", "plural": "apps"},
                    "versions": [versions],
                },
            }
        ),
    )


def app(name: str = "a", **spec: Any) -> Resource:
    return Resource.build(Key("test/App", "default", name), "test/v1", body={"spec": spec})


@pytest.fixture
def bench(new_bench: Callable[..., Any]) -> Any:
    return new_bench(schemas=(crd(fixed=FIXED, grows=GROWS, limited=LIMITED),))


def spec_of(bench: Any, name: str = "a") -> Any:
    return bench.ledger.live[Key("test/App", "default", name)].document().body["spec"]


def codes(candidate: Any) -> list[str]:
    return [found.code for refusal in candidate.refused for found in refusal.diagnostics]


def test_what_is_published_has_its_defaults(bench: Any, say: Any) -> None:
    bench.say(say.read("a", app(fixed="x")))
    bench.publish()
    assert spec_of(bench) == {"fixed": "x", "mode": "plain"}


def test_what_may_not_change_is_refused_and_everything_else_flows(bench: Any, say: Any) -> None:
    bench.say(say.read("a", app(fixed="x")), say.read("b", app("b", fixed="x")))
    bench.publish()
    bench.say(say.read("a", app(fixed="y")), say.read("b", app("b", fixed="x", limited="b")))
    candidate = bench.publish()
    assert codes(candidate) == ["GAL0308"]
    assert "spec.fixed" in candidate.refused[0].diagnostics[0].message
    assert spec_of(bench)["fixed"] == "x"
    assert spec_of(bench, "b")["limited"] == "b"

    bench.say(say.read("a", app(fixed="x", limited="a")))
    assert not bench.publish().refused


def test_a_refused_change_stays_refused_whatever_else_comes(bench: Any, say: Any) -> None:
    bench.say(say.read("a", app(fixed="x")))
    bench.publish()
    bench.say(say.read("a", app(fixed="y")))
    bench.publish()
    bench.say(say.read("b", app("b", fixed="b")))
    assert codes(bench.publish()) == ["GAL0308"]


def test_a_rule_on_changes_may_judge_what_is_new(bench: Any, say: Any) -> None:
    bench.say(say.read("a", app(grows=10)), say.read("b", app("b", grows=9)))
    assert codes(bench.publish()) == ["GAL0308"]
    bench.say(say.read("b", app("b", grows=30)))
    bench.publish()
    assert spec_of(bench, "b")["grows"] == 30


def test_what_was_wrong_before_a_schema_came_refuses_no_other_change(
    new_bench: Callable[..., Any], say: Any
) -> None:
    bench = new_bench(schemas=(crd(limited={"type": "string"}, other={"type": "string"}),))
    bench.say(say.read("a", app(limited="too long")), say.read("b", app("b", limited="b")))
    bench.publish()
    stricter = EnvironmentSpec(schemas=(crd(limited=LIMITED, other=LIMITED),))
    engine = Engine(Environment.build(stricter))
    engine.apply(dict(bench.gate.trial.engine.inputs))
    bench.gate.install(Trial(engine, bench.ledger.accepted))

    bench.say(say.read("a", app(limited="too long", other="a")))
    assert not bench.publish().refused
    bench.say(say.read("a", app(limited="too long", other="too long")))
    (refusal,) = bench.publish().refused
    assert [found.field() for found in refusal.diagnostics] == ["spec.other"]
    bench.say(say.read("a", app(limited="another", other="a")))
    assert [found.field() for found in bench.publish().refused[0].diagnostics] == ["spec.limited"]
