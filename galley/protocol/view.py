"""Which resources a subscription wants: the filter of a view, normalised."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class View:
    """Which resources a subscription wants, normalised: equal views compare equal.

    An empty field selects everything; labels must all be equal. A collection may be written as
    group/version/Kind or v1/Kind; the version is dropped.
    """

    collections: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        collections: Iterable[str] = (),
        namespaces: Iterable[str] = (),
        labels: Mapping[str, str] | None = None,
    ) -> Self:
        """The view that selects these, in any order and spelling."""
        return cls(
            tuple(sorted({_collection(name) for name in collections})),
            tuple(sorted(set(namespaces))),
            tuple(sorted((labels or {}).items())),
        )

    def resolved(self, names: Mapping[str, str]) -> Self:
        """The view with aliases replaced by the collections that `names` gives for them."""
        collections = [names.get(name.casefold(), name) for name in self.collections]
        return replace(self, collections=tuple(sorted(set(collections))))

    def selects(self, collection: str, namespace: str) -> bool:
        """Whether collection and namespace are selected; labels are not looked at."""
        return not (
            (self.collections and collection not in self.collections)
            or (self.namespaces and namespace not in self.namespaces)
        )

    def selects_labels(self, labels: Mapping[str, str]) -> bool:
        return all(labels.get(name) == value for name, value in self.labels)

    def as_map(self) -> dict[str, Any]:
        """The view as it travels."""
        return {
            "collections": list(self.collections),
            "namespaces": list(self.namespaces),
            "labels": dict(self.labels),
        }


def _collection(name: str) -> str:
    parts = name.split("/")
    if len(parts) == 3:
        return f"{parts[0]}/{parts[2]}"
    if len(parts) == 2 and parts[0][:1] == "v" and parts[0][1:2].isdigit():
        return f"core/{parts[1]}"
    return name
