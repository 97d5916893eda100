"""Looking into values of any shape: what is absent or misshapen is passed over.

A stage may see resources that their schema refuses, or that have none, and must not fail on them.
"""

from typing import Any


def text(value: Any, name: str, default: str = "") -> str:
    """A text within a mapping; the default where there is none, or an empty one."""
    if type(value) is not dict or name not in value:
        return default
    held = value[name]
    return held if type(held) is str and held else default


def inside(value: Any, *names: str | int) -> Any:
    """What lies that deep within mappings; None where there is nothing, or no mapping. A number is
    in no mapping."""
    for name in names:
        if type(value) is not dict:
            return None
        value = value.get(name)
    return value


def mapping(value: Any, *names: str) -> dict[str, Any]:
    """A mapping that lies that deep; empty where there is none."""
    held = inside(value, *names)
    return held if type(held) is dict else {}


def items(value: Any, *names: str) -> list[Any]:
    """A list that lies that deep; empty where there is none."""
    held = inside(value, *names)
    return held if type(held) is list else []


def is_port(value: Any) -> bool:
    """Whether it is a number that a port can have."""
    return type(value) is int and 0 < value < 65536
