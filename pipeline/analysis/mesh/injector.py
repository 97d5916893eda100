"""What the injector puts into pods: its image, and whether a namespace has to ask for it."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.loose import inside, mapping, text
from pipeline.model import Document, Resource
from pipeline.stage import Index, Reader

_NAME = "istio-sidecar-injector"
_FIELD = "values"
DEFAULT = "default"
"""The revision without a name."""


class Injector(NamedTuple):
    """What the values of one revision of the injector say."""

    image: str
    """Of the proxy, `hub/proxyv2:1.29.0`; empty: it cannot be told."""
    by_default: bool
    """Whether pods of namespaces that say nothing are injected."""
    cluster: str
    """What the cluster is called; empty: nobody says it."""


def _values(resource: Resource, _document: Document) -> Iterator[str]:
    name, dash, revision = resource.key.name.partition(f"{_NAME}-")
    if resource.key.name == _NAME:
        yield DEFAULT
    elif dash and not name:
        yield revision


INJECTOR = Index("config-map-of-an-injector", kinds.CONFIG_MAP, _values)


def injector_of(reader: Reader, revision: str = DEFAULT) -> Injector | None:
    """The injector of a revision; None: nobody holds its values, or they cannot be read."""
    return next(filter(None, map(_read, reader.find(INJECTOR, revision))), None)


@lru_cache(maxsize=32)
def _read(resource: Resource) -> Injector | None:
    held = inside(resource.document().body, "data", _FIELD)
    try:
        said = json.loads(held) if isinstance(held, str) else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    by_default = inside(said, "sidecarInjectorWebhook", "enableNamespacesByDefault")
    cluster = text(mapping(said, "global", "multiCluster"), "clusterName")
    return Injector(_image(mapping(said, "global")), by_default is True, cluster)


def _image(said: dict[str, Any]) -> str:
    image, hub = text(mapping(said, "proxy"), "image"), text(said, "hub")
    tag = inside(said, "tag")
    if "/" in image:
        return image
    is_whole = image and hub and isinstance(tag, str | int | float) and tag != ""
    return f"{hub}/{image}:{tag}" if is_whole else ""
