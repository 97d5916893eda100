"""Policies that look at more than the resource: its Namespace, parameters, other resources."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.engine import Engine
from pipeline.model import Key, Resource

EngineOf = Callable[..., Engine]
Make = Callable[..., Resource]
Said = Callable[[Engine], list[str]]

ROUTE, GATEWAY = "networking.istio.io/VirtualService", "networking.istio.io/Gateway"
NAMESPACE, CONFIG, POD = "core/Namespace", "core/ConfigMap", "core/Pod"
LIMIT = {"match": {"kinds": [ROUTE]}, "rule": "object.spec.n <= params.max"}
ROUTES = {"kinds": [ROUTE]}


def rule(text: str, **settings: Any) -> dict[str, Any]:
    return {"name": "p", "match": ROUTES, "rule": text, "message": "No.", **settings}


def put(engine: Engine, *resources: Resource) -> dict[str, int]:
    """Apply them; how often each stage has run on something."""
    return dict(engine.apply({each.key: each for each in resources}).ran)


def test_a_rule_sees_the_namespace_and_follows_it(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    text = "namespaceObject != null && namespaceObject.metadata.?labels.team.orValue('') != ''"
    engine = engine_of(rule(text))
    put(engine, make(ROUTE, "a"), make(ROUTE, "b", "other"))
    assert said(engine) == ["error a: Policy p: No.", "error b: Policy p: No."]
    put(engine, make(NAMESPACE, "shop", "", labels={"team": "web"}))
    assert said(engine) == ["error b: Policy p: No."]
    put(engine, make(NAMESPACE, "shop", ""))
    assert len(said(engine)) == 2


def test_what_is_in_no_namespace_has_none(engine_of: EngineOf, make: Make, said: Said) -> None:
    engine = engine_of(rule("namespaceObject == null", match={"kinds": [NAMESPACE]}))
    put(engine, make(NAMESPACE, "shop", ""))
    assert said(engine) == []


@pytest.mark.parametrize(
    ("selector", "asked"),
    [
        ("env=prod", ["a"]),
        ("env!=prod", ["b", "c"]),
        ("kubernetes.io/metadata.name in (test, gone)", ["b", "c"]),
    ],
)
def test_a_policy_is_about_namespaces_by_their_labels(
    engine_of: EngineOf, make: Make, said: Said, selector: str, asked: list[str]
) -> None:
    engine = engine_of(rule("false", match={**ROUTES, "namespace_labels": selector}))
    put(engine, make(NAMESPACE, "prod", "", labels={"env": "prod"}), make(NAMESPACE, "test", ""))
    put(engine, make(ROUTE, "a", "prod"), make(ROUTE, "b", "test"), make(ROUTE, "c", "gone"))
    assert [each.split()[1].rstrip(":") for each in said(engine)] == asked


def test_a_namespace_is_selected_by_its_own_labels(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    match = {"kinds": [NAMESPACE], "namespace_labels": "env=prod"}
    engine = engine_of(rule("false", match=match))
    put(engine, make(NAMESPACE, "prod", "", labels={"env": "prod"}), make(NAMESPACE, "test", ""))
    assert said(engine) == ["error prod: Policy p: No."]


def test_parameters_stand_in_the_settings(engine_of: EngineOf, make: Make, said: Said) -> None:
    engine = engine_of(rule("object.spec.n <= params.max", params={"max": 3}))
    put(engine, make(ROUTE, "a", spec={"n": 3}), make(ROUTE, "b", spec={"n": 4}))
    assert said(engine) == ["error b: Policy p: No."]
    assert not any(each.startswith("policy/") for each in engine.apply({}).ran)


def test_parameters_of_a_resource_win_and_have_the_type_of_their_default(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    given = {"params": {"max": 3, "spare": ["x"]}, "paramsFrom": {"namespace": "m", "name": "l"}}
    engine = engine_of(rule("object.spec.n <= params.max || 'a' in params.spare", **given))
    put(engine, make(ROUTE, "a", spec={"n": 4}))
    assert len(said(engine)) == 1
    put(engine, make(CONFIG, "l", "m", data={"max": "5"}))
    assert said(engine) == []
    put(engine, make(CONFIG, "l", "m", data={"spare": '["a", "b"]'}))
    assert said(engine) == []
    put(engine, make(CONFIG, "l", "m", data={"max": "many"}))
    (found,) = said(engine)
    assert "parameter max in ConfigMap m/l is 'many', and a whole number is needed" in found


def test_every_namespace_can_have_its_own_parameters(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    given = {"paramsFrom": {"name": "limits", "kind": "example.com/Limit", "field": "spec.routes"}}
    engine = engine_of(rule("object.spec.n <= params.max", **given))
    put(engine, make("example.com/Limit", "limits", spec={"routes": {"max": 1}}))
    put(engine, make(ROUTE, "a", spec={"n": 2}), make(ROUTE, "b", "other", spec={"n": 2}))
    mine, other = said(engine)
    assert mine == "error a: Policy p: No."
    assert other.endswith("there is no parameter max; Limit other/limits has to hold it.")


def test_parameters_of_a_cluster_scoped_resource_are_those_of_all(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    given = {"paramsFrom": {"name": "all", "kind": "Namespace", "field": "metadata.labels"}}
    engine = engine_of(rule("params.open == 'yes'", **given))
    put(engine, make(ROUTE, "a"))
    assert said(engine)[0].endswith("there is no parameter open; Namespace all has to hold it.")
    put(engine, make(NAMESPACE, "all", "", labels={"open": "yes"}))
    assert said(engine) == []


def test_has_tells_whether_a_parameter_is_there(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    engine = engine_of(rule("has(params.max)", paramsFrom={"name": "limits"}))
    put(engine, make(ROUTE, "a"))
    assert said(engine) == ["error a: Policy p: No."]
    put(engine, make(CONFIG, "limits", data={"max": "1"}))
    assert said(engine) == []


GATEWAYS = {"name": "gateways", "kind": GATEWAY, "value": "object.spec.gateways"}


def test_a_look_up_by_name_knows_namespaces(engine_of: EngineOf, make: Make, said: Said) -> None:
    text = "lookups.gateways.map(g, g.metadata.namespace + '/' + g.metadata.name)"
    engine = engine_of(
        rule("false", lookups=[GATEWAYS], messageExpression=f"string({text}.join(' '))")
    )
    put(engine, make(GATEWAY, "g"), make(GATEWAY, "g", "infra"), make(GATEWAY, "h", "other"))
    put(engine, make(ROUTE, "a", spec={"gateways": ["mesh", "infra/g", "g", "h", "infra/g"]}))
    assert said(engine) == ["error a: Policy p: infra/g shop/g"]
    put(engine, make(ROUTE, "a", spec={"gateways": "other/h"}))
    assert said(engine) == ["error a: Policy p: other/h"]
    put(engine, make(ROUTE, "a", spec={"gateways": None}))
    assert said(engine) == ["error a: Policy p: "]


def test_a_look_up_of_a_cluster_scoped_kind_asks_for_no_namespace(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    look = {"name": "home", "kind": "Namespace", "value": "object.metadata.namespace"}
    engine = engine_of(rule("size(lookups.home) == 1", lookups=[look]))
    put(engine, make(ROUTE, "a"), make(NAMESPACE, "shop", ""))
    assert said(engine) == []


def test_a_look_up_by_an_expression_finds_by_any_of_its_values(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    look = {"name": "same", "kind": ROUTE, "by": "object.spec.ports", "value": "object.spec.ports"}
    engine = engine_of(rule("size(lookups.same) == 1", lookups=[look]))
    put(engine, make(ROUTE, "a", spec={"ports": [80, 443]}), make(ROUTE, "b", spec={"ports": 81}))
    put(engine, make(ROUTE, "c", spec={}))  # found by nothing; looks for what is not there
    (found,) = said(engine)
    assert found.startswith("error c: Policy p cannot be evaluated on this resource: lookups.same")
    assert "fails: there is no field ports; ask has(...ports) first" in found
    put(engine, make(ROUTE, "b", spec={"ports": ["443"]}))
    assert said(engine)[:2] == ["error a: Policy p: No.", "error b: Policy p: No."]


def test_a_resource_that_cannot_be_found_by_anything_is_told(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    look = {"name": "same", "kind": GATEWAY, "by": "object.spec", "value": "'x'"}
    engine = engine_of(rule("true || size(lookups.same) == 0", lookups=[look]))
    put(engine, make(ROUTE, "a"), make(GATEWAY, "odd", spec={"a": 1}))
    assert said(engine) == []
    engine = engine_of(rule("size(lookups.same) == 0", lookups=[look]))
    put(engine, make(ROUTE, "a"), make(GATEWAY, "odd", spec={"a": 1}))
    (found,) = said(engine)
    assert f"by cannot be evaluated on {GATEWAY}/shop/odd: it is neither text nor" in found
    put(engine, make(GATEWAY, "odd", spec="x"), make(GATEWAY, "even", spec=None))
    assert said(engine) == ["error a: Policy p: No."]


def test_look_ups_and_variables_use_one_another_in_any_order(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    secrets = {"name": "secrets", "kind": "core/Secret", "value": "variables.names"}
    names = {"name": "names", "expression": "lookups.gateways.map(g, g.spec.secret)"}
    text = "size(lookups.secrets) == size(variables.names)"
    engine = engine_of(rule(text, lookups=[secrets, GATEWAYS], variables=[names]))
    put(
        engine, make(ROUTE, "a", spec={"gateways": ["g"]}), make(GATEWAY, "g", spec={"secret": "s"})
    )
    assert said(engine) == ["error a: Policy p: No."]
    put(engine, make("core/Secret", "s"))
    assert said(engine) == []


def test_a_change_runs_again_what_has_looked_at_it_and_nothing_else(
    engine_of: EngineOf, make: Make
) -> None:
    other = {"name": "configs", "kind": CONFIG, "value": "object.metadata.name"}
    engine = engine_of(
        rule("size(lookups.gateways) == 1", lookups=[GATEWAYS]),
        rule("size(lookups.configs) == 0", lookups=[other], name="q"),
        rule("true", name="r"),
    )
    routes = (make(ROUTE, f"r{n}", spec={"gateways": [f"g{n}"]}) for n in range(20))
    put(engine, *routes)
    ran = put(engine, make(GATEWAY, "g7"))
    assert ran["policy/p"] == 1
    assert "policy/q" not in ran
    assert ran["policy"] == 1  # on the Gateway itself
    assert "policy/p" not in put(engine, make(GATEWAY, "nobody"))


def test_a_finding_that_rests_on_facts_about_the_world_is_a_warning(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    by = {"by": "object.metadata.labels.app", "value": "object.metadata.name"}
    pods = {"name": "pods", "kind": POD, **by}
    engine = engine_of(rule("size(lookups.pods) > 0", lookups=[pods]), rule("false", name="q"))
    put(engine, make(ROUTE, "a"))
    assert said(engine) == ["error a: Policy q: No.", "warning a: Policy p: No."]


def test_what_may_be_elsewhere_is_not_held_against_a_resource(
    engine_of: EngineOf, make: Make, said: Said
) -> None:
    engine = engine_of(
        rule("lookups.gateways.exists(g, g.spec.tls)", lookups=[GATEWAYS]), complete=False
    )
    put(engine, make(ROUTE, "a", spec={"gateways": ["g"]}))
    assert said(engine) == ["info a: Policy p may be violated; what it looks up is not loaded: No."]
    put(engine, make(GATEWAY, "g", spec={"tls": False}))
    assert said(engine) == ["error a: Policy p: No."]


def test_a_finding_blames_what_was_looked_up_too(engine_of: EngineOf, make: Make) -> None:
    """So that a Gateway that breaks the routes of others is kept back itself."""
    engine = engine_of(rule("lookups.gateways.all(g, g.spec.tls)", lookups=[GATEWAYS]))
    put(engine, make(ROUTE, "a", spec={"gateways": ["g"]}), make(GATEWAY, "g", spec={"tls": False}))
    (finding,) = (each for each in engine.findings() if each.diagnostic.code == "GAL0501")
    assert finding.blames == {Key(ROUTE, "shop", "a"), Key(GATEWAY, "shop", "g")}


@pytest.mark.parametrize(
    "hidden",
    [
        "{'x': dyn(object.?spec)}",
        "[dyn(object.?spec)]",
        "[object.?spec, 1]",
        "[{'x': [dyn(optional.none())]}]",
        "dyn(object.?spec)",
        "[1].map(each, dyn(object.?nothing))",
    ],
)
def test_an_optional_that_is_hidden_is_told(
    engine_of: EngineOf, make: Make, said: Said, hidden: str
) -> None:
    """Where types cannot tell it before; the runtime itself would end the process."""
    variables = [{"name": "v", "expression": hidden}]
    engine = engine_of(rule("dyn(variables.v) != 'a'", variables=variables))

    put(engine, make(ROUTE, "a", n=1))

    (told,) = said(engine)
    assert "it makes an optional, and a plain value is needed" in told


def test_a_type_within_a_variable_does_no_harm(engine_of: EngineOf, make: Make, said: Said) -> None:
    variables = [{"name": "v", "expression": "{'a': dyn(type(1))}"}]
    engine = engine_of(rule("variables.v.a == int", variables=variables))

    put(engine, make(ROUTE, "a"))

    assert len(said(engine)) <= 1
