"""What one schema document says of one kind, before anything is compiled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.model import Kind


@dataclass(frozen=True, slots=True)
class Description:
    """One kind as a CRD or a JSON Schema file describes it."""

    kind: Kind
    locator: str
    number: int
    """The document's number in its file."""
    schema: Mapping[str, Any]
    """A CRD's structural schema if `structural`, else a JSON Schema; of the whole manifest."""
    structural: bool
    document: Mapping[str, Any]
    """The document as it was written."""
    published: bool = False
    """Whether it is only what a followed API server publishes, which any other goes before."""
