"""Requests of xDS as they are judged: only what matters is taken out of a node of 60 kB."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from envoy.service.discovery.v3.discovery_pb2 import DeltaDiscoveryRequest, DiscoveryRequest
from google.protobuf.message import DecodeError

from galley.mesh.node import NODE_LENGTH, Node
from galley.mesh.session import StreamError

WILDCARD = "*"
SHORT = 256
"""Longest request, in bytes, that is remembered once it is read: thousands acknowledge a version
in the same words."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request of either kind."""

    url: str
    node: Node | None
    nonce: str
    error: str | None
    """Why the response with that nonce is refused; None: it is not."""
    names: frozenset[str] = frozenset()
    """State of the world: all that is asked for. Delta: what is asked for from now on."""
    unsubscribe: frozenset[str] = frozenset()
    returns: bool = False
    """Whether the client says that it has something from an earlier stream."""
    held: Mapping[str, str] | None = None
    """Delta: version by name of what the client has from an earlier stream."""


def sotw(data: bytes) -> Request:
    """A DiscoveryRequest.

    Raises:
        StreamError: these are not the bytes of one.
    """
    return _known_sotw(data) if len(data) <= SHORT else _sotw(data)


def _sotw(data: bytes) -> Request:
    said = _said(DiscoveryRequest, data)
    return Request(
        url=said.type_url,
        node=_node(said.node) if said.HasField("node") else None,
        nonce=said.response_nonce,
        error=_reason(said),
        names=frozenset(said.resource_names),
        returns=bool(said.version_info),
    )


def delta(data: bytes) -> Request:
    """A DeltaDiscoveryRequest.

    Raises:
        StreamError: these are not the bytes of one.
    """
    return _known_delta(data) if len(data) <= SHORT else _delta(data)


def _delta(data: bytes) -> Request:
    said = _said(DeltaDiscoveryRequest, data)
    return Request(
        url=said.type_url,
        node=_node(said.node) if said.HasField("node") else None,
        nonce=said.response_nonce,
        error=_reason(said),
        names=frozenset(said.resource_names_subscribe),
        unsubscribe=frozenset(said.resource_names_unsubscribe),
        returns=bool(said.initial_resource_versions),
        held=dict(said.initial_resource_versions),
    )


_known_sotw = lru_cache(maxsize=256)(_sotw)
_known_delta = lru_cache(maxsize=256)(_delta)


def _said(kind: Any, data: bytes) -> Any:
    try:
        return kind.FromString(data)
    except DecodeError as error:
        name = kind.DESCRIPTOR.name
        raise StreamError("INVALID_ARGUMENT", f"the request is no {name}") from error


def _reason(said: Any) -> str | None:
    if not said.HasField("error_detail"):
        return None
    return said.error_detail.message or f"code {said.error_detail.code}, no reason given"


def _node(said: Any) -> Node:
    metadata = type(said.metadata)()
    metadata.CopyFrom(said.metadata)
    place = said.locality
    return Node(
        id=said.id[:NODE_LENGTH],
        cluster=said.cluster[:NODE_LENGTH],
        region=place.region,
        zone=place.zone,
        sub_zone=place.sub_zone,
        metadata=lambda: _plain(metadata),
    )


def _plain(struct: Any) -> dict[str, Any]:
    """A Struct as Python has it; protobuf's own way refuses numbers that JSON does not have."""
    return {name: _plain_value(value) for name, value in struct.fields.items()}


def _plain_value(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _plain(value.struct_value)
    if kind == "list_value":
        return [_plain_value(each) for each in value.list_value.values]
    return None if kind in {None, "null_value"} else getattr(value, kind)
