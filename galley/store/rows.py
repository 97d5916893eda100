"""Rows to values and back: the only place that knows how a value lies in its table."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from galley.store.values import (
    Audit,
    CandidateState,
    Checkpoint,
    Commit,
    Counts,
    Hold,
    Refusal,
    SourceState,
    StoredCandidate,
    Version,
    VersionKind,
)
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key


def text(value: str) -> str:
    """Text that both engines can keep: no NUL, no lone surrogate."""
    return value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def to_json(value: object) -> str:
    """JSON in ASCII, so that whatever a file's name or a message contains can be kept."""
    return json.dumps(value, separators=(",", ":"))


def locator_bytes(locator: str) -> bytes:
    """A locator as bytes; a file's name need not be UTF-8."""
    return locator.encode("utf-8", "surrogateescape")


def locator_text(locator: bytes) -> str:
    """The locator that `locator_bytes` was given."""
    return locator.decode("utf-8", "surrogateescape")


def short_hash(key: Key) -> int:
    """The first 63 bits of a key's hash, by which many are found at once."""
    return int.from_bytes(key.hash[:8]) >> 1


def version_of(commit: Commit, number: int, time: float) -> Version:
    """The version that a commit makes."""
    return Version(
        number=number,
        digest=commit.digest,
        environment=commit.environment,
        parent=commit.expected_head,
        kind=commit.kind,
        time=time,
        author=text(commit.author),
        reason=text(commit.reason),
        cause=commit.cause,
        counts=commit.counts,
        restores=commit.restores,
        revisions=commit.revisions,
    )


def version_row(version: Version) -> dict[str, Any]:
    """The row of a version."""
    row = asdict(version)
    counts = row.pop("counts")
    said = {
        "kind": version.kind.value,
        "cause": to_json(version.cause),
        "revisions": to_json(dict(version.revisions)),
    }
    return {**row, **counts, **said, "restorable": int(version.restorable)}


def version(row: Row[Any]) -> Version:
    """The version that a row holds."""
    held = row._asdict()
    counts = Counts(*(held.pop(name) for name in ("added", "changed", "deleted", "resources")))
    held["kind"] = VersionKind(held["kind"])
    for name in ("cause", "revisions"):
        held[name] = json.loads(held[name])
    held["restorable"] = bool(held["restorable"])
    return Version(**held, counts=counts)


def hold_row(hold: Hold) -> dict[str, Any]:
    """The row of a hold."""
    return {**asdict(hold), "reason": text(hold.reason), "author": text(hold.author)}


def hold(row: Row[Any]) -> Hold:
    """The hold in a row."""
    return Hold(row.id, row.cause, row.reason, row.author, row.time, row.expires)


def quarantine_id(item: Quarantined) -> dict[str, Any]:
    """The primary key of a quarantined input."""
    collection, namespace, name = item.key or ("", "", "")
    return {
        "source": item.source,
        "collection": collection,
        "namespace": namespace,
        "name": name,
        "digest": item.digest or b"",
        "version": item.version,
        "rollback": item.rollback,
    }


def quarantine_row(item: Quarantined) -> dict[str, Any]:
    """The row of a quarantined input."""
    rest = {"target": item.target, "time": item.time, "stays": item.stays}
    return {**quarantine_id(item), **rest, "reason": text(item.reason)}


def quarantined(row: Row[Any]) -> Quarantined:
    """The quarantined input in a row."""
    key = Key(row.collection, row.namespace, row.name) if row.collection else None
    return Quarantined(
        source=row.source,
        key=key,
        digest=row.digest or None,
        rollback=row.rollback,
        target=row.target,
        time=row.time,
        reason=row.reason,
        version=row.version,
        stays=row.stays,
    )


def candidate_row(candidate: StoredCandidate) -> dict[str, Any]:
    """The row of a candidate, without what the table adds."""
    return {
        "id": candidate.id,
        "state": candidate.state.value,
        "base": candidate.base,
        "time": candidate.time,
        "last": candidate.last,
        "seen": candidate.seen,
        "cause": to_json(candidate.cause),
        "diagnostics": to_json([dict(item) for item in candidate.diagnostics[:100]]),
        "counts": to_json(asdict(candidate.counts)),
    }


def candidate(row: Row[Any]) -> StoredCandidate:
    """The candidate in a row."""
    return StoredCandidate(
        id=row.id,
        state=CandidateState(row.state),
        base=row.base,
        time=row.time,
        last=row.last,
        seen=row.seen,
        cause=json.loads(row.cause),
        diagnostics=tuple(json.loads(row.diagnostics)),
        counts=Counts(**json.loads(row.counts)),
    )


def audit_row(audit: Audit, number: int) -> dict[str, Any]:
    """The row of an audit record with this number."""
    plain = {name: text(getattr(audit, name)) for name in ("actor", "origin", "action")}
    said = {"reason": text(audit.reason), "outcome": text(audit.outcome)}
    details = to_json(dict(audit.details))
    return {"id": number, "time": audit.time, **plain, **said, "details": details}


def audit(row: Row[Any]) -> Audit:
    """The audit record in a row."""
    return Audit(
        time=row.time,
        actor=row.actor,
        origin=row.origin,
        action=row.action,
        reason=row.reason,
        outcome=row.outcome,
        details=json.loads(row.details),
        id=row.id,
    )


def checkpoint(row: Row[Any]) -> Checkpoint:
    """The checkpoint in a row."""
    return Checkpoint(row.source, row.revision, row.version, row.time)


def source_state(row: Row[Any]) -> SourceState:
    """The state of a source in a row."""
    return SourceState(row.source, row.revision, row.synced)


def refusal_row(refusal: Refusal) -> dict[str, Any]:
    """The row of a refusal."""
    names = ("subscriber", "wire", "credential", "kind", "reason")
    plain = {name: text(getattr(refusal, name)) for name in names}
    resources = to_json([dict(each) for each in refusal.resources])
    moments = {"time": refusal.time, "settled": refusal.settled}
    return {"version": refusal.version, **plain, **moments, "resources": resources}


def refusal(row: Row[Any]) -> Refusal:
    """The refusal in a row."""
    return Refusal(**{**row._asdict(), "resources": tuple(json.loads(row.resources))})
