"""What is said of a resource by itself, in the place of what it was before."""

from typing import Any

import pytest

from pipeline.engine.alone import Alone, stages_alone
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Located, Origin, Resource


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
