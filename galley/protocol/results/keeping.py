"""Looking after an installation: audit, backup, purge, checks, validation, unit tests."""

from typing import Any, Literal

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


class DifferenceResult(Result):
    """One expectation of a unit test that did not come true."""

    about: str
    """`diagnostics`, or another key of `expect`; `pipeline` if nothing could be evaluated."""
    lines: list[str]
    """`-` begins what was expected, `+` what was found."""


class CaseResult(Result):
    """What came of one case of `galley test`."""

    file: str
    line: int
    name: str
    result: Literal["passed", "failed", "skipped"]
    reason: str = ""
    """Why it was skipped."""
    seconds: float
    differences: list[DifferenceResult]


class CasesResult(Result):
    """What `galley test` found."""

    ok: bool
    passed: int
    failed: int
    skipped: int
    cases: list[CaseResult]


class CheckResult(Result):
    """One thing that `galley check` looked at."""

    subject: str
    ok: bool
    detail: str = ""


class ChecksResult(Result):
    """Whether an installation is whole."""

    ok: bool
    checks: list[CheckResult]
