"""The shapes of every answer: of the HTTP API, of `-o json`, and of a worker to its service.

One model each, so that the OpenAPI document, the tables of the command line and the documented
JSON can never disagree. Times are seconds since the epoch, digests hexadecimal text. In reading
order: `common`, `refusals`, `versions`, `content`, `holding`, `publishing`, `planning`, `forges`,
`glances`, `keeping`.
"""

from galley.protocol.results.common import (
    CountsResult,
    DiagnosticResult,
    ProblemResult,
    Result,
    RevisionResult,
)
from galley.protocol.results.content import (
    AffectedResult,
    DiffResult,
    FieldChange,
    ResourceChange,
    ResourceResult,
    ResourcesResult,
    SourceRevision,
    StageChange,
    TraceResult,
    TraceStage,
)
from galley.protocol.results.forges import CommitStatusResult, WebhookResult
from galley.protocol.results.glances import (
    ChannelResult,
    ExternalCheckResult,
    RequestResult,
    SourceResult,
    StatusResult,
    SubscriberDetailResult,
    SubscriberResult,
    WatchResult,
)
from galley.protocol.results.holding import HoldResult, QuarantineResult, ResumeResult
from galley.protocol.results.keeping import (
    AuditResult,
    BackupResult,
    CaseResult,
    CasesResult,
    CheckResult,
    ChecksResult,
    DifferenceResult,
    PurgeResult,
    ReloadResult,
    ValidationResult,
)
from galley.protocol.results.planning import (
    CollectionChanges,
    KeptResult,
    PlanResult,
    PlanScopeResult,
)
from galley.protocol.results.publishing import (
    DeliveryResult,
    Laggard,
    PublishResult,
    ResendResult,
    UpdateResult,
    WaitResult,
)
from galley.protocol.results.refusals import NackedResult, RefusalResult, RefusedResult
from galley.protocol.results.versions import (
    CandidateResult,
    CauseResult,
    EnvironmentCause,
    HistoryResult,
    RollbackCause,
    SourceCause,
    VersionResult,
)

__all__ = [
    "AffectedResult",
    "AuditResult",
    "BackupResult",
    "CandidateResult",
    "CaseResult",
    "CasesResult",
    "CauseResult",
    "ChannelResult",
    "CheckResult",
    "ChecksResult",
    "CollectionChanges",
    "CommitStatusResult",
    "CountsResult",
    "DeliveryResult",
    "DiagnosticResult",
    "DiffResult",
    "DifferenceResult",
    "EnvironmentCause",
    "ExternalCheckResult",
    "FieldChange",
    "HistoryResult",
    "HoldResult",
    "KeptResult",
    "Laggard",
    "NackedResult",
    "PlanResult",
    "PlanScopeResult",
    "ProblemResult",
    "PublishResult",
    "PurgeResult",
    "QuarantineResult",
    "RefusalResult",
    "RefusedResult",
    "ReloadResult",
    "RequestResult",
    "ResendResult",
    "ResourceChange",
    "ResourceResult",
    "ResourcesResult",
    "Result",
    "ResumeResult",
    "RevisionResult",
    "RollbackCause",
    "SourceCause",
    "SourceResult",
    "SourceRevision",
    "StageChange",
    "StatusResult",
    "SubscriberDetailResult",
    "SubscriberResult",
    "TraceResult",
    "TraceStage",
    "UpdateResult",
    "ValidationResult",
    "VersionResult",
    "WaitResult",
    "WatchResult",
    "WebhookResult",
]
