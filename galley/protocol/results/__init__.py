"""The shapes of every answer: of the HTTP API, of `-o json`, and of a worker to its service.

One model each, so that the OpenAPI document, the tables of the command line and the documented
JSON can never disagree. Times are seconds since the epoch, digests hexadecimal text. In reading
order: `common`, `versions`, `content`, `holding`, `publishing`, `forges`, `glances`,
`keeping`.
"""

from galley.protocol.results.common import CountsResult, DiagnosticResult, ProblemResult, Result
from galley.protocol.results.content import (
    DiffResult,
    FieldChange,
    ResourceChange,
    ResourceResult,
    ResourcesResult,
    TraceResult,
    TraceStage,
)
from galley.protocol.results.forges import CommitStatusResult, WebhookResult
from galley.protocol.results.glances import (
    ChannelResult,
    SourceResult,
    StatusResult,
    SubscriberResult,
)
from galley.protocol.results.holding import HoldResult, QuarantineResult, ResumeResult
from galley.protocol.results.keeping import (
    AuditResult,
    BackupResult,
    CheckResult,
    ChecksResult,
    PurgeResult,
    ReloadResult,
    ValidationResult,
)
from galley.protocol.results.publishing import (
    DeliveryResult,
    Laggard,
    PlanResult,
    PublishResult,
    ResendResult,
    UpdateResult,
    WaitResult,
)
from galley.protocol.results.versions import CandidateResult, HistoryResult, VersionResult

__all__ = [
    "AuditResult",
    "BackupResult",
    "CandidateResult",
    "ChannelResult",
    "CheckResult",
    "ChecksResult",
    "CommitStatusResult",
    "CountsResult",
    "DeliveryResult",
    "DiagnosticResult",
    "DiffResult",
    "FieldChange",
    "HistoryResult",
    "HoldResult",
    "Laggard",
    "PlanResult",
    "ProblemResult",
    "PublishResult",
    "PurgeResult",
    "QuarantineResult",
    "ReloadResult",
    "ResendResult",
    "ResourceChange",
    "ResourceResult",
    "ResourcesResult",
    "Result",
    "ResumeResult",
    "SourceResult",
    "StatusResult",
    "SubscriberResult",
    "TraceResult",
    "TraceStage",
    "UpdateResult",
    "ValidationResult",
    "VersionResult",
    "WaitResult",
    "WebhookResult",
]
