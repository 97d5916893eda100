"""Fields of Envoy's messages, which JSON may spell as `cluster_name` or as `clusterName`."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from pipeline.loose import mapping


def camel(name: str) -> str:
    """`clusterName` for `cluster_name`."""
    return re.sub("_(.)", lambda found: found[1].upper(), name)


def spelled(value: Any, name: str) -> str:
    """The name under which a mapping holds a field; the first if it does not."""
    other = camel(name)
    return other if other in mapping(value) and name not in value else name


def held(value: Any, *names: str) -> Any:
    """What lies that deep within mappings; None where there is nothing, or no mapping."""
    for name in names:
        value = mapping(value).get(spelled(value, name))
    return value


def said(value: Any, name: str) -> str:
    """A text within a mapping; empty where there is none."""
    found = held(value, name)
    return found if isinstance(found, str) else ""


def spellings(pattern: str) -> Iterator[str]:
    """Every way to spell a pattern of `Fields`."""
    steps = ({step: None, camel(step): None} for step in pattern.split("."))
    return (".".join(each) for each in product(*steps))
