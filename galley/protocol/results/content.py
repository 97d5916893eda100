"""Resources, and what changed between two contents."""

from typing import Any, Literal

from galley.protocol.results.common import (
    CountsResult,
    DiagnosticResult,
    OriginResult,
    Result,
    RevisionResult,
)
from galley.protocol.results.refusals import RefusalResult


class ParentResult(OriginResult):
    """One of the inputs that a derived resource is made of, and where it comes from now."""

    resource: str


class ResourceResult(OriginResult):
    """One resource of a version, and where it comes from now; a derived one comes from where the
    first of its parents does."""

    collection: str
    namespace: str
    name: str
    api_version: str
    digest: str
    version: int
    """The version that was asked for."""
    created: float = 0
    pending: bool = False
    """Whether its source now says something else than what is live."""
    parents: list[ParentResult] = []
    """The inputs that it is made of, at most 20; empty if it is one itself."""
    parents_total: int = 0
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


class ResourceChange(OriginResult):
    """One resource that two versions hold differently, and where it comes from now."""

    resource: str
    change: Literal["added", "changed", "deleted"]
    fields: list[FieldChange] = []


class SourceRevision(RevisionResult):
    """A revision with the source that it is of."""

    source: str


class Names(Result):
    """Some of many names, sorted."""

    total: int = 0
    names: list[str] = []
    """At most 100."""


class AffectedResult(Result):
    """The blast radius of a difference: what behaves differently, as far as the resources of the
    channel tell, with the mesh as it is after it (between versions: as it is now)."""

    hosts: Names = Names()
    """Host names whose traffic goes by what has changed."""
    gateways: Names = Names()
    """Keys of Gateways."""
    workloads: Names = Names()
    """Keys of what describes the pods, such as a Deployment, or of pods that nothing describes."""
    namespaces: Names = Names()
    """Namespaces of which every workload is affected; `*`: every workload of the mesh."""
    callers: Names = Names()
    """Namespaces from which calls to the hosts change; `*`: all of them."""
    partial: bool = False
    """Whether the difference is too large: its first 1,000 resources were looked at, or as many as
    there was time for."""


class DiffResult(Result):
    """What changed between two versions, or between live and a candidate."""

    channel: str
    old: int
    new: int
    """0 stands for what is not a version (yet)."""
    counts: CountsResult
    resources: list[ResourceChange]
    truncated: bool = False
    affects: AffectedResult = AffectedResult()
    revisions: list[SourceRevision] = []
    """What led from the old to the new: the newest 20, newest first; empty if the new is the older
    one."""
    revisions_total: int = 0


class StageChange(Result):
    """One resource that a stage made, changed or took out."""

    resource: str
    change: Literal["added", "changed", "deleted"]
    fields: list[FieldChange] = []


class TraceStage(Result):
    """What one stage made of a resource, and what it found."""

    stage: str
    outputs: list[str]
    """What there is of it after the stage; nothing if it was taken out."""
    digest: str = ""
    """Of the output, if it is one."""
    changed: bool = False
    changes: list[StageChange] = []
    found: list[str] = []
    """Level and code of each finding: `warning GAL0501`."""


class TraceResult(OriginResult):
    """A resource from its origin through the stages to versions and subscribers."""

    channel: str = ""
    """The channel whose versions these are: of what is observed, the companion."""
    resource: str
    since: int = 0
    """The version from which on it is live as it is; 0 if it is not."""
    brought_by: RevisionResult | None = None
    """The revision that brought it as it is: the newest of that version, if there were several;
    of what is not live the newest that its source is at."""
    state: str
    """live · pending · blocked · quarantined · absent, as a word."""
    claimed_by: list[str] = []
    parents: list[ParentResult] = []
    """The inputs that it is made of, at most 20; empty if it is one itself. The stages are those of
    the first."""
    parents_total: int = 0
    looked_up: list[str] = []
    """The other inputs that the stage which derived it has looked up and found for it."""
    stages: list[TraceStage]
    versions: list[int]
    diagnostics: list[DiagnosticResult]
    refusals: list[RefusalResult] = []
    """What subscribers have against it as it is live, or of what is not live against what it was:
    the newest 20."""
    subscribers: int = 0
    """How many subscribers have it in their view and hold the live version."""
