"""The shapes of every answer: of the HTTP API, of `-o json`, and of a worker to its service.

One model each, so that the OpenAPI document, the tables of the command line and the documented
JSON can never disagree. Times are seconds since the epoch, digests hexadecimal text.
"""

from typing import Any, Literal

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
    state: Literal["live", "pending", "carried", "environment", "source"] = "live"
    """live: of the live version · carried: blocking, but on content that was live before the check
    existed · pending: of input that is not published · environment, source: of those themselves."""


class CountsResult(Result):
    """How a version differs from its parent."""

    added: int = 0
    changed: int = 0
    deleted: int = 0
    resources: int = 0


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


class ResourceResult(Result):
    """One resource of a version."""

    collection: str
    namespace: str
    name: str
    api_version: str
    digest: str
    version: int
    """The version that was asked for."""
    created: float = 0
    source: str = ""
    file: str = ""
    line: int = 0
    revision: str = ""
    pending: bool = False
    """Whether its source now says something else than what is live."""
    manifest: dict[str, Any] | None = None
    """apiVersion, kind, metadata and body, sensitive fields redacted; None in lists."""


class ResourcesResult(Result):
    """Resources of one version, sorted by key; `next` asks for the rest."""

    channel: str
    version: int
    digest: str
    resources: list[ResourceResult]
    next: str = ""


class FieldChange(Result):
    """One field that differs; absent sides are None with `op` add or remove."""

    op: Literal["add", "remove", "replace"]
    field: str
    old: Any = None
    new: Any = None


class ResourceChange(Result):
    """One resource that two versions hold differently."""

    resource: str
    change: Literal["added", "changed", "deleted"]
    source: str = ""
    file: str = ""
    line: int = 0
    fields: list[FieldChange] = []


class DiffResult(Result):
    """What changed between two versions, or between live and a candidate."""

    channel: str
    old: int
    new: int
    """0 stands for what is not a version (yet)."""
    counts: CountsResult
    resources: list[ResourceChange]
    truncated: bool = False


class QuarantineResult(Result):
    """One input that a rollback took back."""

    source: str
    resource: str
    """Empty for the environment."""
    digest: str
    """Empty: the absence was taken back."""
    rollback: int
    target: int
    time: float
    reason: str
    lifts: str
    """What will lift it, as a sentence."""


class HoldResult(Result):
    """One hold."""

    id: str
    cause: str
    reason: str
    author: str
    time: float
    expires: float = 0


class ResumeResult(Result):
    """The holds that were, or would be, lifted."""

    lifted: list[HoldResult]


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
    lifted: list[QuarantineResult] = []
    holds: list[HoldResult] = []
    affected: list[str] = []
    """Subscribers whose view changes."""
    warnings: list[str] = []
    delivery: DeliveryResult | None = None


class PlanResult(Result):
    """What publishing other inputs would do."""

    channel: str
    base: int
    digest: str
    """The digest that would ship."""
    publishable: bool
    diff: DiffResult
    diagnostics: list[DiagnosticResult]


class SourceResult(Result):
    """One source: what is read and how fresh."""

    name: str
    type: str
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
    problem: DiagnosticResult | None = None


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
    since: float = 0
    last_seen: float = 0


class AuditResult(Result):
    """One entry of the audit."""

    id: int
    time: float
    actor: str
    origin: str
    action: str
    reason: str
    outcome: str
    details: dict[str, Any]


class TraceStage(Result):
    """What one stage made of a resource."""

    stage: str
    outputs: list[str]
    digest: str = ""
    changed: bool = False


class TraceResult(Result):
    """A resource from its origin through the stages to versions and subscribers."""

    resource: str
    source: str
    file: str
    line: int
    revision: str
    state: str
    """live · pending · blocked · quarantined · absent, as a word."""
    claimed_by: list[str] = []
    stages: list[TraceStage]
    versions: list[int]
    diagnostics: list[DiagnosticResult]
    subscribers: int = 0
    """How many subscribers have it in their view and hold the live version."""


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


class WaitResult(Result):
    """Whether a version or revision is where it was waited for."""

    done: bool
    version: int
    digest: str = ""
    revision: str = ""
    outcome: Literal["live", "acked", "timed-out", "refused", "blocked", "superseded"]
    delivery: DeliveryResult | None = None
    diagnostics: list[DiagnosticResult] = []


class PurgeResult(Result):
    """What a purge did or would do."""

    resource: str
    versions: list[int]
    dry_run: bool = False


class BackupResult(Result):
    """A backup that was written."""

    path: str
    version: int
    bytes: int


class ResendResult(Result):
    """How many sessions get the live version again."""

    sessions: int


class ReloadResult(Result):
    """What of the settings file could not be taken over, as sentences."""

    warnings: list[str]


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


class ValidationResult(Result):
    """What `galley validate` found."""

    ok: bool
    files: int
    resources: int
    diagnostics: list[DiagnosticResult]


class CheckResult(Result):
    """One thing that `galley check` looked at."""

    subject: str
    ok: bool
    detail: str = ""


class ChecksResult(Result):
    """Whether an installation is whole."""

    ok: bool
    checks: list[CheckResult]


class ProblemResult(Result):
    """An error as a problem document (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    code: str = ""
    """usage · unauthorized · forbidden · not-found · conflict · refused · unavailable ·
    timed-out · internal."""
    remedy: str = ""
    diagnostics: list[DiagnosticResult] = []
