"""The file that an Envoy starts with: who it is, and where and how it subscribes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

SERVER = "xds"
"""The name of the one static cluster, the management server."""
FOREVER: Json = {"resource_api_version": "V3", "initial_fetch_timeout": "0s"}
"""Envoy would go on without a first answer after 15 s, which would look like success in the end."""
ADS: Json = {"ads": {}, **FOREVER}
EXTENSIONS = "type.googleapis.com/envoy.extensions"
HTTP = f"{EXTENSIONS}.upstreams.http.v3.HttpProtocolOptions"
TLS = f"{EXTENSIONS}.transport_sockets.tls.v3.UpstreamTlsContext"


@dataclass(frozen=True)
class Tls:
    """How the server is trusted, and what it is shown."""

    authority: Path
    certificate: Path | None = None
    key: Path | None = None
    name: str = "localhost"

    def socket(self) -> Json:
        context: Json = {
            "alpn_protocols": ["h2"],
            "validation_context": {"trusted_ca": {"filename": str(self.authority)}},
        }
        if self.certificate and self.key:
            pair = {"certificate_chain": self.certificate, "private_key": self.key}
            files = {field: {"filename": str(path)} for field, path in pair.items()}
            context["tls_certificates"] = [files]
        said = {"@type": TLS, "sni": self.name, "common_tls_context": context}
        return {"name": "tls", "typed_config": said}


@dataclass(frozen=True)
class Bootstrap:
    """An Envoy that subscribes to a server on a port of loopback.

    `headers` accompany every stream, such as `authorization`. `node_once` leaves the node out of
    all requests of a stream but the first. `backoff` is the first and the longest wait before it
    connects again, in seconds; Envoy's own is 0.5 and 30. `ping` is how often it asks for a sign of
    life, in seconds; by itself it does not.
    """

    port: int
    delta: bool = False
    aggregated: bool = True
    node: str = "envoy-1"
    cluster: str = "edge"
    locality: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    tls: Tls | None = None
    node_once: bool = True
    backoff: tuple[float, float] = (0.1, 1.0)
    ping: float | None = None

    @property
    def source(self) -> Json:
        """Where the resources that others name, such as endpoints, are to be subscribed to."""
        if self.aggregated:
            return ADS
        return {"api_config_source": self._subscription(), **FOREVER}

    def document(self) -> Json:
        """The whole file; the admin interface takes any free port."""
        dynamic: Json = {"cds_config": self.source, "lds_config": self.source}
        if self.aggregated:
            dynamic["ads_config"] = self._subscription()
        node = {"id": self.node, "cluster": self.cluster, "metadata": dict(self.metadata)}
        return {
            "node": {**node, "locality": dict(self.locality)},
            "admin": {"address": address(0)},
            "dynamic_resources": dynamic,
            "static_resources": {"clusters": [self._server()]},
        }

    def _subscription(self) -> Json:
        first, longest = (f"{seconds}s" for seconds in self.backoff)
        backoff = {"base_interval": first, "max_interval": longest}
        service = {
            "envoy_grpc": {
                "cluster_name": SERVER,
                "retry_policy": {"retry_back_off": backoff},
            },
            "initial_metadata": [{"key": key, "value": said} for key, said in self.headers.items()],
        }
        return {
            "api_type": "DELTA_GRPC" if self.delta else "GRPC",
            "transport_api_version": "V3",
            "set_node_on_first_message_only": self.node_once,
            "grpc_services": [service],
        }

    def _server(self) -> Json:
        ping = {"connection_keepalive": {"interval": f"{self.ping}s", "timeout": "5s"}}
        options = {
            "@type": HTTP,
            "explicit_http_config": {"http2_protocol_options": ping if self.ping else {}},
        }
        endpoints = [{"lb_endpoints": [endpoint(self.port)]}]
        made: Json = {
            "name": SERVER,
            "type": "STATIC",
            "connect_timeout": "1s",
            "load_assignment": {"cluster_name": SERVER, "endpoints": endpoints},
            "typed_extension_protocol_options": {HTTP.rpartition("/")[2]: options},
        }
        if self.tls:
            made["transport_socket"] = self.tls.socket()
        return made


def address(port: int) -> Json:
    """A port of loopback."""
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def endpoint(port: int, weight: int = 1) -> Json:
    """A backend on a port of loopback."""
    return {"endpoint": {"address": address(port)}, "load_balancing_weight": weight}
