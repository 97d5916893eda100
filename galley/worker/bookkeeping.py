"""What is written beside a version: refused and parked candidates, checkpoints, source states."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from galley.store.values import (
    Audit,
    CandidateState,
    Checkpoint,
    Counts,
    InputChange,
    Record,
    SourceState,
    StoredCandidate,
)
from galley.worker.channel import Channel, now
from galley.worker.places import diagnostic_json
from galley.worker.provenance import revisions_json
from pipeline.engine.candidate import Candidate, InputDelta, Refusal
from pipeline.engine.inputs import SourceInputs, Unit, UnitOf
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Diagnostic, Revision

LOCATORS_SHOWN = 20
"""How many locators of a source a version's cause names."""

DIAGNOSTICS_KEPT = 100
"""How many diagnostics are kept with a candidate that was not published."""

APART = 1e-6
"""Seconds between the checkpoints of revisions that came together, which keep their order so."""

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
        fresh = self._fresh(candidate)
        return Record(
            lift_quarantine=tuple(lifted),
            checkpoints=tuple(self._due_checkpoints(candidate)),
            sources=tuple(self._due_states(candidate)),
            forget_sources=tuple(sorted(self.gone())),
            candidates=(*fresh, *self._confirmed(confirm, candidate)),
            audit=audit,
        )

    def embodied(self, candidate: Candidate) -> dict[str, tuple[Revision, ...]]:
        """The revisions, by source and newest first, that have come since the last of which
        everything was live, and of which everything is once the candidate is."""
        if candidate.waiting:
            return {}
        return {
            inputs.name: tuple(inputs.unmarked())
            for inputs in self._channel.ledger.sources.values()
            if inputs.synced and candidate.embodies(inputs)
        }

    async def note(self, candidate: Candidate) -> None:
        """Write down what is kept back of a candidate that is not to be published now."""
        await self.write(Record(candidates=tuple(self._fresh(candidate))))

    async def write(self, record: Record) -> None:
        """Write facts without a version; nothing happens if there are none."""
        if record != Record():
            await self._channel.store.run(lambda store: store.record(record))
        self.written(record)

    def written(self, record: Record) -> None:
        """The store has taken these facts, the last that were gathered."""
        self._states.update({state.source: state for state in record.sources})
        for name in record.forget_sources:
            self._states.pop(name, None)
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

    def forget(self, sources: Iterable[str]) -> None:
        """Somebody else has written the states of these sources."""
        for name in sources:
            self._states.pop(name, None)

    def _fresh(self, candidate: Candidate) -> list[StoredCandidate]:
        """What is kept back and is not written yet."""
        kept = list(self._kept_back(candidate))
        self._proposed = {item.id for item in kept}
        return [item for item in kept if item.id not in self._candidates]

    def _due_checkpoints(self, candidate: Candidate) -> Iterator[Checkpoint]:
        number, moment = 0 if candidate.outputs else self._channel.number, now()
        for name, revisions in self.embodied(candidate).items():
            for age, revision in enumerate(revisions):
                yield Checkpoint(name, revision.id, number, moment - age * APART)

    def _due_states(self, candidate: Candidate) -> Iterator[SourceState]:
        for inputs in self._channel.ledger.sources.values():
            last = self._states.get(inputs.name)
            whole = candidate.embodies(inputs)
            revision = inputs.revision if whole else inputs.accepted_revision
            old = last is None or now() - last.synced > STATE_EVERY or last.revision != revision
            if inputs.synced and old:
                yield SourceState(inputs.name, revision, now())

    def _kept_back(self, candidate: Candidate) -> Iterator[StoredCandidate]:
        if candidate.refused:
            found = [item for refusal in candidate.refused for item in refusal.diagnostics]
            name = self._name(candidate.refused)
            yield self._stored(name, CandidateState.REFUSED, candidate.refused, found)
        if candidate.parked:
            found = [item for refusal in candidate.parked for item in refusal.diagnostics]
            name = candidate.parked_id
            yield self._stored(name, CandidateState.PARKED, candidate.parked, found)
        if candidate.waiting:
            refusals = tuple(Refusal(unit, ()) for unit in sorted(candidate.units))
            name = self._name((*refusals, Refusal(Unit("", ""), candidate.waiting)))
            yield self._stored(name, CandidateState.WAITING, refusals, list(candidate.waiting))

    def _name(self, refusals: Iterable[Refusal]) -> str:
        """Twelve hexadecimal digits that are the same for the same refusals of the same revisions,
        where a revision is refused as a whole."""
        digest = hashlib.sha256()
        for refusal in refusals:
            inputs = self._channel.ledger.sources.get(refusal.unit.source)
            whole = inputs is not None and inputs.unit is UnitOf.REVISION
            revision = inputs.revision if inputs and whole else ""
            messages = sorted(f"{item.code} {item.message}" for item in refusal.diagnostics)
            digest.update(repr((tuple(refusal.unit), revision, messages)).encode())
        return digest.hexdigest()[:12]

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
            diagnostics=[
                diagnostic_json(item, "pending", self._channel.sources) for item in unique
            ],
            counts=Counts(),
        )


def input_changes(channel: Channel, deltas: Sequence[InputDelta] = ()) -> list[InputChange]:
    """What a version that changes inputs so has to tell the store of them."""
    return [
        InputChange(
            delta.source,
            delta.locator,
            delta.key,
            delta.new.resource if delta.new else None,
            delta.new.origin if delta.new else None,
        )
        for delta in channel.ledger.due(deltas)
    ]


def embodied_by(channel: Channel, candidate: Candidate) -> dict[str, str]:
    """The revisions of the sources of which everything is live once the candidate is."""
    every = channel.ledger.sources.values()
    return {item.name: item.revision for item in every if candidate.embodies(item)}


def revisions(channel: Channel, moved: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """What each source is at whose states have names, some of them `moved`."""
    now_at = {item.name: item.accepted_revision for item in channel.ledger.sources.values()}
    return {name: revision for name, revision in {**now_at, **moved}.items() if revision}


def lifting(entries: Iterable[Quarantined]) -> Iterator[Audit]:
    """The records of quarantine that ends because its source says something else."""
    inputs = Counter((entry.source, entry.rollback) for entry in entries)
    for (source, rollback), count in sorted(inputs.items()):
        reason = f"source {source} no longer says what version {rollback} took back"
        details = {"source": source, "rollback": rollback, "inputs": count}
        yield Audit(now(), "galley", "local", "lift-quarantine", reason, "done", details)


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
        **revisions_json(inputs),
    }
