"""What several answers have in common: diagnostics, counts, problems."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Result(BaseModel):
    """What all answers have in common."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class OriginResult(Result):
    """Where something is in its source now; what is not known is empty."""

    source: str = ""
    file: str = ""
    """Locator in the source: a file's path, an object's key."""
    line: int = 0
    revision: str = ""
    """What its source called its state when it was read: a commit, a resourceVersion."""
    uid: str = ""
    """Of an object of a cluster: what tells it from an earlier one of the same name."""
    generation: int = 0
    """Of an object of a cluster: how often what is wanted of it was written."""
    link: str = ""
    """Web address of the place at that revision, or of the object at its API server; empty where
    none can be derived."""


class DiagnosticResult(OriginResult):
    """One finding, and where it is."""

    code: str
    level: Literal["error", "warning", "info"]
    message: str
    resource: str = ""
    """Key of the resource, `group/Kind/namespace/name`; empty if none could be read."""
    field: str = ""
    """The field as people write it: `spec.http[0].route`."""
    column: int = 0
    state: Literal["live", "pending", "carried", "environment", "source"] = "live"
    """live: of the live version · carried: blocking, but on content that was live before the check
    existed · pending: of input that is not published · environment, source: of those themselves."""


class CountsResult(Result):
    """How a version differs from its parent."""

    added: int = 0
    changed: int = 0
    deleted: int = 0
    resources: int = 0


class RevisionResult(Result):
    """One revision of a source: a commit. What is not known is empty."""

    id: str
    author: str = ""
    """Name and address."""
    time: float = 0
    """When it was made, by its author's clock."""
    subject: str = ""
    link: str = ""
    """Web address; empty where none can be derived."""
    signer: str = ""
    """Whose key vouches for it; empty where nobody looked or none does."""


class ProblemResult(Result):
    """An error as a problem document (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    code: str = ""
    """usage · unauthorized · forbidden · not-found · conflict · too-large · refused · too-many ·
    unavailable · timed-out · internal."""
    remedy: str = ""
    diagnostics: list[DiagnosticResult] = []
