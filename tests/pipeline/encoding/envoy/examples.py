"""Resources of Envoy as people write them, one of each kind that the wire carries."""

from typing import Any

from pipeline.encoding.envoy import ENVOY
from pipeline.model import Key, Resource

TYPES = "type.googleapis.com/"
_ADS = {"ads": {}, "resource_api_version": "V3"}
_FILTERS = f"{TYPES}envoy.extensions.filters"
_HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"

CLUSTER = "envoy.config.cluster/Cluster"
ENDPOINTS = "envoy.config.endpoint/ClusterLoadAssignment"
EXTENSION = "envoy.config.core/TypedExtensionConfig"
LISTENER = "envoy.config.listener/Listener"
ROUTES = "envoy.config.route/RouteConfiguration"
RUNTIME = "envoy.service.runtime/Runtime"
SCOPED_ROUTES = "envoy.config.route/ScopedRouteConfiguration"


def address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "10.0.0.1", "port_value": port}}


def http(**others: Any) -> dict[str, Any]:
    """A connection manager; its routes come over RDS."""
    return {
        "rds": {"route_config_name": "web", "config_source": _ADS},
        "@type": f"{_FILTERS}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "web",
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{_FILTERS}.http.router.v3.Router"},
            }
        ],
        **others,
    }


def listener(name: str, port: int, manager: dict[str, Any]) -> dict[str, Any]:
    """A listener with one filter."""
    return {
        "name": name,
        "address": address(port),
        "filter_chains": [{"filters": [{"name": "main", "typed_config": manager}]}],
    }


SPECS: dict[str, dict[str, Any]] = {
    CLUSTER: {
        "name": "web",
        "type": "EDS",
        "connectTimeout": "0.250s",
        "eds_cluster_config": {"service_name": "web-endpoints", "eds_config": _ADS},
        "circuit_breakers": {"thresholds": [{"max_connections": 100, "priority": "HIGH"}]},
        "typed_extension_protocol_options": {
            _HTTP_OPTIONS: {
                "@type": f"{TYPES}{_HTTP_OPTIONS}",
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
        "metadata": {"filter_metadata": {"b": {"y": None, "x": [1, "a"]}, "a": {}}},
    },
    ENDPOINTS: {
        "cluster_name": "web-endpoints",
        "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(8080)}}]}],
    },
    EXTENSION: {
        "name": "lua",
        "typed_config": {
            "@type": f"{_FILTERS}.http.lua.v3.Lua",
            "default_source_code": {"inline_bytes": "aGk="},
        },
    },
    LISTENER: listener("web", 8080, http()),
    ROUTES: {
        "name": "web",
        "virtual_hosts": [
            {
                "name": "all",
                "domains": ["*"],
                "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "web"}}],
            }
        ],
    },
    RUNTIME: {"name": "switches", "layer": {"a": {"b": True}}},
    SCOPED_ROUTES: {
        "name": "scope",
        "route_configuration_name": "web",
        "key": {"fragments": [{"string_key": "a"}]},
    },
}


def resource(kind: str, spec: Any, name: str = "web", **others: Any) -> Resource:
    key = Key(kind, "", name)
    return Resource.build(key, f"{kind.partition('/')[0]}/v3", body={"spec": spec, **others})


def encoded(kind: str, spec: Any) -> bytes:
    one = resource(kind, spec)
    return ENVOY.encode(one, one.document())
