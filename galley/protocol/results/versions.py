"""Versions, and candidates that did not become one."""

from typing import Any, Literal

from galley.protocol.results.common import CountsResult, DiagnosticResult, Result


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
    cause: dict[str, Any]
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


class CandidateResult(Result):
    """A candidate that was refused, is parked or waits."""

    id: str
    state: Literal["refused", "parked", "waiting", "confirmed"]
    base: int
    time: float
    last: float
    seen: int
    cause: dict[str, Any]
    counts: CountsResult
    diagnostics: list[DiagnosticResult]


class HistoryResult(Result):
    """Versions newest first, and the candidates that did not become one."""

    channel: str
    lineage: str
    versions: list[VersionResult]
    candidates: list[CandidateResult] = []
