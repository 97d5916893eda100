"""Sources, subscribers, channels and the service at a glance."""

from typing import Any, Literal

from galley.protocol.results.common import (
    DiagnosticResult,
    OriginResult,
    Result,
    RevisionResult,
)
from galley.protocol.results.forges import CommitStatusResult
from galley.protocol.results.holding import HoldResult


class SourceResult(Result):
    """One source: what is read and how fresh."""

    name: str
    type: str
    gives: Literal["resources", "schemas"] = "resources"
    """What is read of it: of one that gives schemas, the definitions of kinds, as environment."""
    unit: str
    rank: int
    required: bool
    state: Literal["synced", "stale", "never-synced", "failing"]
    revision: str = ""
    accepted_revision: str = ""
    age: float = 0
    """Seconds since it was last read."""
    locators: int = 0
    resources: int = 0
    pending: int = 0
    """Change units that are not published yet."""
    blocked: int = 0
    """Of those, how many diagnostics block."""
    quarantined: int = 0
    arrived: list[RevisionResult] = []
    """What has come and is not live, the newest first: the newest 20."""
    arrived_total: int = 0
    waits: DiagnosticResult | None = None
    """Why all of it waits where a rollback brought it back to; None if it does not."""
    problem: DiagnosticResult | None = None
    commit_status: CommitStatusResult | None = None
    """Only where the settings ask for it."""


class NackedResult(OriginResult):
    """A resource that a subscriber refused, and where it comes from now."""

    resource: str
    reason: str = ""
    since: int = 0
    """The version from which on it is live as it is; 0 if it is not, or the worker is down."""
    brought_by: RevisionResult | None = None
    """The revision that brought it, if its source keeps a history."""


class ExternalCheckResult(Result):
    """One check outside of Galley: how often it was asked since the start, and how it went."""

    name: str
    asking: bool
    """Whether checks are being asked now."""
    passed: int
    blocked: int
    failed: int
    """Times that it could not be asked."""
    seconds: float
    """That all of it took."""
    last_seconds: float
    """That it took the last time."""
    problem: str = ""
    """Why it could not be asked then; empty if it could."""


class SubscriberResult(Result):
    """One subscriber and what it has."""

    channel: str
    node: str
    session: str
    wire: str
    credential: str
    address: str
    view: dict[str, Any]
    state: Literal["synced", "pending", "nacked", "diverged", "stale", "gone"]
    version: int
    """The newest version it has; 0 for none."""
    received: int = 0
    verified: int = 0
    lag: float = 0
    """Seconds since the oldest version it has not got was published; 0 if it has the live one."""
    nack: str = ""
    nack_kind: Literal["", "invalid", "retry"] = ""
    nacked: list[NackedResult] = []
    """The resources that it named when it refused: the first 20."""
    since: float = 0
    last_seen: float = 0


class ChannelResult(Result):
    """A channel at a glance."""

    channel: str
    lineage: str
    version: int
    digest: str
    published: float
    environment: str
    resources: int
    state: Literal["live", "loading", "waiting", "held", "parked", "down"]
    ready: bool
    """Every required source has synced, or the last good state is served."""
    pending: int
    blocked: int
    errors: int
    warnings: int
    holds: list[HoldResult] = []
    quarantined: int = 0
    parked: list[str] = []
    sources: list[SourceResult] = []
    checks: list[ExternalCheckResult] = []
    subscribers: int = 0
    synced: int = 0
    observed_version: int = 0
    store_bytes: int = 0
    problem: str = ""
    """Why the channel is not well, as a sentence; empty if it is."""


class StatusResult(Result):
    """The whole service."""

    galley: str
    started: float
    channels: list[ChannelResult]
