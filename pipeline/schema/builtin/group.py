"""How an entry is written: the kinds of one API group have most things in common."""

from dataclasses import dataclass, replace
from typing import Any

from pipeline.model import Conversion, Kind


@dataclass(frozen=True, slots=True)
class Group:
    """An API group with the versions that most of its kinds have, the storage version first."""

    name: str
    versions: str
    """With blanks between: `v1 v1beta1`."""
    served_as: str = ""
    """The first part of the names under which the original Galley serves its collections, and those
    of its time in other versions: `istio/networking`."""

    def kind(
        self, kind: str, plural: str, *aliases: str, versions: str = "", **others: Any
    ) -> Kind:
        """A namespaced kind; `versions` where they differ from the group's."""
        stored, *served = (versions or self.versions).split()
        prefix = self.served_as
        originals = [f"{prefix}/{each}/{plural}" for each in (stored, *served) if prefix]
        return Kind(
            group=self.name,
            kind=kind,
            version=stored,
            plural=plural,
            served=tuple(served),
            aliases=(*originals, *aliases),
            **others,
        )

    def cluster(self, kind: str, plural: str, *aliases: str, **others: Any) -> Kind:
        """A cluster-scoped kind."""
        return replace(self.kind(kind, plural, *aliases, **others), namespaced=False)


def observed(kind: Kind) -> Kind:
    """The kind as one of facts about the world."""
    return replace(kind, observed=True)


def alike(*api_versions: str) -> tuple[Conversion, ...]:
    """Older groups in which a kind looks as it does now."""
    return tuple(Conversion(each) for each in api_versions)
