"""What is written beside a version: refused and parked candidates, checkpoints, source states."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from galley.store.values import (
    Audit,
    CandidateState,
    Checkpoint,
    Counts,
    Record,
    SourceState,
    StoredCandidate,
)
from galley.worker.channel import Channel, now
from galley.worker.places import diagnostic_json
from pipeline.engine.candidate import Candidate, Refusal
from pipeline.engine.inputs import SourceInputs, Unit
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Diagnostic

LOCATORS_SHOWN = 20
"""How many locators of a source a version's cause names."""

DIAGNOSTICS_KEPT = 100
"""How many diagnostics are kept with a candidate that was not published."""

STATE_EVERY = 60.0
"""Seconds between two writings of an unchanged source's state."""


class Bookkeeping:
    """Gathers the facts for each transaction and remembers what is already written."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._candidates: set[str] = set()
        self._checkpoints: dict[str, str] = {}
        self._states: dict[str, float] = {}

    def facts(
        self, candidate: Candidate, lifted: Iterable[Quarantined], audit: tuple[Audit, ...]
    ) -> Record:
        """What this candidate's transaction says besides the version itself."""
        return Record(
            lift_quarantine=tuple(lifted),
            checkpoints=tuple(self._due_checkpoints(candidate)),
            sources=tuple(self._due_states()),
            candidates=tuple(self._new_candidates(candidate)),
            audit=audit,
        )

    async def write(self, record: Record) -> None:
        """Write facts without a version; nothing happens if there are none."""
        if record != Record():
            await self._channel.store.run(lambda store: store.record(record))

    def _due_checkpoints(self, candidate: Candidate) -> Iterator[Checkpoint]:
        number = 0 if candidate.outputs and not candidate.waiting else self._channel.number
        for inputs in self._channel.ledger.sources.values():
            left = {unit for unit in inputs.units() if unit not in candidate.units}
            known = self._checkpoints.get(inputs.name) == inputs.revision
            if inputs.revision and inputs.synced and not left and not known:
                self._checkpoints[inputs.name] = inputs.revision
                yield Checkpoint(inputs.name, inputs.revision, number, now())

    def _due_states(self) -> Iterator[SourceState]:
        for inputs in self._channel.ledger.sources.values():
            due = now() - self._states.get(inputs.name, 0.0) > STATE_EVERY
            if inputs.synced and due:
                self._states[inputs.name] = now()
                yield SourceState(inputs.name, inputs.revision, now())

    def _new_candidates(self, candidate: Candidate) -> Iterator[StoredCandidate]:
        current: set[str] = set()
        for stored in self._kept_back(candidate):
            current.add(stored.id)
            if stored.id not in self._candidates:
                yield stored
        self._candidates = current

    def _kept_back(self, candidate: Candidate) -> Iterator[StoredCandidate]:
        if candidate.refused:
            found = [item for refusal in candidate.refused for item in refusal.diagnostics]
            name = _name(candidate.refused)
            yield self._stored(name, CandidateState.REFUSED, candidate.refused, found)
        if candidate.parked:
            found = [item for refusal in candidate.parked for item in refusal.diagnostics]
            name = candidate.parked_id
            yield self._stored(name, CandidateState.PARKED, candidate.parked, found)
        if candidate.waiting:
            refusals = tuple(Refusal(unit, ()) for unit in sorted(candidate.units))
            name = _name((*refusals, Refusal(Unit("", ""), candidate.waiting)))
            yield self._stored(name, CandidateState.WAITING, refusals, list(candidate.waiting))

    def _stored(
        self,
        name: str,
        state: CandidateState,
        refusals: tuple[Refusal, ...],
        diagnostics: list[Diagnostic],
    ) -> StoredCandidate:
        unique = list(dict.fromkeys(diagnostics))[:DIAGNOSTICS_KEPT]
        return StoredCandidate(
            id=name,
            state=state,
            base=self._channel.number,
            time=now(),
            last=now(),
            seen=1,
            cause=cause_of_units(self._channel, [refusal.unit for refusal in refusals]),
            diagnostics=[diagnostic_json(item, "pending") for item in unique],
            counts=Counts(),
        )


def cause_of(channel: Channel, candidate: Candidate) -> dict[str, Any]:
    """Which sources changed and how, for the version's record."""
    return cause_of_units(channel, candidate.units)


def cause_of_units(channel: Channel, units: Iterable[Unit]) -> dict[str, Any]:
    """The sources, revisions and locators behind some change units."""
    locators: dict[str, list[str]] = {}
    for unit in sorted(units):
        inputs = channel.ledger.sources[unit.source]
        locators.setdefault(unit.source, []).extend(inputs.locators(unit))
    return {
        "sources": [
            _source_cause(channel.ledger.sources[name], found) for name, found in locators.items()
        ]
    }


def counts_of(candidate: Candidate) -> Counts:
    """The candidate's counts in the store's form."""
    return Counts(candidate.added, candidate.changed, candidate.deleted, candidate.resources)


def _source_cause(inputs: SourceInputs, locators: list[str]) -> dict[str, Any]:
    return {
        "source": inputs.name,
        "revision": inputs.revision,
        "cause": inputs.cause,
        "locators": locators[:LOCATORS_SHOWN],
        "count": len(locators),
    }


def _name(refusals: Iterable[Refusal]) -> str:
    """Twelve hexadecimal digits that are the same for the same refusals."""
    digest = hashlib.sha256()
    for refusal in refusals:
        messages = sorted(f"{item.code} {item.message}" for item in refusal.diagnostics)
        digest.update(repr((tuple(refusal.unit), messages)).encode())
    return digest.hexdigest()[:12]
