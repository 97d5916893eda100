"""What a wire makes of a write: asked alone, as a cluster asks."""

from typing import Any

import pytest

from pipeline.engine.alone import Alone
from pipeline.environment import Environment, EnvironmentSpec, InvalidEnvironmentError
from pipeline.model import Key, Located, Origin, Resource


@pytest.fixture(scope="module")
def alone() -> Alone:
    return Alone(Environment.build(EnvironmentSpec(wires=("mcp",))))


def policy(**spec: Any) -> Located:
    key = Key("security.istio.io/AuthorizationPolicy", "prod", "deny")
    made = Resource.build(key, "security.istio.io/v1", body={"spec": spec})
    return Located(made, Origin("files", "", "a.yaml"))


def test_a_write_that_clients_could_not_be_sent_is_refused(alone: Alone) -> None:
    judged = alone.judge(policy(action="DENY"), None)
    assert [found.code for found in judged.refusals] == ["GAL0802"]
    assert not alone.judge(policy(rules=[{}]), None).refusals


def test_what_did_not_fit_before_stands_in_nobodys_way(alone: Alone) -> None:
    judged = alone.judge(policy(action="DENY", rules=[{}]), policy(action="DENY"))
    assert judged.refusals == ()
    assert [found.code for found in judged.remarks] == ["GAL0802"]


def test_wires_are_part_of_the_environment() -> None:
    assert Environment.build(EnvironmentSpec(wires=("istio",))).digest != EnvironmentSpec().digest
    with pytest.raises(InvalidEnvironmentError, match="no wire morse"):
        Environment.build(EnvironmentSpec(wires=("morse",)))
