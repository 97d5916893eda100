"""What is known of a kind before any of its resources is read: names, scope, storage version.

Sources need it to give a document its key; the schemas that judge a body are `pipeline.schema`'s.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.model.canonical import Path
from pipeline.model.conversion import Conversion


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
    """Other versions of the group that convert to the storage version."""
    conversions: tuple[Conversion, ...] = field(default=(), hash=False)
    """What is different in some of them, and in versions of older groups; where nothing is said the
    body stays as it is."""
    aliases: tuple[str, ...] = ()
    """Other names for the collection, such as the original's `istio/networking/v1alpha3/...`."""
    observed: bool = False
    """Whether it is a fact about the world and not configuration (Endpoints, Pod)."""
    sensitive: tuple[Path, ...] = field(default=())
    """Fields that are redacted wherever people look; `*` stands for any one step."""
    facts: tuple[str, ...] = ()
    """Fields in which sources tell what is known of what they never take in, such as the data of a
    Secret; no schema has to know them."""
    named_by: tuple[Path, ...] = ()
    """Fields that hold the resource's name once more, in any of these spellings; where none is
    there the first is filled in."""

    @property
    def collection(self) -> str:
        return f"{self.group or 'core'}/{self.kind}"

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def versions(self) -> tuple[str, ...]:
        """All that convert to the storage version, which comes first."""
        return (self.version, *self.served)

    def conversion(self, api_version: str) -> Conversion | None:
        """What is different in an apiVersion; None: nothing."""
        return next((each for each in self.conversions if each.api_version == api_version), None)


class Kinds:
    """The kinds that an environment knows, by collection and by every alias."""

    def __init__(self, kinds: Iterable[Kind] = ()) -> None:
        self._by_collection = {kind.collection: kind for kind in kinds}
        self._by_alias = {
            alias.casefold(): kind.collection
            for kind in self._by_collection.values()
            for alias in _names(kind)
        }
        self._by_former = {
            (each.api_version, kind.kind): kind
            for kind in self._by_collection.values()
            for each in kind.conversions
        }

    def get(self, collection: str) -> Kind | None:
        return self._by_collection.get(collection)

    def stored(self, api_version: str, kind: str) -> Kind | None:
        """The kind to which what is written so converts; None: nobody knows that."""
        group, version = split_api_version(api_version)
        known = self._by_collection.get(collection_of(group, kind))
        if known is not None:
            return known if version in known.versions else None
        return self._by_former.get((api_version, kind))

    def collection(self, api_version: str, kind: str) -> str:
        """The collection of what is written so, known or not."""
        known = self.stored(api_version, kind)
        return known.collection if known else collection_of(split_api_version(api_version)[0], kind)

    def resolve(self, name: str) -> str | None:
        """The collection that a person means by `VirtualService`, `virtualservices`,
        `networking.istio.io/v1/VirtualService`, `k8s/networking.istio.io/v1/virtualservices` or an
        alias; of several kinds with the name the last one. None if nothing is called so."""
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
    group = kind.group or "core"
    for written in (*(f"{group}/{each}" for each in kind.versions), *_former(kind)):
        yield f"{written}/{kind.kind}"
        if kind.plural:
            yield f"k8s/{written}/{kind.plural}"
    yield from kind.aliases


def _former(kind: Kind) -> Iterator[str]:
    return (each.api_version for each in kind.conversions)
