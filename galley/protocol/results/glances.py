"""Sources, subscribers, channels and the service at a glance."""

from typing import Any, Literal

from galley.protocol.results.common import (
    DiagnosticResult,
    Result,
    RevisionResult,
)
from galley.protocol.results.forges import CommitStatusResult
from galley.protocol.results.holding import HoldResult
from galley.protocol.results.refusals import NackedResult


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


class WatchResult(Result):
    """What a client of a mesh has of one type that it asked for."""

    type: str
    """As the client calls it."""
    sent: int
    """The version that it was sent last; 0: none."""
    received: int
    """The version that it acknowledged last; 0: none."""
    synced: bool
    """Whether that is what is live."""
    oversize: bool = False
    """Whether what is live is longer than such a client takes, so that it keeps what it has."""
    waiting: bool
    """Whether there was nothing to answer it with yet: it is not told of half a state."""
    nack: str = ""
    """Why it refused what it was sent last; empty if it did not."""
    stale: int = 0
    """Answers of its that were about another message than the last one."""


class RequestResult(Result):
    """One request of a client of a mesh."""

    time: float
    type: str
    """As the client calls it."""
    nonce: str
    """Of the message that it is about: its first 64 characters; empty for none."""
    said: Literal["asks", "ack", "nack", "stale"]
    """asks: it subscribes, or asks for something else · ack: it acknowledges the last message ·
    nack: it refuses that · stale: it is about another one."""


class SubscriberResult(Result):
    """One subscriber and what it has."""

    channel: str
    node: str
    session: str
    wire: str
    credential: str
    address: str
    view: dict[str, Any]
    state: Literal["synced", "pending", "nacked", "diverged", "oversize", "stale", "gone"]
    version: int
    """The newest version it has; 0 for none."""
    received: int = 0
    """The newest version that it acknowledged."""
    verified: int = 0
    """The newest one that it is known to use: by its digest, or because it refuses what it cannot
    use. Pilot, Mixer and istiod acknowledge what they drop: 0."""
    lag: float = 0
    """Seconds since the oldest version it has not got was published; 0 if it has the live one."""
    nack: str = ""
    nack_kind: Literal["", "invalid", "retry"] = ""
    nacked: list[NackedResult] = []
    """The resources that it named when it refused: the first 20."""
    since: float = 0
    last_seen: float = 0


class SubscriberDetailResult(SubscriberResult):
    """One subscriber, type by type."""

    types: list[WatchResult] = []
    """What a client of a mesh has of each type that it asked for; empty for the stream's, whose
    one view is above."""
    requests: list[RequestResult] = []
    """The last 32 that it made of this channel, the oldest first."""


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
