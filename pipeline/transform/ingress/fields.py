"""Values where a shape is not certain: no schema stands between a manifest and a transform."""

import re
from collections.abc import Mapping
from typing import Any

_LABEL = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_DNS = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){3}")


def inside(value: Any, *names: str) -> Any:
    """What lies that deep within mappings; None where there is nothing, or no mapping."""
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def items(value: Any, *names: str) -> list[Any]:
    """A list that lies that deep; empty where there is none."""
    held = inside(value, *names)
    return held if isinstance(held, list) else []


def is_dns_name(text: Any) -> bool:
    """Whether it is a name in lower case, as Kubernetes wants those of hosts and resources."""
    return isinstance(text, str) and len(text) <= 253 and _DNS.fullmatch(text) is not None


def is_host(text: Any) -> bool:
    """Whether it is a host as an Ingress may name it: a name, or `*.` and a name; no address."""
    if not isinstance(text, str) or len(text) > 253 or _ADDRESS.fullmatch(text):
        return False
    return is_dns_name(text.removeprefix("*."))


def is_port(value: Any) -> bool:
    """Whether it is the number of a port."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536
