"""Looking after an installation: audit, backup, purge, checks, validation."""

from typing import Any

from galley.protocol.results.common import DiagnosticResult, Result


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


class ReloadResult(Result):
    """What of the settings file could not be taken over, as sentences."""

    warnings: list[str]


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
