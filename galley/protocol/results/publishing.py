"""What a publication or a rollback does, and who has got it."""

from typing import Literal

from galley.protocol.results.common import DiagnosticResult, Result
from galley.protocol.results.content import DiffResult
from galley.protocol.results.holding import HoldResult, QuarantineResult


class Laggard(Result):
    """A subscriber that has not got a version."""

    subscriber: str
    state: str
    reason: str = ""


class DeliveryResult(Result):
    """Who has got a version, of those connected when it was published."""

    version: int
    connected: int
    had: int
    missing: list[Laggard] = []
    outcome: Literal["acked", "timed-out", "refused", "no-subscribers", "not-waited"]


class PublishResult(Result):
    """What a publication, a rollback or its dry run did or would do."""

    channel: str
    dry_run: bool = False
    version: int
    """The new version; with `dry_run`, the live one."""
    digest: str
    restores: int = 0
    diff: DiffResult
    diagnostics: list[DiagnosticResult] = []
    """The verdict of today's checks."""
    quarantined: list[QuarantineResult] = []
    """The first 500."""
    quarantined_total: int = 0
    lifted: list[QuarantineResult] = []
    holds: list[HoldResult] = []
    affected: list[str] = []
    """Subscribers whose view changes."""
    warnings: list[str] = []
    delivery: DeliveryResult | None = None


class WaitResult(Result):
    """Whether a version or revision is where it was waited for."""

    done: bool
    version: int
    digest: str = ""
    revision: str = ""
    outcome: Literal[
        "live", "acked", "timed-out", "refused", "blocked", "superseded", "rolled-back"
    ]
    rolled_back_by: int = 0
    """The rollback that took the version back; 0 if none did."""
    delivery: DeliveryResult | None = None
    diagnostics: list[DiagnosticResult] = []


class ResendResult(Result):
    """How many sessions get the live version again."""

    sessions: int


class UpdateResult(Result):
    """One line of `galley subscribe -o json`."""

    version: int
    lineage: str
    kind: str
    author: str
    reason: str
    time: float
    complete: bool
    """Whether `upserts` is everything: forget what was held before."""
    stale: bool
    """Whether the service has been silent, and this is only the last that is known."""
    upserts: dict[str, str]
    """Key to digest of what is new or different."""
    removals: list[str]
