"""What a client tells of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

NODE_LENGTH = 512
"""Characters of an id that are kept."""


def _nothing() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Node:
    """A sink of MCP, or a node of xDS."""

    id: str = ""
    cluster: str = ""
    region: str = ""
    zone: str = ""
    sub_zone: str = ""
    metadata: Callable[[], Mapping[str, Any]] = field(default=_nothing, compare=False)
    """Read only if somebody wants to know."""
