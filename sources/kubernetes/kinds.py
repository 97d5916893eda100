"""Which kinds are read: what the settings ask for, out of what the cluster has.

Everything here is pure. A kind is read at the version to which the environment's schema normalises
it, if the cluster serves that one, else at another that converts to it, else at the one that the
cluster prefers.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.model import Kind, Kinds
from pipeline.model.kind import collection_of
from sources.settings import KindEntry


@dataclass(frozen=True, slots=True)
class Served:
    """One kind of a cluster that can be listed and watched."""

    group: str
    kind: str
    plural: str
    namespaced: bool
    versions: tuple[str, ...]
    """The preferred one first."""

    @property
    def collection(self) -> str:
        return collection_of(self.group, self.kind)

    @property
    def crd(self) -> str:
        """Name of its CustomResourceDefinition, if it has one."""
        return f"{self.plural}.{self.group}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """What a cluster has."""

    served: Mapping[str, Served]
    """By collection."""
    crds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Names of the CRDs that each of the asked selectors selects."""
    stale: frozenset[str] = frozenset()
    """Groups of which only what was known earlier is known."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A kind that is read, and how."""

    served: Served
    version: str
    entry: KindEntry

    @property
    def collection(self) -> str:
        return self.served.collection

    @property
    def resource(self) -> str:
        """What people call it: `virtualservices.networking.istio.io`."""
        return self.served.crd if self.served.group else self.served.plural

    def path(self, namespace: str = "") -> str:
        """Where the API server keeps the objects; of one namespace, or of all."""
        group, version = self.served.group, self.version
        root = f"/apis/{group}/{version}" if group else f"/api/{version}"
        inside = f"/namespaces/{namespace}" if namespace else ""
        return f"{root}{inside}/{self.served.plural}"

    def described(self, kinds: Kinds) -> Kind:
        """The kind as the environment has it, with the scope that the cluster knows."""
        served, known = self.served, kinds.get(self.collection)
        if known and self.version in known.versions:
            return replace(known, plural=served.plural, namespaced=served.namespaced)
        return Kind(
            group=served.group,
            kind=served.kind,
            version=self.version,
            plural=served.plural,
            namespaced=served.namespaced,
        )


def served_kinds(documents: Iterable[Any]) -> Cluster:
    """What lists of aggregated discovery say."""
    served: dict[str, Served] = {}
    stale: set[str] = set()
    for group in (each for document in documents for each in document.get("items") or ()):
        name = (group.get("metadata") or {}).get("name", "")
        for version in group.get("versions") or ():
            if version.get("freshness") == "Stale":
                stale.add(name)
            _gather(name, version, served)
    return Cluster(served, stale=frozenset(stale))


def _gather(group: str, version: Mapping[str, Any], served: dict[str, Served]) -> None:
    for resource in version.get("resources") or ():
        kind = (resource.get("responseKind") or {}).get("kind", "")
        if not kind or not {"list", "watch"} <= set(resource.get("verbs") or ()):
            continue
        collection = collection_of(group, kind)
        known = served.get(collection)
        served[collection] = Served(
            group,
            kind,
            resource["resource"],
            resource.get("scope") == "Namespaced",
            (*(known.versions if known else ()), version["version"]),
        )


def choose(
    entries: Iterable[KindEntry], cluster: Cluster, kinds: Kinds
) -> tuple[dict[str, Chosen], tuple[str, ...]]:
    """The kinds that are read, by collection, and the collections that are asked for and missing;
    of several entries for one kind the first counts."""
    chosen: dict[str, Chosen] = {}
    missing: list[str] = []
    for entry in entries:
        found = list(_named(entry, cluster))
        if entry.kind and not found and not entry.optional:
            missing.append(entry.kind)
        for served in found:
            version = _version(served, kinds.get(served.collection))
            chosen.setdefault(served.collection, Chosen(served, version, entry))
    return chosen, tuple(dict.fromkeys(missing))


def _named(entry: KindEntry, cluster: Cluster) -> Iterator[Served]:
    if entry.kind:
        if found := cluster.served.get(entry.kind):
            yield found
        return
    wanted = cluster.crds.get(entry.crds, frozenset())
    for each in cluster.served.values():
        group = each.group or "core"
        if group == entry.group if entry.group else each.crd in wanted:
            yield each


def _version(served: Served, known: Kind | None) -> str:
    wished = known.versions if known else ()
    return next((each for each in wished if each in served.versions), served.versions[0])
