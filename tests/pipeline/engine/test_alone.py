"""What is said of a resource by itself, in the place of what it was before."""

import json
from typing import Any

import pytest

from pipeline.engine.alone import Alone, stages_alone
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Located, Origin, Resource
from pipeline.schema.text import SchemaText


def rule(field: str, level: str = "error") -> dict[str, Any]:
    """A policy that calls itself after the one field that it refuses."""
    text, match = f"!has(object.data.{field})", {"kinds": ["ConfigMap"]}
    return {"name": field, "match": match, "rule": text, "message": "no", "level": level}


RULES = (rule("x"), rule("y"), rule("z", "warning"))


@pytest.fixture(scope="module")
def environment() -> Environment:
    return Environment.build(EnvironmentSpec(policies=RULES))


def config(**data: Any) -> Located:
    made = Resource.build(Key("core/ConfigMap", "default", "a"), "v1", body={"data": data})
    return Located(made, Origin("files", "", "a.yaml"))


def said(environment: Environment, after: Located, before: Located | None) -> tuple[str, str]:
    """Policies that refuse, and that remark."""
    judged = Alone(environment).judge(after, before)
    refusals, remarks = (
        " ".join(each.message.split()[1] for each in found)
        for found in (judged.refusals, judged.remarks)
    )
    return refusals, remarks


def test_what_is_new_refuses(environment: Environment) -> None:
    assert said(environment, config(x=1), None) == ("x:", "")
    assert said(environment, config(x=1), config()) == ("x:", "")
    assert said(environment, config(z=1), None) == ("", "z:")


def test_what_was_wrong_before_does_not(environment: Environment) -> None:
    assert said(environment, config(x=2), config(x=1)) == ("", "x:")
    assert said(environment, config(x=1, y=1), config(x=1)) == ("y:", "x:")
    assert said(environment, config(), config(x=1)) == ("", "")


def things(*ports: int) -> Located:
    """A thing whose schema allows ports below 100, and a policy three of them."""
    key = Key("example.com/Thing", "default", "a")
    body = {"spec": {"ports": [{"port": port} for port in ports]}}
    return Located(Resource.build(key, "example.com/v1", body=body), Origin("files", "", "a.yaml"))


@pytest.fixture(scope="module")
def strict() -> Environment:
    port = {"type": "object", "properties": {"port": {"maximum": 99}}}
    spec = {"type": "object", "properties": {"ports": {"type": "array", "items": port}}}
    schema = {
        "x-kubernetes-group-version-kind": [
            {"group": "example.com", "version": "v1", "kind": "Thing"}
        ],
        "type": "object",
        "properties": {"spec": spec},
    }
    return Environment.build(
        EnvironmentSpec(
            schemas=(SchemaText("thing.json", json.dumps(schema)),),
            policies=(
                {
                    "name": "few",
                    "match": {"kinds": ["example.com/Thing"]},
                    "rule": "size(object.spec.ports) <= 3",
                    "messageExpression": "'these are ' + string(size(object.spec.ports))",
                },
            ),
        )
    )


def refused(environment: Environment, after: Located, before: Located | None) -> list[str]:
    return [each.code for each in Alone(environment).judge(after, before).refusals]


def test_what_moves_in_a_list_is_not_new(strict: Environment) -> None:
    assert refused(strict, things(500), None) == ["GAL0304"]
    assert not refused(strict, things(1, 500), things(500))
    assert not refused(strict, things(500), things(1, 500))
    assert not refused(strict, things(500, 500), things(500, 1, 500))
    assert refused(strict, things(500, 500), things(1, 500)) == ["GAL0304"]
    assert refused(strict, things(1, 600), things(500)) == ["GAL0304"]


def test_a_policy_that_is_broken_in_other_words_is_not_broken_anew(strict: Environment) -> None:
    assert refused(strict, things(1, 2, 3, 4), things(1, 2, 3)) == ["GAL0501"]
    assert not refused(strict, things(1, 2, 3, 4), things(1, 2, 3, 4, 5))


def test_what_was_not_listed_before_is_not_new(strict: Environment) -> None:
    many = [500 + number for number in range(25)]

    assert not refused(strict, things(*many[1:]), things(*many))
    assert refused(strict, things(*many), things(*many[:4]))


def test_nothing_is_remembered(environment: Environment) -> None:
    alone = Alone(environment)
    alone.judge(config(x=1), None)

    assert not alone.judge(config(), None).refusals
    assert alone.judge(config(x=1), None).refusals


def test_what_reads_others_says_nothing(environment: Environment) -> None:
    spec = {"hosts": ["a"], "gateways": ["nowhere"]}
    key = Key("networking.istio.io/VirtualService", "default", "a")
    route = Resource.build(key, "networking.istio.io/v1", body={"spec": spec})

    judged = Alone(environment).judge(Located(route, Origin("files", "", "a.yaml")), None)

    assert not judged.refusals
    assert {"schema", "policy", "encoding"} <= stages_alone(environment)
    assert len(stages_alone(environment)) < len(environment.stages)


def test_what_is_derived_beside_a_resource_hides_nothing_of_it() -> None:
    """A stage that reads others and changes a resource would: what comes then has seen them."""
    policy = {
        "name": "few",
        "match": {"kinds": ["Service"]},
        "rule": "size(object.spec.ports) < 2",
        "message": "too many",
    }
    transforms = ({"type": "service-entries"},)
    environment = Environment.build(EnvironmentSpec(transforms=transforms, policies=(policy,)))
    key = Key("core/Service", "default", "a")
    ports = [{"name": "a", "port": 1}, {"name": "b", "port": 2}]
    service = Resource.build(key, "v1", body={"spec": {"ports": ports}})

    assert refused(environment, Located(service, Origin("files", "", "a.yaml")), None) == [
        "GAL0501"
    ]
