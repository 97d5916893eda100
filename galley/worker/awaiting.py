"""Where a revision is: live, in which version, taken back, kept back, or still on its way."""

from collections.abc import Iterator, Mapping
from typing import Any

from galley.store.facts import is_meant
from galley.store.store import Store
from galley.store.values import Checkpoint, Version
from galley.worker.channel import Channel
from galley.worker.findings import Findings
from galley.worker.revisions import Revisions, Standing
from pipeline.engine.inputs import SourceInputs

PAGE = 200
"""Versions read at once."""

KEPT_BACK = (Standing.BLOCKED, Standing.QUARANTINED, Standing.ROLLED_BACK)


class Awaiting:
    """Answers those who wait for a revision of one channel's sources."""

    def __init__(self, channel: Channel, findings: Findings, revisions: Revisions) -> None:
        self._channel = channel
        self._findings = findings
        self._revisions = revisions

    async def report(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`WaitResult` for `{revision, source}`: `timed-out` as long as it may still come."""
        revision, source = str(params["revision"]), str(params.get("source") or "")
        known = await self._channel.store.run(lambda store: _embodied(store, revision, source))
        if known is None:
            return await self._on_its_way(revision, source)
        point, version, rollback = known
        return {
            "done": not rollback,
            "version": point.version,
            "digest": version.digest.hex(),
            "revision": point.revision,
            "outcome": "rolled-back" if rollback else "live",
            "rolled_back_by": rollback,
        }

    async def _on_its_way(self, revision: str, source: str) -> dict[str, Any]:
        answer = {
            "done": False,
            "version": self._channel.number,
            "revision": revision,
            "outcome": "timed-out",
        }
        async with self._channel.lock:
            found = next(self._arrived(revision, source), None)
            state = await self._revisions.state_of(found) if found else None
        if state is None or state.standing not in KEPT_BACK:
            return answer
        shown = await self._findings.shown(state.diagnostics)
        return {**answer, "outcome": "blocked", "diagnostics": shown}

    def _arrived(self, revision: str, source: str) -> Iterator[SourceInputs]:
        """The source of which it is a revision that is not live."""
        for inputs in self._channel.ledger.sources.values():
            names = (inputs.revision, *(one.id for one in inputs.arrived))
            if source in ("", inputs.name) and any(is_meant(revision, name) for name in names):
                yield inputs


def _embodied(store: Store, revision: str, source: str) -> tuple[Checkpoint, Version, int] | None:
    """Where a revision is embodied, and the rollback that took that back."""
    point = store.checkpoint(revision, source=source)
    if point is None:
        return None
    return point, store.version(point.version), taken_back_by(store, point.version)


def taken_back_by(store: Store, number: int) -> int:
    """The rollback because of which what a version brought is not live; 0 if nothing took it back.

    What is live descends from its parent, but a rollback descends from the version whose content
    it is: what lies between is taken back, until somebody goes back to that.
    """
    line = 0
    for version in _down_to(store, number):
        if line and version.number > line:
            continue
        if version.restores and version.restores < number < version.number:
            return version.number
        line = version.restores or line
    return 0


def _down_to(store: Store, number: int) -> Iterator[Version]:
    """The versions from the live one down to this one."""
    before = 0
    while versions := store.versions(before=before, limit=PAGE):
        for version in versions:
            if version.number < number:
                return
            yield version
        before = versions[-1].number
