"""Clients of meshes: who they are, what they get, and the limits of what they are sent."""

import ipaddress
from typing import Literal

from pydantic import Field, field_validator

from galley.settings.base import NAME, Role, Settings, TlsSettings
from sources.settings import Seconds

MAX_MESSAGE = 4 * 1024 * 1024 - 64 * 1024
"""Of the 4 MiB that clients in Go take unless told otherwise, less what may surround a message."""


class PeerSettings(Settings):
    """A client of a mesh that is known without a token. It has to suit all that is given."""

    name: str = Field(pattern=NAME)
    """What `galley subscribers` and logs call it."""
    san: str = ""
    """Pattern of a name in the certificate that it presents (`mesh.tls.client_ca`), such as
    `spiffe://cluster.local/ns/istio-system/*`."""
    network: str = ""
    """Network that it comes from, `10.0.0.0/8`. istiod can present nothing, so that this is all
    that tells it from others."""
    channels: dict[str, tuple[Role, ...]] = {"*": ("subscribe",)}
    """Channel name, or `*`, to roles."""

    @field_validator("network")
    @classmethod
    def _a_network(cls, network: str) -> str:
        if network:
            ipaddress.ip_network(network)
        return network


class LocalityMatch(Settings):
    """Where a node is; each a pattern, empty for any."""

    region: str = ""
    zone: str = ""
    sub_zone: str = ""


class NodeMatch(Settings):
    """What a client tells of itself; each a pattern with `*`, empty for any, and all must match."""

    wire: Literal["", "envoy", "istio", "mcp"] = ""
    id: str = ""
    """`id` of an xDS node or of a sink of MCP."""
    cluster: str = ""
    locality: LocalityMatch = LocalityMatch()
    metadata: dict[str, str] = {}
    """Path in the node's metadata (`labels.app`) to pattern; `ISTIO_REVISION` is an istiod's."""


class GroupSettings(Settings):
    """Which resources a group of clients gets."""

    match: NodeMatch = NodeMatch()
    channel: str = "default"
    namespaces: tuple[str, ...] = ()
    """Namespaces whose resources they get; empty for all."""
    labels: dict[str, str] = {}
    """Labels that resources must have for them."""


class MeshSettings(Settings):
    """Serving clients of meshes over gRPC: MCP v1alpha1 and xDS; see docs/mesh.md."""

    tls: TlsSettings | None = None
    """Certificate and key; read again when the files change."""
    peers: tuple[PeerSettings, ...] = ()
    """Clients that are known without a token, in order. With neither these nor tokens, everybody
    who reaches the address may subscribe."""
    groups: tuple[GroupSettings, ...] = ()
    """Which clients get which resources; the first that matches counts. Without any that does,
    a client gets the one channel that has its wire."""
    max_message: int = Field(default=MAX_MESSAGE, ge=65536)
    """Bytes of the longest response over MCP v1alpha1, whose clients refuse more than 4 MiB unless
    told otherwise. A collection that takes more is not sent; from 80 % it is warned of."""
    strict_collections: bool = False
    """Whether a stream of MCP ends that asks for a collection which the original never had. If not
    it is answered, and empty."""
    streams: int = Field(default=10_000, ge=1)
    """Streams at the same time."""
    slow_reader: Seconds = Field(default=60.0, gt=0)
    """Seconds after which a client that does not read is disconnected."""
