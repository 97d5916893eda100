"""Whose endpoints a cluster fetches: asked of its bytes, by whoever serves them.

After a cluster that has changed, Envoy waits for the endpoints that it names, changed or not; so
the server needs to know which those are, and has no reason to load Envoy's messages for it.
"""

from pipeline.encoding.protobuf.wire_format import fields

_NAME, _TYPE, _EDS_CONFIG = 1, 2, 3
_SERVICE_NAME = 2
_EDS = 3
"""Numbers of `envoy.config.cluster.v3.Cluster`, its `EdsClusterConfig` and `DiscoveryType`."""


def endpoints_of(cluster: bytes) -> str:
    """The ClusterLoadAssignment that an encoded Cluster fetches; empty: its type is not EDS.

    Raises:
        ValueError: these are not the bytes of a message.
    """
    held = dict(fields(cluster))
    if held.get(_TYPE) != _EDS:
        return ""
    named = dict(fields(_bytes(held.get(_EDS_CONFIG))))
    return _bytes(named.get(_SERVICE_NAME) or held.get(_NAME)).decode()


def _bytes(value: int | bytes | None) -> bytes:
    return value if isinstance(value, bytes) else b""
