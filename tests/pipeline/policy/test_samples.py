"""The policies in `samples/policies` compile and say what their comments promise."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import policy
from pipeline.model import Key, Kinds, Resource
from pipeline.stage import Outcome, Stage

SAMPLES = Path(__file__).parents[3] / "samples" / "policies"
NETWORKING = "networking.istio.io"


@pytest.fixture
def stage(kinds: Kinds) -> Stage:
    files = sorted(SAMPLES.glob("*.yaml"))
    given = [each for file in files for each in yaml.safe_load_all(file.read_text())]
    return policy.build(given, kinds)


def two_routes(first: int, second: int) -> dict[str, Any]:
    routes = [{"weight": first}, {"weight": second}]
    return {"hosts": ["a"], "http": [{"timeout": "1s", "route": routes}]}


@pytest.mark.parametrize(
    ("collection", "spec", "broken"),
    [
        (f"{NETWORKING}/VirtualService", {"hosts": ["a"]}, []),
        (f"{NETWORKING}/VirtualService", {"hosts": ["a", "*"]}, ["no-catch-all-host"]),
        (f"{NETWORKING}/VirtualService", two_routes(90, 10), []),
        (f"{NETWORKING}/VirtualService", two_routes(90, 20), ["weights-add-up"]),
        (f"{NETWORKING}/VirtualService", {"http": [{"route": []}]}, ["has-timeout"]),
        (f"{NETWORKING}/Gateway", {"servers": [{"port": {"protocol": "HTTPS"}}]}, []),
        (f"{NETWORKING}/Gateway", {"servers": [{"port": {"protocol": "HTTP"}}]}, ["edge-uses-tls"]),
        ("security.istio.io/AuthorizationPolicy", {"rules": [{}]}, ["no-allow-all"]),
        ("security.istio.io/AuthorizationPolicy", {"rules": [{}], "action": "DENY"}, []),
        ("security.istio.io/AuthorizationPolicy", {}, []),
    ],
)
def test_a_sample_finds_what_it_is_for(
    stage: Stage,
    run: Callable[[Stage, Resource], Outcome],
    collection: str,
    spec: dict[str, Any],
    broken: list[str],
) -> None:
    key = Key(collection, "shop", "main")
    resource = Resource.build(key, "v1", labels={"owner": "web"}, body={"spec": spec})
    found = run(stage, resource).diagnostics
    assert [each.message.split()[1].rstrip(":") for each in found] == broken


def test_the_owner_sample_asks_for_a_label(
    stage: Stage, run: Callable[[Stage, Resource], Outcome]
) -> None:
    entry = Resource.build(Key(f"{NETWORKING}/ServiceEntry", "shop", "main"), "v1")
    (found,) = run(stage, entry).diagnostics
    assert found.message.startswith("Policy has-owner: Add the label `owner`")
