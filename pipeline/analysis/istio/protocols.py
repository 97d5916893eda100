"""What a port of a Service speaks, as Istio reads it: `appProtocol` first, then how it is named."""

from collections.abc import Mapping
from typing import Any

from pipeline.loose import text

_FAMILIES: Mapping[str, str] = {
    **dict.fromkeys(("grpc", "grpc-web", "h2c", "http", "http2", "ws"), "http"),
    **dict.fromkeys(("https", "tls", "wss"), "tls"),
    **{name: name for name in ("hbone", "mongo", "mysql", "redis", "tcp", "udp")},
}
_NAMES = frozenset(_FAMILIES) - {"h2c", "ws", "wss"}
"""Those that the name of a port may begin with."""


def protocol_of(port: Any) -> str:
    """What a port is said to speak, in lower case; empty if neither of the two fields tells."""
    said = text(port, "appProtocol").lower()
    if said:
        return said.removeprefix("kubernetes.io/")
    name = text(port, "name").lower()
    known = (each for each in _NAMES if name == each or name.startswith(f"{each}-"))
    return max(known, key=len, default="")


def family_of(port: Any) -> str:
    """What a proxy tells apart: all that is HTTP is one protocol, and all that is encrypted."""
    return _FAMILIES.get(protocol_of(port), "")
