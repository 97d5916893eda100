"""What a service and its children, workers and judges, say to each other, over a socket pair.

Frames are msgpack with a length in front (`framing`). The service asks `[id, method, params]`; the
child answers `[id, true, result]` or `[id, false, problem]` and tells `[0, event, payload]`.
Params and results of the methods are the models of `results`, as JSON-able maps; bulk data (keys,
digests, contents) travels in the events below as plain tuples, for speed.
"""

from enum import StrEnum
from typing import NamedTuple, Self

from pipeline.model import Diagnostic, Key

COMPANION = ".observed"
"""What the name of a channel's companion line ends with."""


class Event(StrEnum):
    """What a worker tells unasked; each payload is a map that names its channel line."""

    OPENED = "opened"
    """`{channel, lineage}`: a (re)load begins; forget what was held of this line."""
    KINDS = "kinds"
    """`{channel, names: {alias in lower case: collection}}`: what collections are called."""
    CONTENT = "content"
    """`{channel, entries: [Entry, ...]}`: some resources of the live version."""
    LIVE = "live"
    """`{channel, version: VersionNote | None}`: the load is whole; None: nothing published yet."""
    CHANGES = "changes"
    """`{channel, changes: [Change, ...]}`: part of the version that PUBLISHED will name."""
    PUBLISHED = "published"
    """`{channel, version: VersionNote}`: commit; the changes since the last one make it up."""
    FORMS = "forms"
    """`{channel, forms: [Form, ...]}`: of resources that the next PUBLISHED changes; or, while no
    wire is served, of what is live."""
    WIRES = "wires"
    """`{channel, wires: [name, ...]}`: the forms of all that is live were told for these, and will
    be of every change; none: those told before are not to be used."""
    ENVIRONMENT = "environment"
    """`{channel, content}`: what is in force, encoded; told of channels that admit."""
    READY = "ready"
    """`{}`: a judge knows its environment and judges from here on."""
    FAILED = "failed"
    """`{channel, reason, fatal}`: the worker ends; `fatal`: starting it again is no use."""
    HEALTH = "health"
    """`{channel, health: ChannelResult as a map}`: at most some times a second."""


class Entry(NamedTuple):
    """One resource of the live version."""

    collection: str
    namespace: str
    name: str
    digest: bytes
    content: bytes


class Change(NamedTuple):
    """One key that a version changes."""

    collection: str
    namespace: str
    name: str
    old: bytes | None
    """Digest before; None if it was absent."""
    digest: bytes | None
    """Digest now; None if it is gone."""
    content: bytes | None


class Form(NamedTuple):
    """What one resource is on the wires of meshes."""

    collection: str
    namespace: str
    name: str
    forms: dict[str, bytes]
    """By the names of the wires that carry it; see `pipeline.encoding.ServedWire`."""


class VersionNote(NamedTuple):
    """What subscribers are told of a version."""

    number: int
    digest: bytes
    parent: int
    kind: str
    restores: int
    time: float
    author: str
    reason: str
    rollback: int = 0
    """Number of the newest rollback among the versions up to this one; 0: there was none."""


class Refused(NamedTuple):
    """A subscriber's refusal of a version."""

    version: int
    subscriber: str
    """What it calls itself; of one without a name its token and where it comes from."""
    wire: str
    credential: str
    kind: str
    """`invalid` or `retry`."""
    reason: str
    time: float
    settled: float
    """When it had all that was live after that; 0: it has not."""
    resources: list[tuple[str, str]]
    """Keys that it named, and what is wrong with each."""


class PastChange(NamedTuple):
    """One key that differs between an old version and the live one, with its old labels."""

    collection: str
    namespace: str
    name: str
    old: bytes | None
    old_labels: dict[str, str] | None
    digest: bytes | None


class FindingNote(NamedTuple):
    """A finding about an object that is not there yet."""

    level: str
    code: str
    message: str
    key: str
    """The resource that it is on; empty for the one that is written."""
    field: str
    new: bool
    """Whether it comes with the object."""

    @classmethod
    def of(cls, found: Diagnostic, about: Key | None, *, new: bool) -> Self:
        """A diagnostic as it is told of a write to this key."""
        key = str(found.key) if found.key and found.key != about else ""
        return cls(found.level.value, found.code, found.message, key, found.field(), new)


class Opinion(NamedTuple):
    """What a judge says of a write."""

    uid: str
    dry_run: bool
    findings: list[FindingNote]
    """A `new` one of level error refuses it."""
    locator: str = ""
    content: bytes = b""
    """The resource, encoded, to be asked about further; empty where there is nothing to ask."""


class Method(StrEnum):
    """What a service asks; see `galley.worker.operations` for params and results."""

    CHANNEL = "channel"
    RESOURCES = "resources"
    HISTORY = "history"
    DIFF = "diff"
    DIAGNOSTICS = "diagnostics"
    SOURCES = "sources"
    TRACE = "trace"
    ORIGINS = "origins"
    """`{resources: [key, ...]}` to `{key: NackedResult as a map}`: where each comes from."""
    QUARANTINE = "quarantine"
    HOLDS = "holds"
    AUDIT = "audit"
    CHECKPOINT = "checkpoint"
    PLAN = "plan"
    PLAN_SCOPE = "plan_scope"
    ROLLBACK = "rollback"
    PUBLISH = "publish"
    HOLD = "hold"
    RESUME = "resume"
    PIN = "pin"
    PURGE = "purge"
    BACKUP = "backup"
    CHECK = "check"
    CHANGES_SINCE = "changes_since"
    """`{version}` to `{head, changes: [PastChange, ...]}`; not-found if it is not retained."""
    RECEIVED = "received"
    """`{received: {version: [connected, had, refused]}, refusals: [Refused, ...], refusers:
    {version: number}, settled: {subscriber: time}}` to `{standing: [subscriber, ...]}`: what to
    store of deliveries, and whose refusals stand."""
    RECONFIGURE = "reconfigure"
    """`{settings, max_message, dry_run}` to the warnings of taking them over; only the settings
    have to be given."""
    HINT = "hint"
    """`{source}`: look at a source now."""
    FORESEE = "foresee"
    """`{source, locator, content, until}` to `[FindingNote, ...]`: what a resource that is not
    there yet has to do with others; refused after `until`, in seconds of the monotonic clock."""
    REGISTER = "register"
    """`{bundle, paths: {source: path}}` to nothing: have clusters ask there; from here on."""
    JUDGE = "judge"
    """To a judge: `{source, review, until}` to `Opinion` as a map; `until` is in seconds of the
    monotonic clock."""
    STOP = "stop"
