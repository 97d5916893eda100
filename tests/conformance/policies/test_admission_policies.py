"""A policy says what the same words in a ValidatingAdmissionPolicy say to an API server.

What somebody knows of those holds here: which expressions there are, what they make of a field that
is not there, and when conditions, variables and parameters matter.
"""

from typing import Any

import pytest

from pipeline.engine import Engine
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import Key, Resource
from tests.cluster.server import GROUP
from tests.conformance.policies.cases import POLICIES, THINGS
from tests.conformance.policies.server import LABELS, NAMESPACE, PARAMETERS, PolicyServer, Verdict


def ours(policy: dict[str, Any], spec: dict[str, Any]) -> Verdict:
    """What our engine says; parameters are the ConfigMap's data, and not all of it."""
    rule = policy["rule"].replace("params.data.", "params.")
    given = {**policy, "name": "p", "message": "No.", "rule": rule}
    thing = Resource.build(
        Key(f"{GROUP}/Ruled", NAMESPACE, "main"), f"{GROUP}/v1", body={"spec": spec}
    )
    home = Resource.build(Key("core/Namespace", "", NAMESPACE), "v1", labels=LABELS)
    limits = Key("core/ConfigMap", NAMESPACE, "limits")
    held = Resource.build(limits, "v1", body={"data": PARAMETERS})
    match = {"kinds": [f"{GROUP}/Ruled"]}
    settings = EnvironmentSpec(policies=({**given, "match": match},), unknown_kinds="accept")
    engine = Engine(Environment.build(settings))
    engine.apply({each.key: each for each in (thing, home, held)})
    codes = {each.diagnostic.code for each in engine.findings_of(thing.key)}
    return "fails" if "GAL0502" in codes else "broken" if "GAL0501" in codes else "holds"


@pytest.mark.parametrize("name", POLICIES)
def test_the_api_server_says_the_same(server: PolicyServer, name: str) -> None:
    policy = POLICIES[name]
    theirs = {thing: server.ask(name, spec) for thing, spec in THINGS.items()}
    assert {thing: ours(policy, spec) for thing, spec in THINGS.items()} == theirs
