"""What Envoy refuses by the rules of its API is told before it is sent."""

import copy
from typing import Any

import pytest

from pipeline.encoding import UncarriableError
from pipeline.encoding.envoy import checked
from pipeline.encoding.protobuf import UnwritableError
from tests.pipeline.encoding.envoy.examples import (
    CLUSTER,
    ENDPOINTS,
    LISTENER,
    ROUTES,
    SPECS,
    TYPES,
    address,
    encoded,
    http,
    listener,
)

Found = list[tuple[str, str, str]]


def found(kind: str, spec: Any) -> Found:
    """Code, path and sentence of everything that is wrong."""
    try:
        encoded(kind, spec)
    except UncarriableError as error:
        return [
            (each.code, ".".join(map(str, each.path)), each.message) for each in error.diagnostics
        ]
    return []


def cluster(**fields: Any) -> Any:
    return {"name": "web", **fields}


def routes(**fields: Any) -> Any:
    """With one route, which has these fields besides."""
    spec = copy.deepcopy(SPECS[ROUTES])
    spec["virtual_hosts"][0]["routes"][0] |= fields
    return spec


ROUTE = "spec.virtual_hosts.0.routes.0"
HOST = {"name": "a", "domains": ["*"]}
CONFIG = "spec.filter_chains.0.filters.0.typed_config"
CONNECT = {"path": "/", "method": "CONNECT"}
COPIES = {"response_headers_to_copy": ["a", "b", "a"]}
DETECTION = {
    "name": "header",
    "typed_config": {
        "@type": f"{TYPES}envoy.extensions.http.original_ip_detection.custom_header.v3"
        ".CustomHeaderConfig",
        "header_name": "a b",
    },
}
HTTP_CHECK = {
    "timeout": "1s",
    "interval": "1s",
    "unhealthy_threshold": 2,
    "healthy_threshold": 2,
}


@pytest.mark.parametrize(
    ("kind", "spec", "path", "problem"),
    [
        (CLUSTER, {}, "spec", "needs name"),
        (CLUSTER, {"name": ""}, "spec.name", "must have at least 1 character"),
        (CLUSTER, {"name": None}, "spec", "needs name"),
        (CLUSTER, cluster(connectTimeout="0s"), "spec.connectTimeout", "must be more than 0s"),
        (CLUSTER, cluster(connectTimeout="0s", connect_timeout=None), "spec.connectTimeout", "0s"),
        (CLUSTER, cluster(lb_policy=4711), "spec.lb_policy", "must be a value of LbPolicy"),
        (CLUSTER, cluster(type=4711), "spec.type", "must be a value of DiscoveryType"),
        (
            CLUSTER,
            cluster(transport_socket={"typed_config": http()}),
            "spec.transport_socket",
            "needs name",
        ),
        (
            CLUSTER,
            cluster(common_lb_config={"healthy_panic_threshold": {"value": 101}}),
            "spec.common_lb_config.healthy_panic_threshold.value",
            "must be at most 100",
        ),
        (
            CLUSTER,
            cluster(outlier_detection={"max_ejection_percent": 101}),
            "spec.outlier_detection.max_ejection_percent",
            "must be at most 100",
        ),
        (CLUSTER, cluster(health_checks=[HTTP_CHECK]), "spec.health_checks.0", "needs http_health"),
        (
            CLUSTER,
            cluster(health_checks=[{"tcp_health_check": {}, **HTTP_CHECK, "interval": None}]),
            "spec.health_checks.0",
            "needs interval",
        ),
        (
            ENDPOINTS,
            {"cluster_name": "a", "policy": {"overprovisioning_factor": 0}},
            "spec.policy.overprovisioning_factor",
            "must be more than 0",
        ),
        (
            LISTENER,
            {"address": {"socket_address": {"address": "::"}}},
            "spec.address.socket_address",
            "needs port_value or named_port",
        ),
        (
            LISTENER,
            {"address": address(65536)},
            "spec.address.socket_address.port_value",
            "must be at most 65535",
        ),
        (LISTENER, listener("a", 80, http(stat_prefix="")), f"{CONFIG}.stat_prefix", "at least 1"),
        (
            LISTENER,
            listener("a", 80, http(server_name="a\nb")),
            f"{CONFIG}.server_name",
            "must be without line breaks and null characters",
        ),
        (
            LISTENER,
            listener("a", 80, http(http_filters=[{"name": ""}])),
            f"{CONFIG}.http_filters.0.name",
            "must have at least 1 character",
        ),
        (
            LISTENER,
            listener("a", 80, http(original_ip_detection_extensions=[DETECTION])),
            f"{CONFIG}.original_ip_detection_extensions.0.typed_config.header_name",
            "must be the name of a header",
        ),
        (
            LISTENER,
            listener("a", 80, http(scheme_header_transformation={"scheme_to_overwrite": "ftp"})),
            f"{CONFIG}.scheme_header_transformation.scheme_to_overwrite",
            "must be one of http, https",
        ),
        (
            CLUSTER,
            cluster(health_checks=[HTTP_CHECK | {"http_health_check": {"path": "\r"}}]),
            "spec.health_checks.0.http_health_check.path",
            "must be without control characters",
        ),
        (
            CLUSTER,
            cluster(health_checks=[HTTP_CHECK | {"http_health_check": CONNECT}]),
            "spec.health_checks.0.http_health_check.method",
            "must be none of CONNECT",
        ),
        (
            CLUSTER,
            cluster(metadata={"filter_metadata": {"": {}}}),
            "spec.metadata.filter_metadata.",
            "has a key that must have at least 1 character",
        ),
        (
            ROUTES,
            routes(direct_response={"status": 1}, route=None),
            f"{ROUTE}.direct_response.status",
            "must be at least 200",
        ),
        (
            ROUTES,
            routes(route={"cluster": "a", "internal_redirect_policy": COPIES}),
            f"{ROUTE}.route.internal_redirect_policy.response_headers_to_copy",
            "must not have an item twice",
        ),
        (
            ROUTES,
            {"virtual_hosts": [{"name": "a", "domains": ["a", "b\n"]}]},
            "spec.virtual_hosts.0.domains.1",
            "must be without line breaks",
        ),
        (
            CLUSTER,
            cluster(http2_protocol_options={"custom_settings_parameters": [{"value": 1}]}),
            "spec.http2_protocol_options.custom_settings_parameters.0",
            "needs identifier",
        ),
        (
            LISTENER,
            {"address": address(80), "additional_addresses": [{}]},
            "spec.additional_addresses.0",
            "needs address",
        ),
        (ROUTES, routes(match={}), f"{ROUTE}.match", "needs prefix, path, safe_regex,"),
        (ROUTES, routes(route=None), ROUTE, "needs route, redirect, direct_response"),
        (
            ROUTES,
            routes(match={"path_separated_prefix": "/a/"}),
            f"{ROUTE}.match.path_separated_prefix",
            "must match ^[^?#]+[^?#/]$",
        ),
        (
            ROUTES,
            routes(match={"prefix": "/", "headers": [{"name": "a\nb", "present_match": True}]}),
            f"{ROUTE}.match.headers.0.name",
            "must be without line breaks",
        ),
        (
            ROUTES,
            routes(route={"weighted_clusters": {"clusters": []}}),
            f"{ROUTE}.route.weighted_clusters.clusters",
            "must have at least 1 item",
        ),
        (
            ROUTES,
            routes(route={"weighted_clusters": {}}),
            f"{ROUTE}.route.weighted_clusters",
            "needs clusters",
        ),
        (
            ROUTES,
            routes(route={"cluster": "a", "retry_policy": {"retry_back_off": {}}}),
            f"{ROUTE}.route.retry_policy.retry_back_off",
            "needs base_interval",
        ),
        (ROUTES, {"virtual_hosts": [{"name": "a"}]}, "spec.virtual_hosts.0", "needs domains"),
    ],
)
def test_a_rule_that_is_broken_is_told_with_its_field(
    kind: str, spec: Any, path: str, problem: str
) -> None:
    ((code, at, said),) = found(kind, spec)
    assert (code, at) == ("GAL0812", path)
    assert problem in said
    assert said.endswith("otherwise Envoy refuses the resource.")


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        (CLUSTER, cluster()),
        (CLUSTER, cluster(outlier_detection={"max_ejection_percent": 100})),
        (CLUSTER, cluster(outlier_detection={"failure_percentage_threshold": 0})),
        (CLUSTER, cluster(upstream_http_protocol_options={"auto_sni": True})),
        (LISTENER, {"address": address(0)}),
        (ROUTES, routes(direct_response={"status": 200}, route=None)),
        (LISTENER, listener("a", 80, http(server_name=""))),
        (ROUTES, {}),
        (ROUTES, routes(match={"safe_regex": {"regex": "a"}})),
        (ROUTES, routes(match={"prefix": ""})),
        (CLUSTER, cluster(metadata={"typed_filter_metadata": {"a": http(stat_prefix=None)}})),
        (
            ROUTES,
            routes(route={"cluster": "a", "retry_policy_typed_config": http(stat_prefix=None)}),
        ),
        (ROUTES, {"virtual_hosts": [HOST | {"retry_policy_typed_config": http(stat_prefix=None)}]}),
        (ROUTES, routes(typed_per_filter_config={"a": {"@type": "a.com/google.protobuf.Empty"}})),
    ],
)
def test_what_keeps_the_rules_is_written(kind: str, spec: Any) -> None:
    assert found(kind, spec) == []


def test_there_are_messages_whose_rules_do_not_count() -> None:
    pair = checked.writer("envoy.config.core.v3.KeyValuePair")
    with pytest.raises(UnwritableError):
        pair({})
    append = checked.writer("envoy.config.core.v3.KeyValueAppend")
    assert append({"record": {"key": "a"}, "entry": {}}) == b"\x0a\x00\x1a\x03\x0a\x01a"


def test_a_field_on_its_way_out_is_told() -> None:
    old = {"dynamic_metadata": {"descriptor_key": "a", "metadata_key": {"key": "a", "path": []}}}
    limits = [{"actions": [old]}]
    told = found(ROUTES, routes(route={"cluster": "a", "rate_limits": limits}))
    at = f"{ROUTE}.route.rate_limits.0.actions.0.dynamic_metadata"
    assert [each[:2] for each in told] == [
        ("GAL0813", at),
        ("GAL0812", f"{at}.metadata_key.path"),
    ]


def test_rules_within_lists_and_maps_are_told_with_their_item() -> None:
    broken = {"match": {"prefix": "/"}}
    spec = copy.deepcopy(SPECS[ROUTES])
    spec["virtual_hosts"][0]["routes"].append(broken)
    spec["virtual_hosts"][0]["typed_per_filter_config"] = {"a": http(stat_prefix=None)}
    assert [at for _, at, _ in found(ROUTES, spec)] == [
        "spec.virtual_hosts.0.routes.1",
        "spec.virtual_hosts.0.typed_per_filter_config.a",
    ]


def test_a_resource_that_breaks_many_rules_does_not_fill_the_page() -> None:
    *listed, more = found(ROUTES, {"virtual_hosts": [{"domains": ["*"]}] * 30})
    assert {code for code, _, _ in listed} == {"GAL0812"}
    assert (len(listed), more[0]) == (20, "GAL0807")
