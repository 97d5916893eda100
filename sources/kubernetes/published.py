"""What an API server publishes of the kinds that are not defined by CRDs, group by group.

Its OpenAPI has a document for each version of a group, under an address that names its content
(Kubernetes 1.24 and later): what is as it was is not asked for again. A document travels as a
resource; what it means is for others to say.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from time import time
from typing import Any

from pipeline.model import Broken, Change, Diagnostic, Key, Located, Origin, Read, Removed, Resource
from pipeline.model.messages import kubernetes as messages
from sources.kubernetes.access import Access
from sources.kubernetes.failure import AnsweredError
from sources.settings import PUBLISHED

_INDEX = "/openapi/v3"
_PREFIX = "openapi/"
_GROUP = re.compile(r"api/(?P<core>v\d\w*)|apis/(?P<group>[^/]+)/(?P<version>v\d\w*)")


class Published:
    """Tells what differs from what it told before."""

    def __init__(self, source: str, access: Access) -> None:
        self._source = source
        self._access = access
        self._told: dict[str, Mapping[str, str]] = {}
        """By group, what was told: the versions with their addresses."""
        self._refused: dict[str, str] = {}
        """By locator, why it could not be read, where that was told."""
        self.heard = 0.0
        """When the API server last answered, in seconds since the epoch."""

    def __len__(self) -> int:
        return len(self._told)

    async def look(self, defined: Collection[str]) -> list[Change]:
        """Ask what is published now, but for groups that CRDs define; changes count as told.

        Raises:
            UnreachableError: the cluster cannot be reached.
        """
        try:
            groups = _groups(await self._access.json(_INDEX))
        except (AnsweredError, ValueError) as error:
            return [*self._broken(_PREFIX, "its own kinds", error)]
        self.heard = time()
        changes: list[Change] = [*self._readable(_PREFIX)]
        wanted = {name: held for name, held in groups.items() if name not in defined}
        for group in self._known() - wanted.keys():
            self._told.pop(group, None)
            self._refused.pop(_locator(group), None)
            changes.append(Removed(_locator(group)))
        for group, addresses in wanted.items():
            if self._told.get(group) != addresses:
                changes += await self._group(group, addresses)
        return changes

    def _known(self) -> set[str]:
        """Groups of which anything was told."""
        return {*self._told, *(each.removeprefix(_PREFIX) for each in self._refused)}

    async def _group(self, group: str, addresses: Mapping[str, str]) -> list[Change]:
        """One group anew: all its versions, or why they cannot be read."""
        locator = _locator(group)
        try:
            documents = {v: await self._access.json(path) for v, path in addresses.items()}
            held = tuple(self._located(locator, *each) for each in documents.items())
        except (AnsweredError, ValueError) as error:
            return [*self._broken(locator, f"the group {group}", error)]
        self._told[group] = addresses
        self._refused.pop(locator, None)
        return [Read(locator, held)]

    def _located(self, locator: str, version: str, document: Any) -> Located:
        if not isinstance(document, dict):
            raise ValueError("what it says is no document")  # noqa: TRY004  # bad input, not a defect
        key = Key(PUBLISHED, "", f"{locator.removeprefix(_PREFIX)}.{version}")
        resource = Resource.build(key, str(document.get("openapi", "")), body=document)
        return Located(resource, Origin(self._source, "", locator))

    def _broken(self, locator: str, what: str, error: Exception) -> Iterator[Broken]:
        """Why something cannot be read, unless that was told; what it held stays."""
        said = error.said if isinstance(error, AnsweredError) else error
        report = messages.PUBLISHED_UNREADABLE.report(what=what, problem=said)
        found: Diagnostic = report.at(self._source, locator)
        if self._refused.get(locator) != found.message:
            self._refused[locator] = found.message
            yield Broken(locator, (found,))

    def _readable(self, locator: str) -> Iterator[Removed]:
        if self._refused.pop(locator, None) is not None:
            yield Removed(locator)


def _groups(index: Any) -> dict[str, dict[str, str]]:
    """By group, its versions and where the document of each is; what is misshapen is passed over.

    Raises:
        ValueError: it names no documents.
    """
    found: dict[str, dict[str, str]] = {}
    paths = index.get("paths") if isinstance(index, dict) else None
    if not isinstance(paths, dict) or not paths:
        raise ValueError("it names no documents")
    for path, about in sorted(paths.items()):
        place = _GROUP.fullmatch(path)
        address = about.get("serverRelativeURL") if isinstance(about, dict) else None
        if place and isinstance(address, str):
            group, version = place["group"] or "core", place["core"] or place["version"]
            found.setdefault(group, {})[version] = address
    return found


def _locator(group: str) -> str:
    return f"{_PREFIX}{group}"
