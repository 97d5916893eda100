"""What works in a mesh is kept back by nobody, however much it looks like a mistake."""

from collections.abc import Callable

import pytest

from pipeline.engine import Engine
from pipeline.model import Level
from tests.pipeline.analysis.conftest import Change

GATEWAYS = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: a, namespace: edge}
spec:
  selector: {istio: ingress}
  servers: [{port: {number: 80, protocol: %(one)s}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: b, namespace: edge}
spec:
  selector: {istio: ingress}
  servers: [{port: {number: 80, protocol: %(other)s}, hosts: ["*"]}]
"""
PORTS = """
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {ports: [{name: http, port: 9080}, {name: http-metrics, port: 15020}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}
"""
FILTER = """
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: a}
spec: {configPatches: [{applyTo: %(target)s, patch: {operation: %(operation)s}}]}
"""


def levels(engine: Engine, change: Change, code: str) -> set[Level]:
    engine.apply(change)
    found = (each.diagnostic for each in engine.findings())
    return {each.level for each in found if each.code == code}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("HTTP", "HTTP", {Level.WARNING}),
        ("http", "GRPC", {Level.WARNING}),
        ("HTTPS", "HTTPS", {Level.ERROR}),
        ("TCP", "TCP", {Level.ERROR}),
        ("HTTP", "TCP", {Level.WARNING, Level.ERROR}),
    ],
)
def test_servers_of_plain_http_are_merged(
    engine_of: Callable[..., Engine],
    resources: Callable[[str], Change],
    one: str,
    other: str,
    expected: set[Level],
) -> None:
    """Every team may open port 80 for all hosts, and route its own."""
    change = resources(GATEWAYS % {"one": one, "other": other})
    assert levels(engine_of(), change, "GAL1403") == expected


def test_a_request_keeps_the_port_that_it_came_in_by(
    engine_of: Callable[..., Engine], resources: Callable[[str], Change]
) -> None:
    assert levels(engine_of(), resources(PORTS), "GAL1404") == {Level.WARNING}


@pytest.mark.parametrize(
    ("target", "operation", "expected"),
    [
        ("HTTP_ROUTE", "ADD", {Level.WARNING}),
        ("HTTP_ROUTE", "REMOVE", {Level.WARNING}),
        ("LISTENER_FILTER", "REPLACE", {Level.WARNING}),
        ("HTTP_ROUTE", "REPLACE", {Level.ERROR}),
        ("ROUTE_CONFIGURATION", "ADD", {Level.ERROR}),
    ],
)
def test_a_patch_that_is_applied_is_kept_back_by_no_documentation(
    engine_of: Callable[..., Engine],
    resources: Callable[[str], Change],
    target: str,
    operation: str,
    expected: set[Level],
) -> None:
    change = resources(FILTER % {"target": target, "operation": operation})
    assert levels(engine_of(), change, "GAL1413") == expected
