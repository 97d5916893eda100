"""One object of a cluster as a change: slimmed, normalised, encoded."""

import math
from sys import intern
from typing import Any

import orjson

from pipeline.model import Broken, Diagnostic, Kinds, Located, Path, Place, Read
from pipeline.model.messages import reading
from sources.kubernetes.kinds import Chosen
from sources.kubernetes.provenance import origin
from sources.kubernetes.slimming import Slimming
from sources.manifests import Documents, Parsed, Types
from sources.settings import KubernetesSettings
from sources.source import SourceContext


class Decoder:
    """Reads the objects of one kind."""

    def __init__(
        self, settings: KubernetesSettings, context: SourceContext, chosen: Chosen
    ) -> None:
        self._source = settings.name
        self._limits = context.limits
        self._slimming = Slimming(chosen.collection, chosen.entry.status)
        served = chosen.served
        self._api_version = f"{served.group}/{chosen.version}" if served.group else chosen.version
        self._kind = served.kind
        self._collection = intern(chosen.collection)
        types = Types(Kinds([chosen.described(context.kinds)]))
        self._documents = Documents(
            types,
            context.limits,
            settings.default_namespace,
            status=self._slimming.keeps_status,
        )

    def locator(self, item: dict[str, Any]) -> str:
        """The name of an object's place: that of its key."""
        metadata = item.get("metadata") or {}
        return f"{self._collection}/{metadata.get('namespace', '')}/{metadata.get('name', '')}"

    def change(self, item: dict[str, Any]) -> Read | Broken:
        """What an object says; it is taken apart."""
        locator = self.locator(item)
        self._slimming.slim(item)
        item["apiVersion"], item["kind"] = self._api_version, self._kind  # items of lists have none
        found: list[Diagnostic] = []
        resource = None
        if _deeper(item, self._limits.depth):
            found.append(reading.TOO_DEEP.report(limit=self._limits.depth))
        else:
            resource = self._documents.resource(Parsed(item, 0, _nowhere), found)
        where = origin(self._source, locator, item.get("metadata") or {})
        told = tuple(each.at_origin(where) for each in found)
        if resource is None:
            return Broken(locator, told)
        return Read(locator, (Located(resource, where),), told)


def _deeper(value: Any, limit: int) -> bool:
    """Whether maps and lists are within each other more than so many times."""
    if _parts(value) <= limit:  # in most objects there are not that many at all
        return False
    level = [value]
    for _ in range(limit):
        level = [
            part
            for item in level
            for part in (item.values() if item.__class__ is dict else item)
            if part.__class__ is dict or part.__class__ is list
        ]
        if not level:
            return False
    return True


def _parts(value: Any) -> float:
    """How many maps and lists there are, or a few more: brackets in texts count too."""
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError:  # it writes 254 within each other
        return math.inf
    return text.count(b"{") + text.count(b"[")


def _nowhere(_path: Path) -> Place:
    """Objects of a cluster have no lines."""
    return Place(0, 0)
