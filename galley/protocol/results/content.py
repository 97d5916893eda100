"""Resources, and what changed between two contents."""

from typing import Any, Literal

from galley.protocol.results.common import CountsResult, DiagnosticResult, Result


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
