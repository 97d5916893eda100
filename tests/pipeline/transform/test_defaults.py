"""Defaults: what is left out is written as the control plane takes it, and nothing else changes."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline import transform
from pipeline.transform import TransformError
from pipeline.transform.default_table import DEFAULTS
from tests.pipeline.transform.conftest import Rig

RETRIES = {
    "attempts": 2,
    "retryOn": "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
}
ROUTE = [{"destination": {"host": "web"}}]
GROUPS = {
    "AuthorizationPolicy": "security.istio.io/v1",
    "Service": "v1",
    "WasmPlugin": "extensions.istio.io/v1alpha1",
}


def filled(kind: str, spec: Any, **settings: Any) -> Any:
    """The spec of one resource with its defaults."""
    held = {
        "apiVersion": GROUPS.get(kind, "networking.istio.io/v1"),
        "kind": kind,
        "metadata": {"name": "a"},
        "spec": spec,
    }
    rig = Rig({"type": "defaults", **settings}).put(yaml.safe_dump(held))
    assert rig.found() == []
    assert rig.found("GAL10") == []
    return rig.get(f"{kind}/default/a")["spec"]


@pytest.mark.parametrize(
    ("kind", "spec", "becomes"),
    [
        ("AuthorizationPolicy", {}, {"action": "ALLOW"}),
        ("AuthorizationPolicy", {"action": None}, {"action": None}),
        ("ServiceEntry", {}, {"location": "MESH_EXTERNAL", "resolution": "NONE"}),
        ("WasmPlugin", {"url": "a"}, {"url": "a", "failStrategy": "FAIL_CLOSE"}),
        ("Sidecar", {}, {}),
        (
            "Sidecar",
            {"outboundTrafficPolicy": {}},
            {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}},
        ),
        (
            "Gateway",
            {"servers": [{"hosts": ["a"]}, {"tls": {"a": 1}}, {"tls": {"mode": "SIMPLE"}}]},
            {
                "servers": [
                    {"hosts": ["a"]},
                    {"tls": {"a": 1, "mode": "PASSTHROUGH"}},
                    {"tls": {"mode": "SIMPLE"}},
                ]
            },
        ),
        (
            "DestinationRule",
            {"trafficPolicy": {"tls": {"sni": "a"}}, "subsets": [{"trafficPolicy": {"tls": {}}}]},
            {
                "trafficPolicy": {"tls": {"sni": "a", "mode": "DISABLE"}},
                "subsets": [{"trafficPolicy": {"tls": {"mode": "DISABLE"}}}],
            },
        ),
        ("DestinationRule", {"trafficPolicy": {}}, {"trafficPolicy": {}}),
        ("VirtualService", {"hosts": ["a"]}, {"hosts": ["a"], "gateways": ["mesh"]}),
        ("VirtualService", {"http": []}, {"http": []}),
        (
            "VirtualService",
            {
                "gateways": ["gw"],
                "http": [
                    {"route": ROUTE},
                    {"route": ROUTE, "retries": {"attempts": 0}},
                    {"match": []},
                    {"route": ROUTE, "redirect": {}},
                    {"route": ROUTE, "directResponse": {}},
                    {"route": ROUTE, "delegate": {"name": "b"}},
                ],
            },
            {
                "gateways": ["gw"],
                "http": [
                    {"route": ROUTE, "retries": RETRIES},
                    {"route": ROUTE, "retries": {"attempts": 0}},
                    {"match": []},
                    {"route": ROUTE, "redirect": {}},
                    {"route": ROUTE, "directResponse": {}},
                    {"route": ROUTE, "delegate": {"name": "b"}},
                ],
            },
        ),
        (
            "Service",
            {"ports": [{"port": 80}, {"port": 53, "protocol": "UDP", "targetPort": "dns"}]},
            {
                "type": "ClusterIP",
                "sessionAffinity": "None",
                "internalTrafficPolicy": "Cluster",
                "ports": [
                    {"port": 80, "protocol": "TCP", "targetPort": 80},
                    {"port": 53, "protocol": "UDP", "targetPort": "dns"},
                ],
            },
        ),
        (
            "Service",
            {"type": "LoadBalancer", "sessionAffinity": "ClientIP"},
            {
                "type": "LoadBalancer",
                "sessionAffinity": "ClientIP",
                "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10800}},
                "internalTrafficPolicy": "Cluster",
                "externalTrafficPolicy": "Cluster",
                "allocateLoadBalancerNodePorts": True,
            },
        ),
        (
            "Service",
            {"type": "ExternalName", "externalName": "a.b"},
            {"type": "ExternalName", "externalName": "a.b", "sessionAffinity": "None"},
        ),
    ],
)
def test_what_is_left_out_is_written(kind: str, spec: Any, becomes: Any) -> None:
    assert filled(kind, spec) == becomes


@pytest.mark.parametrize(
    "spec", [None, "text", [], {"http": "x"}, {"http": [None, 1, {"route": 1}]}]
)
def test_what_is_misshapen_is_left(spec: Any) -> None:
    assert filled("VirtualService", spec, leave=["VirtualService.spec.http[*].retries"]) == spec


def test_a_field_can_be_left() -> None:
    spec = {"hosts": ["a"], "gateways": ["mesh"], "http": [{"route": ROUTE}]}
    assert filled("VirtualService", spec, leave=["VirtualService.spec.http[*].retries"]) == spec


def test_a_field_without_default_is_refused_with_the_nearest() -> None:
    with pytest.raises(TransformError, match=r"did you mean VirtualService.spec.gateways"):
        transform.build([{"type": "defaults", "leave": ["VirtualService.spec.gateway"]}])


steps = {step for each in DEFAULTS for step in (*each.holder, each.field)} - {"*"}
names = st.sampled_from(sorted(steps | {"route", "hosts", "port"}))
specs = st.recursive(
    st.none() | st.sampled_from(["a", "ClientIP", "LoadBalancer", 1]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(names, inner, min_size=1, max_size=4)
    ),
    max_leaves=8,
)


@given(kind=st.sampled_from(sorted({each.name.partition(".")[0] for each in DEFAULTS})), spec=specs)
def test_defaults_twice_are_defaults_once(kind: str, spec: Any) -> None:
    once = filled(kind, spec)
    assert filled(kind, once) == once
