"""Versions, and candidates that did not become one."""

from typing import Literal

from galley.protocol.results.common import (
    CountsResult,
    DiagnosticResult,
    Result,
    RevisionResult,
)
from galley.protocol.results.refusals import RefusalResult


class SourceCause(Result):
    """What of one source led to a version."""

    source: str
    revision: str = ""
    """What the source was at."""
    cause: str = ""
    """Who or what changed it, in the source's words."""
    locators: list[str] = []
    """Where: the first 20."""
    count: int = 0
    """How many locators there are."""
    revisions: list[RevisionResult] = []
    """What had come since all of the source was embodied: the newest 20, newest first."""
    revisions_total: int = 0


class RollbackCause(Result):
    """To what was rolled back, and how much of the channel."""

    target: int
    scope: dict[str, str] = {}
    """`collection`, `namespace`, `resource`; empty for everything."""


class EnvironmentCause(Result):
    """Digests of the environments before and after, shortened."""

    before: str
    after: str


class CauseResult(Result):
    """Why there is a version, or a candidate; a restored one has no cause of its own."""

    sources: list[SourceCause] = []
    rollback: RollbackCause | None = None
    environment: EnvironmentCause | None = None


class VersionResult(Result):
    """One version of a channel."""

    version: int
    digest: str
    environment: str
    parent: int
    kind: Literal["publish", "rollback", "environment", "restore"]
    time: float
    author: str
    reason: str
    cause: CauseResult
    counts: CountsResult
    restores: int = 0
    rolled_back_by: int = 0
    ended: float = 0
    """When the next version took over; 0 while it is live."""
    pinned: str = ""
    restorable: bool = True
    connected: int = 0
    """Subscribers connected throughout; with `had` and `refused`, as last counted."""
    had: int = 0
    refused: int = 0
    """Of these, how many refuse it as `invalid`."""
    refusers: int = 0
    """Subscribers that have refused it at any time, for whatever reason."""
    refusals: list[RefusalResult] = []
    """What they said: the first 100, only where they are asked for."""
    revisions: dict[str, str] = {}
    """What each source was at whose states have names: source to revision."""


class CandidateResult(Result):
    """A candidate that was refused, is parked or waits."""

    id: str
    state: Literal["refused", "parked", "waiting", "confirmed"]
    base: int
    time: float
    last: float
    seen: int
    cause: CauseResult
    counts: CountsResult
    diagnostics: list[DiagnosticResult]


class HistoryResult(Result):
    """Versions newest first, and the candidates that did not become one."""

    channel: str
    lineage: str
    versions: list[VersionResult]
    candidates: list[CandidateResult] = []
