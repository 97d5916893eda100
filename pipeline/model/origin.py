"""Where a resource is now: a current fact per key, outside the digest."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """The place in a source that holds a resource."""

    source: str
    """Name of the source."""
    revision: str
    """What the source said when it was read: a commit, a resourceVersion; empty for files."""
    locator: str
    """A file, a blob path, an object; unique within the source."""
    line: int = 0
    """Line on which the document begins, from 1; 0 where lines mean nothing."""
    uid: str = ""
    """What an object of a cluster is called to tell it from an earlier one of the same name; empty
    where the source knows none, and after a restart until it was read again."""
    generation: int = 0
    """How often what is wanted of the object was written, from 1; 0 as above."""

    def __str__(self) -> str:
        place = f"{self.locator}:{self.line}" if self.line else self.locator
        return f"{place}@{self.revision[:12]}" if self.revision else place


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column of one field, both from 1."""

    line: int
    column: int
