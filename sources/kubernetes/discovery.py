"""Asking a cluster which kinds it has, and noticing when that changes.

Two requests tell all kinds (aggregated discovery, Kubernetes 1.27 and later). Where
CustomResourceDefinitions may be watched, their metadata is, and a change leads to a look at once;
it is looked again shortly afterwards, because discovery learns of a new CRD a little later.
"""

import asyncio
import logging
from dataclasses import replace
from typing import Any

from pipeline.model import Kinds
from pipeline.model.messages import kubernetes as messages
from sources.kubernetes.access import Access
from sources.kubernetes.failure import AnsweredError, UnreachableError
from sources.kubernetes.kinds import Chosen, Cluster, choose, served_kinds
from sources.settings import KubernetesSettings

log = logging.getLogger("galley.kubernetes")

_AGGREGATED = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
    for version in ("v2", "v2beta1")
)
_METADATA = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"
_LIST, _EVENTS = _METADATA.format("List"), _METADATA.format("")
_CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Discovery:
    """The kinds of one cluster that the settings ask for."""

    def __init__(self, settings: KubernetesSettings, access: Access, kinds: Kinds) -> None:
        self._settings = settings
        self._access = access
        self._kinds = kinds
        self.chosen: dict[str, Chosen] = {}
        self.served: frozenset[str] = frozenset()
        """Collections that the cluster has, whether they are read or not."""
        self.missing: tuple[str, ...] = ()
        """Collections that are asked for by name and are not there."""

    async def look(self) -> None:
        """Find out which kinds are read now.

        Raises:
            UnreachableError: it cannot be told; what was chosen stays chosen.
        """
        try:
            cluster = await self._ask()
        except AnsweredError as error:
            raise self._unknown(error.said) from error
        entries = self._settings.kinds
        groups = {entry.group for entry in entries if entry.group}
        if unavailable := sorted(groups & cluster.stale):
            raise self._unknown(f"the group {unavailable[0]} is unavailable")
        self.served = frozenset(cluster.served)
        self.chosen, self.missing = choose(entries, cluster, self._kinds)

    async def gone(self, chosen: Chosen) -> bool:
        """Whether a kind that discovery no longer names is no longer there: an API server that has
        just started may name too few, but answers for them that it is not ready.

        Raises:
            UnreachableError: it cannot be told.
        """
        try:
            await self._access.json(chosen.path(), (("limit", "1"),), _LIST)
        except AnsweredError as error:
            return error.status == 404
        return False

    async def _ready(self) -> None:
        """Make sure that the API server knows all its kinds; where nobody may ask, it has to do."""
        try:
            await self._access.text("/readyz")
        except AnsweredError as error:
            if error.status >= 500:
                raise self._unknown("it is not ready") from error

    async def _ask(self) -> Cluster:
        await self._ready()
        documents = [await self._access.json(each, (), _AGGREGATED) for each in ("/api", "/apis")]
        if any(each.get("kind") != "APIGroupDiscoveryList" for each in documents):
            raise self._unknown("it is older than Kubernetes 1.27")
        selectors = {entry.crds for entry in self._settings.kinds if entry.crds}
        crds = {each: await self._labelled(each) for each in selectors}
        return replace(served_kinds(documents), crds=crds)

    async def _labelled(self, selector: str) -> frozenset[str]:
        found: Any = await self._access.json(_CRDS, (("labelSelector", selector),), _LIST)
        return frozenset(each["metadata"]["name"] for each in found.get("items") or ())

    def _unknown(self, problem: str) -> UnreachableError:
        cluster = self._settings.cluster()
        return UnreachableError(messages.KINDS_UNKNOWN.report(cluster=cluster, problem=problem))

    async def changes(self, news: asyncio.Event) -> None:
        """Set the event at each change of a CRD; returns when they cannot be watched for now.

        Raises:
            UnreachableError: the cluster cannot be reached.
        """
        query = (("watch", "1"), ("allowWatchBookmarks", "1"), ("timeoutSeconds", "300"))
        try:
            async with self._access.stream(_CRDS, query, _EVENTS) as pieces:
                async for _ in pieces:
                    news.set()
        except TimeoutError:
            return  # there was none for a while
        except AnsweredError as error:
            log.debug("CustomResourceDefinitions cannot be watched: %s", error)
