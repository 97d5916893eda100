"""The store's and the engine's values as the maps that `galley.protocol.results` describes."""

from collections.abc import Mapping
from typing import Any

from galley.store.values import Audit, Delivery, Hold, StoredCandidate, Version
from galley.worker.channel import Channel, jsonable, now
from galley.worker.places import diagnostic_json
from galley.worker.provenance import REVISIONS_KEPT, revision_json
from galley.worker.waiting import waiting_whole
from pipeline.engine.inputs import SourceInputs, UnitOf
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Diagnostic
from sources.settings import AnySource
from sources.source import SourceHealth


def version_report(
    version: Version, delivery: Delivery | None, refusers: int = 0
) -> dict[str, Any]:
    """`VersionResult`, without what they said who refused it."""
    counts = version.counts
    return {
        "version": version.number,
        "digest": version.digest.hex(),
        "environment": version.environment.hex(),
        "parent": version.parent,
        "kind": version.kind.value,
        "time": version.time,
        "author": version.author,
        "reason": version.reason,
        "cause": jsonable(version.cause),
        "counts": counts_report(counts),
        "restores": version.restores,
        "rolled_back_by": version.rolled_back_by,
        "ended": version.ended,
        "pinned": version.pinned,
        "restorable": version.restorable,
        "connected": delivery.connected if delivery else 0,
        "had": delivery.had if delivery else 0,
        "refused": delivery.refused if delivery else 0,
        "refusers": refusers,
        "revisions": dict(version.revisions),
    }


def counts_report(counts: Any) -> dict[str, int]:
    """`CountsResult`, of anything that has the four numbers."""
    names = ("added", "changed", "deleted", "resources")
    return {name: getattr(counts, name) for name in names}


def candidate_report(candidate: StoredCandidate) -> dict[str, Any]:
    """`CandidateResult`."""
    return {
        "id": candidate.id,
        "state": candidate.state.value,
        "base": candidate.base,
        "time": candidate.time,
        "last": candidate.last,
        "seen": candidate.seen,
        "cause": jsonable(candidate.cause),
        "counts": counts_report(candidate.counts),
        "diagnostics": [dict(item) for item in candidate.diagnostics],
    }


def hold_report(hold: Hold) -> dict[str, Any]:
    """`HoldResult`."""
    return {
        "id": hold.id,
        "cause": hold.cause,
        "reason": hold.reason,
        "author": hold.author,
        "time": hold.time,
        "expires": hold.expires,
    }


def quarantine_report(entry: Quarantined, sources: Mapping[str, SourceInputs]) -> dict[str, Any]:
    """`QuarantineResult`."""
    inputs = sources.get(entry.source)
    whole = inputs is not None and inputs.unit is UnitOf.REVISION
    return {
        "source": entry.source,
        "resource": str(entry.key) if entry.key else "",
        "digest": entry.digest.hex() if entry.digest else "",
        "rollback": entry.rollback,
        "target": entry.target,
        "time": entry.time,
        "reason": entry.reason,
        "lifts": _lifts(entry, whole=whole),
        "waiting": inputs.revision if inputs and whole and inputs.pending else "",
    }


def audit_report(audit: Audit) -> dict[str, Any]:
    """`AuditResult`."""
    return {
        "id": audit.id,
        "time": audit.time,
        "actor": audit.actor,
        "origin": audit.origin,
        "action": audit.action,
        "reason": audit.reason,
        "outcome": audit.outcome,
        "details": jsonable(audit.details),
    }


def source_report(
    channel: Channel, inputs: SourceInputs, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """`SourceResult`."""
    problem, courier = channel.problem_of(inputs.name), channel.couriers.get(inputs.name)
    waits = waiting_whole(channel.ledger, inputs)
    return {
        **_read(channel, inputs, problem, channel.stale_since.get(inputs.name)),
        "type": settings.get("type", "removed"),
        "gives": "resources",
        "blocked": _count(channel, inputs.name, "refused"),
        "quarantined": _count(channel, inputs.name, "quarantined"),
        "waits": diagnostic_json(waits, "pending", channel.sources) if waits else None,
        "commit_status": courier.report() if courier else None,
    }


def schema_source_report(channel: Channel, config: AnySource) -> dict[str, Any]:
    """`SourceResult` of a source of schemas that runs."""
    definitions = channel.definitions[config.name]
    inputs, broken = definitions.inputs, tuple(definitions.broken())
    problem = channel.problem_of(config.name) or next(iter(broken), None)
    return {
        **_read(channel, inputs, problem, definitions.earlier or None),
        "type": config.type,
        "gives": "schemas",
        "blocked": sum(1 for said in inputs.pending.values() if said.errors),
    }


def _read(
    channel: Channel, inputs: SourceInputs, problem: Diagnostic | None, earlier: float | None
) -> dict[str, Any]:
    """What there is to say of any source; `earlier` is when an earlier process last read it."""
    source = channel.sources.get(inputs.name)
    health = source.health() if source else SourceHealth()
    last = health.last_read or earlier or 0.0
    return {
        "name": inputs.name,
        "unit": inputs.unit.value,
        "rank": inputs.rank,
        "required": inputs.required,
        "state": _source_state(inputs, problem, earlier),
        "revision": inputs.revision,
        "accepted_revision": inputs.accepted_revision,
        "age": max(0.0, now() - last) if last else 0.0,
        "locators": len(inputs.accepted),
        "resources": inputs.resources,
        "pending": len(inputs.pending),
        "arrived": [revision_json(one) for one in inputs.arrived[:REVISIONS_KEPT]],
        "arrived_total": len(inputs.arrived),
        "problem": diagnostic_json(problem, "source", channel.sources) if problem else None,
    }


def _lifts(entry: Quarantined, *, whole: bool) -> str:
    if entry.key is None:
        return "Other schemas, policies or transforms in the settings lift it."
    if whole:
        return (
            f"A revision of source {entry.source} lifts it that says something else of "
            f"{entry.key}, or of what version {entry.rollback} took back with it; until then all "
            "of the source waits."
        )
    if entry.digest is None:
        return f"Bringing {entry.key} back in source {entry.source} lifts it."
    return f"Other content of {entry.key} in source {entry.source}, or its removal, lifts it."


def _source_state(inputs: SourceInputs, problem: Diagnostic | None, earlier: float | None) -> str:
    if problem and problem.blocking:
        return "failing"
    if inputs.synced:
        return "synced"
    return "never-synced" if earlier is None else "stale"


def _count(channel: Channel, source: str, group: str) -> int:
    """How many units of a source the last verdict has in a group."""
    if channel.verdict is None:
        return 0
    if group == "quarantined":
        return sum(1 for unit in channel.verdict.quarantined if unit.source == source)
    kept = (*channel.verdict.refused, *channel.verdict.parked)
    return sum(1 for refusal in kept if refusal.unit.source == source)
