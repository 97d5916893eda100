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
    """Gathers the facts for each transaction and remembers what is already written.

    What `facts` has gathered counts as written once `written` is told so: what the store refuses is
    gathered again.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._proposed: set[str] = set()
        self._candidates: set[str] = set()
        self._checkpoints: dict[str, str] = {}
        self._states: dict[str, SourceState] = {}

    def facts(
        self,
        candidate: Candidate,
        lifted: Iterable[Quarantined],
        audit: tuple[Audit, ...],
        confirm: str = "",
    ) -> Record:
        """What this candidate's transaction says besides the version itself; `confirm` is the id
        of the parked candidate that an operator has confirmed."""
        kept = list(self._kept_back(candidate))
        fresh = (item for item in kept if item.id not in self._candidates)
        self._proposed = {item.id for item in kept}
        return Record(
            lift_quarantine=tuple(lifted),
            checkpoints=tuple(self._due_checkpoints(candidate)),
            sources=tuple(self._due_states(candidate)),
            forget_sources=tuple(sorted(self.gone())),
            candidates=(*fresh, *self._confirmed(confirm, candidate)),
            audit=audit,
        )

    async def write(self, record: Record) -> None:
        """Write facts without a version; nothing happens if there are none."""
        if record != Record():
            await self._channel.store.run(lambda store: store.record(record))
        self.written(record)

    def written(self, record: Record) -> None:
        """The store has taken these facts, the last that were gathered."""
        self._checkpoints.update({item.source: item.revision for item in record.checkpoints})
        self._states.update({state.source: state for state in record.sources})
        for name in record.forget_sources:
            self._states.pop(name, None)
            self._checkpoints.pop(name, None)
        self._candidates = self._proposed

    def gone(self) -> Iterator[str]:
        """Sources that the settings do not have any more, and of which nothing is left."""
        channel, ledger = self._channel, self._channel.ledger
        configured = {source.name for source in channel.settings.sources}
        for name in (ledger.sources.keys() | channel.stale_since.keys()) - configured:
            inputs = ledger.sources.get(name)
            held = inputs and (inputs.accepted or inputs.pending)
            if not held and not ledger.quarantine.of_source(name):
                yield name

    def rolled_back(self) -> None:
        """The versions that embodied the sources' revisions may be taken back: who embodies one
        from here on is written down anew."""
        self._checkpoints.clear()

    def _due_checkpoints(self, candidate: Candidate) -> Iterator[Checkpoint]:
        number = 0 if candidate.outputs else self._channel.number
        for inputs in self._channel.ledger.sources.values():
            known = self._checkpoints.get(inputs.name) == inputs.revision
            due = inputs.revision and inputs.synced and not known
            if due and _embodied(inputs, candidate):
                yield Checkpoint(inputs.name, inputs.revision, number, now())

    def _due_states(self, candidate: Candidate) -> Iterator[SourceState]:
        for inputs in self._channel.ledger.sources.values():
            last = self._states.get(inputs.name)
            whole = _embodied(inputs, candidate)
            revision = inputs.revision if whole else inputs.accepted_revision
            old = last is None or now() - last.synced > STATE_EVERY or last.revision != revision
            if inputs.synced and old:
                yield SourceState(inputs.name, revision, now())

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

    def _confirmed(self, confirm: str, candidate: Candidate) -> Iterator[StoredCandidate]:
        """The candidate that was parked until now and is published with this one."""
        before = self._channel.verdict
        if before is None or not confirm or before.parked_id != confirm:
            return
        if not candidate.waiting and candidate.parked_id != confirm:
            found = [item for refusal in before.parked for item in refusal.diagnostics]
            yield self._stored(confirm, CandidateState.CONFIRMED, before.parked, found)

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


def _embodied(inputs: SourceInputs, candidate: Candidate) -> bool:
    """Whether all that a source says is live once the candidate is."""
    accepted = frozenset() if candidate.waiting else candidate.units
    return all(unit in accepted for unit in inputs.units())


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
