"""What is known of a kind before any of its resources is read: names, scope, storage version.

Sources need it to give a document its key; the schemas that judge a body are `pipeline.schema`'s.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.model.canonical import Path


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource."""

    group: str
    """API group; empty for Kubernetes' core."""
    kind: str
    """`VirtualService`."""
    version: str
    """The storage version, `v1`: what a resource's apiVersion is normalised to."""
    plural: str = ""
    namespaced: bool = True
    served: tuple[str, ...] = ()
    """Other versions that convert to the storage version without change of the body."""
    aliases: tuple[str, ...] = ()
    """Other names for the collection, such as the original's `istio/networking/v1alpha3/...`."""
    observed: bool = False
    """Whether it is a fact about the world and not configuration (Endpoints, Pod)."""
    sensitive: tuple[Path, ...] = field(default=())
    """Fields that are redacted wherever people look; `*` stands for any one step."""

    @property
    def collection(self) -> str:
        return f"{self.group or 'core'}/{self.kind}"

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


class Kinds:
    """The kinds that an environment knows, by collection and by every alias."""

    def __init__(self, kinds: Iterable[Kind] = ()) -> None:
        self._by_collection = {kind.collection: kind for kind in kinds}
        self._by_alias = {
            alias.casefold(): kind.collection
            for kind in self._by_collection.values()
            for alias in _names(kind)
        }

    def get(self, collection: str) -> Kind | None:
        return self._by_collection.get(collection)

    def resolve(self, name: str) -> str | None:
        """The collection that a person means by `VirtualService`, `virtualservices`,
        `networking.istio.io/v1/VirtualService` or an alias; None if nothing is called so."""
        if name in self._by_collection:
            return name
        return self._by_alias.get(name.casefold())

    @property
    def names(self) -> Mapping[str, str]:
        """Every alias in lower case to its collection."""
        return self._by_alias

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_collection.values())

    def __len__(self) -> int:
        return len(self._by_collection)


def split_api_version(api_version: str) -> tuple[str, str]:
    """Group and version of `networking.istio.io/v1` or `v1`; the core group is empty."""
    group, _, version = api_version.rpartition("/")
    return group, version


def collection_of(group: str, kind: str) -> str:
    """The collection's name; `core` stands for the empty group."""
    return f"{group or 'core'}/{kind}"


def _names(kind: Kind) -> Iterator[str]:
    yield kind.collection
    yield kind.kind
    if kind.plural:
        yield kind.plural
        yield f"{kind.plural}.{kind.group}" if kind.group else kind.plural
    for version in (kind.version, *kind.served):
        yield f"{kind.group or 'core'}/{version}/{kind.kind}"
    yield from kind.aliases
