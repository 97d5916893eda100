"""What several answers have in common: diagnostics, counts, problems."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Result(BaseModel):
    """What all answers have in common."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class DiagnosticResult(Result):
    """One finding."""

    code: str
    level: Literal["error", "warning", "info"]
    message: str
    resource: str = ""
    """Key of the resource, `group/Kind/namespace/name`; empty if none could be read."""
    field: str = ""
    """The field as people write it: `spec.http[0].route`."""
    source: str = ""
    file: str = ""
    """Locator in the source: a file's path."""
    line: int = 0
    column: int = 0
    revision: str = ""
    """What its source called its state when this was found: a commit."""
    link: str = ""
    """Web address of the place at that revision; empty where none can be derived."""
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
