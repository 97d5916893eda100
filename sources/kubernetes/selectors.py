"""What of a kind is asked for: selectors as the API server takes them."""

from dataclasses import dataclass
from typing import TypeAlias

from sources.settings import KindEntry, KubernetesSettings

Query: TypeAlias = tuple[tuple[str, str], ...]
"""Names and values of a request's parameters."""


@dataclass(frozen=True, slots=True)
class Selectors:
    """Labels and fields that an object must have to be read."""

    labels: str = ""
    fields: str = ""

    @classmethod
    def of(cls, settings: KubernetesSettings, entry: KindEntry) -> "Selectors":
        """What the source and the entry ask for, both at once."""
        labels = ",".join(filter(None, (settings.labels, entry.labels)))
        return cls(labels, entry.fields)

    def query(self) -> Query:
        """The parameters of a list or a watch."""
        given = (("labelSelector", self.labels), ("fieldSelector", self.fields))
        return tuple((name, value) for name, value in given if value)
