"""What goes into a store and comes out of it: frozen values, no behaviour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key, Origin, Resource


class VersionKind(StrEnum):
    """Why a version exists."""

    PUBLISH = "publish"
    ROLLBACK = "rollback"
    ENVIRONMENT = "environment"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Counts:
    """How a version differs from its parent, and how many resources it holds."""

    added: int = 0
    changed: int = 0
    deleted: int = 0
    resources: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """One entry of a channel's history."""

    number: int
    digest: bytes
    """Digest of the set of its outputs."""
    environment: bytes
    """Digest of the environment that it was made under."""
    parent: int
    """The version that was live before; 0 for the first."""
    kind: VersionKind
    time: float
    """Seconds since the epoch when it was committed."""
    author: str
    """Who published it; `galley` where nobody asked."""
    reason: str
    cause: Mapping[str, Any]
    """Which source changed and how; JSON: `{"sources": [{"source", "revision", "cause",
    "locators", "count", "revisions", "revisions_total"}]}`."""
    counts: Counts
    restores: int = 0
    """For a rollback, the version whose content this is; 0 otherwise."""
    rolled_back_by: int = 0
    """The rollback that took this version back; 0 if none did."""
    ended: float = 0.0
    """When the next version took over; 0 while it is live."""
    pinned: str = ""
    """Why it must be kept; empty if it is not pinned."""
    restorable: bool = True
    """False once a purge removed one of its bodies."""
    revisions: Mapping[str, str] = field(default_factory=dict)
    """What each source was at whose states have names: source to revision."""


@dataclass(frozen=True, slots=True)
class StoredInput:
    """One accepted input: what a locator of a source held."""

    key: Key
    digest: bytes
    origin: Origin


@dataclass(frozen=True, slots=True)
class InputChange:
    """An accepted input that a commit adds, replaces or (without resource) takes away."""

    source: str
    locator: str
    key: Key
    resource: Resource | None
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that two versions hold differently; None where it is absent."""

    key: Key
    old: bytes | None
    new: bytes | None


@dataclass(frozen=True, slots=True)
class InputDifference:
    """One input that two versions were made of differently."""

    source: str
    locator: str
    key: Key
    old: StoredInput | None
    new: StoredInput | None


@dataclass(frozen=True, slots=True)
class Hold:
    """While a channel has one, nothing publishes by itself."""

    id: str
    cause: str
    """`operator` or `rollback`."""
    reason: str
    author: str
    time: float
    expires: float = 0.0
    """Seconds since the epoch; 0 for never."""


class CandidateState(StrEnum):
    """What became of a candidate that was not published by itself."""

    REFUSED = "refused"
    PARKED = "parked"
    WAITING = "waiting"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class StoredCandidate:
    """A refused or parked candidate with what is wrong; equal consecutive ones are merged."""

    id: str
    state: CandidateState
    base: int
    time: float
    last: float
    """When it was last seen again."""
    seen: int
    cause: Mapping[str, Any]
    diagnostics: Sequence[Mapping[str, Any]]
    """As JSON objects, the first hundred."""
    counts: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True)
class Audit:
    """Who did what, when, from where, and why."""

    time: float
    actor: str
    origin: str
    """Address of the client, or `local`."""
    action: str
    reason: str
    outcome: str
    """`done`, or why it was refused."""
    details: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Which source revision a version embodies, also when nothing changed."""

    source: str
    revision: str
    version: int
    """The newest that began to embody it: after a rollback it may be embodied once more."""
    time: float
    """When it was first embodied, which puts a source's revisions in order."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Who had a version while it was live, among the subscribers connected throughout."""

    connected: int
    had: int
    refused: int
    """How many refused it as `invalid`, whether they stayed connected or not."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What one subscriber said when it refused a version."""

    version: int
    subscriber: str
    """What it calls itself; of one without a name its token and where it comes from."""
    wire: str
    credential: str
    kind: str
    """`invalid` or `retry`."""
    reason: str
    time: float
    resources: Sequence[Mapping[str, Any]] = ()
    """What it named and where that came from: `RefusedResult` as maps."""
    settled: float = 0.0
    """When it had all that was live again; 0: it has not since."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the store knows of a source since its last complete read."""

    source: str
    revision: str
    synced: float
    """When it was last read completely; seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Record:
    """Facts beside the versions, written in one transaction (also within a commit's)."""

    add_holds: Sequence[Hold] = ()
    lift_holds: Sequence[str] = ()
    add_quarantine: Sequence[Quarantined] = ()
    """A rollback of 0 stands for the version of this commit."""
    lift_quarantine: Sequence[Quarantined] = ()
    checkpoints: Sequence[Checkpoint] = ()
    """A version of 0 stands for the version of this commit."""
    sources: Sequence[SourceState] = ()
    forget_sources: Sequence[str] = ()
    candidates: Sequence[StoredCandidate] = ()
    pins: Mapping[int, str] = field(default_factory=dict)
    """Version to reason; an empty reason takes the pin away."""
    audit: Sequence[Audit] = ()
    received: Mapping[int, Delivery] = field(default_factory=dict)
    """By version; counted at most once a second."""
    refusals: Sequence[Refusal] = ()
    """A subscriber's newest of a version replaces an earlier one, unless it says the same."""
    refusers: Mapping[int, int] = field(default_factory=dict)
    """How many have refused a version at least."""
    settled: Mapping[str, float] = field(default_factory=dict)
    """Subscribers that have all that is live, to when: what they refused does not stand any more.
    It is written before `refusals`."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A new version, to be appended if head and writer epoch are the expected ones."""

    expected_head: int
    kind: VersionKind
    digest: bytes
    environment: bytes
    environment_content: bytes
    """Stored once per environment digest."""
    outputs: Mapping[Key, Resource | None]
    inputs: Sequence[InputChange]
    author: str
    reason: str
    cause: Mapping[str, Any]
    counts: Counts
    time: float
    restores: int = 0
    revisions: Mapping[str, str] = field(default_factory=dict)
    """What each source is at whose states have names: source to revision."""
    record: Record = field(default_factory=Record)
