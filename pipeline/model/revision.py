"""A named state of a source that keeps a history of its own: a commit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision, as far as its source knows it; what people are shown beside its name."""

    id: str
    """What the source calls it, in full: a commit's hash."""
    author: str = ""
    """Name and address of who made it."""
    time: float = 0.0
    """When it was made, in seconds since the epoch, by its author's clock."""
    subject: str = ""
    """Its first line of explanation."""
    link: str = ""
    """Web address where people can look at it; empty where none can be derived."""
    signer: str = ""
    """Whose key vouches for it; empty where nobody looked or none does."""

    def __str__(self) -> str:
        return f"{self.id[:12]} {self.subject}".rstrip()
