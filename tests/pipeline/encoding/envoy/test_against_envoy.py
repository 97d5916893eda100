"""A real Envoy reads what is written, and breaks off where the rules say that it does.

Some field of a good resource holds any value that its type allows. What Envoy says of it besides,
such as that it has no such extension, is its own affair.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from envoy.config.bootstrap.v3.bootstrap_pb2 import Bootstrap
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.encoding.envoy import ENVOY, checked, descriptors
from pipeline.encoding.envoy.types import descriptor
from pipeline.encoding.protobuf import UnwritableError
from tests.mesh.envoy.proxy import program
from tests.pipeline.encoding.envoy.examples import CLUSTER, LISTENER, address, http, listener
from tests.pipeline.encoding.envoy.values import Json, value_of

RULE = "Proto constraint validation failed"
ROUTE = "envoy.config.route.v3"


def with_routes(**config: Any) -> dict[str, Any]:
    return listener("web", 80, http(rds=None, route_config=config))


def of_host(**fields: Any) -> dict[str, Any]:
    host = {"name": "all", "domains": ["*"], "routes": [of_route()]}
    return with_routes(virtual_hosts=[host | fields])


def of_route(**fields: Any) -> dict[str, Any]:
    return {"match": {"prefix": "/"}, "route": {"cluster_header": "x"} | fields}


PLACES: dict[str, tuple[str, str, Callable[..., dict[str, Any]]]] = {
    "a cluster": (CLUSTER, ENVOY.bodies[CLUSTER], lambda **fields: {"name": "a"} | fields),
    "a listener": (
        LISTENER,
        ENVOY.bodies[LISTENER],
        lambda **fields: {"name": "a", "address": address(80)} | fields,
    ),
    "routes": (LISTENER, f"{ROUTE}.RouteConfiguration", with_routes),
    "a host": (LISTENER, f"{ROUTE}.VirtualHost", of_host),
    "a route": (
        LISTENER,
        f"{ROUTE}.RouteAction",
        lambda **fields: of_host(routes=[of_route(**fields)]),
    ),
}
"""The kind that is written, a message in it, and how it is made of a field of that message."""


@st.composite
def specs(draw: st.DrawFn, place: str) -> dict[str, Any]:
    _, message, make = PLACES[place]
    field = draw(st.sampled_from(list(descriptor(message).fields)))
    value: Json = value_of(field)
    return make(**{field.name: draw(value)})


@pytest.fixture(scope="module")
def refusal(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bytes], str]:
    """What Envoy says when it refuses a resource; empty: it does not."""
    file: Path = tmp_path_factory.mktemp("envoy") / "bootstrap.pb"
    envoy = program()

    def ask(kind: str, written: bytes) -> str:
        bootstrap = Bootstrap()
        static = bootstrap.static_resources
        (static.clusters if kind == CLUSTER else static.listeners).add().ParseFromString(written)
        file.write_bytes(bootstrap.SerializeToString())
        command = [envoy, "--mode", "validate", "--disable-hot-restart", "-c", str(file)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        return done.stderr if done.returncode else ""

    return ask


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_envoy_refuses_by_its_rules_what_is_refused_here(
    place: str, data: Any, refusal: Callable[[str, bytes], str]
) -> None:
    kind, spec = PLACES[place][0], data.draw(specs(place))
    name = ENVOY.bodies[kind]
    try:
        written = descriptors.writer(name)(spec)
    except UnwritableError:
        return
    said = refusal(kind, written)
    try:
        checked.writer(name)(spec)
    except UnwritableError:
        assert said
    else:
        assert RULE not in said
