"""The books of a channel: every source's inputs, who supplies which key, and what is live."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

from pipeline.engine.budget import Share
from pipeline.engine.candidate import Candidate, InputDelta
from pipeline.engine.claims import Claims
from pipeline.engine.inputs import Return, SourceInputs, Unit, same_resource
from pipeline.engine.live import Live
from pipeline.engine.quarantine import Quarantine, Quarantined
from pipeline.model import Batch, Key, Kinds, Located, Read, Resource

Spot: TypeAlias = tuple[str, str, Key]
"""Source, locator and key of an input."""


@dataclass(slots=True)
class Ledger:
    """What is accepted and pending of every source; the gate reads it, the worker keeps it."""

    kinds: Kinds
    sources: dict[str, SourceInputs] = field(default_factory=dict)
    claims: Claims = field(default_factory=Claims)
    live: Live = field(default_factory=Live)
    quarantine: Quarantine = field(default_factory=Quarantine)
    owed: dict[Spot, Located | None] = field(default_factory=dict)
    """Inputs that were accepted without a version, because no output changed, with what the store
    still has there; the next version brings it up to date."""
    _held: Counter[Share] = field(default_factory=Counter)
    """How many accepted inputs each share has."""
    _versions: dict[str, Counter[str]] = field(default_factory=dict)
    """How often each apiVersion occurs among the inputs that supply the keys of a collection."""

    def receive(self, batch: Batch) -> set[str]:
        """A source's batch becomes its pending inputs; returns the locators that changed."""
        inputs = self.sources[batch.source]
        changed = inputs.receive(batch)
        for change in batch.changes:
            if isinstance(change, Read) and change.locator not in inputs.pending:
                for item in inputs.accepted.get(change.locator, ()):
                    self.claims.put(item)
        return changed

    def known(self, read: Read) -> Read:
        """A source's read, with what is accepted in the place of what is equal to it."""
        inputs = self.sources.get(read.resources[0].origin.source) if read.resources else None
        return inputs.known(read) if inputs else read

    def units(self) -> Iterator[Unit]:
        """Every pending change unit of every source."""
        for inputs in self.sources.values():
            yield from inputs.units()

    def rank(self, source: str) -> int:
        """A source's rank; 0 for one that the settings no longer have."""
        inputs = self.sources.get(source)
        return inputs.rank if inputs else 0

    def accepted(self, key: Key) -> Located | None:
        """The accepted input under a key: the claim of the highest rank."""
        held = self.claims.of(key)
        if len(held) < 2:
            return held[0] if held else None
        return max(held, key=lambda item: self.rank(item.origin.source))

    def accepted_of(self, source: str, key: Key) -> Located | None:
        """The accepted input that a source supplies under a key, whether it wins or not."""
        return next((held for held in self.claims.of(key) if held.origin.source == source), None)

    def accepted_at(self, source: str, locator: str, key: Key) -> Located | None:
        """The accepted input at one place."""
        inputs = self.sources.get(source)
        held = inputs.accepted.get(locator, ()) if inputs else ()
        return next((item for item in held if item.resource.key == key), None)

    def holding(self, unit: Unit, override: Container[Key] = ()) -> Quarantined | None:
        """The quarantine entry because of which a pending unit waits, or None if it may go;
        entries of the keys in `override` do not count."""
        return self.quarantine.holding(self.sources[unit.source], unit, self.accepted_of, override)

    def changed(self, winners: Mapping[Key, Located | None]) -> dict[Key, Located | None]:
        """Those of these inputs that are not the accepted ones."""
        return {
            key: held
            for key, held in winners.items()
            if not same_resource(held, self.accepted(key))
        }

    def share(self, key: Key) -> Share | None:
        """The share that a key's accepted input belongs to."""
        held = self.accepted(key)
        return Share(key.collection, held.origin.source) if held else None

    def held(self, share: Share) -> int:
        """How many accepted inputs a share has."""
        return self._held[share]

    def inputs(self) -> Iterator[tuple[Key, Located]]:
        """Every accepted input that supplies its key; stable while nothing is accepted."""
        for key in self.claims:
            if held := self.accepted(key):
                yield key, held

    def observed(self, collection: str) -> bool:
        """Whether a collection holds facts about the world and not configuration."""
        kind = self.kinds.get(collection)
        return kind is not None and kind.observed

    def differences(
        self, keys: Iterable[Key], outputs: Mapping[Key, Resource]
    ) -> dict[Key, Resource | None]:
        """Which of these outputs are not what is live; observed ones are not counted."""
        mine = (key for key in keys if not self.observed(key.collection))
        return self.live.differences({key: outputs.get(key) for key in mine})

    def api_version(self, collection: str, without: Mapping[Key, Located | None]) -> str:
        """The apiVersion that most keys of a collection are supplied with, some left out; empty if
        there are none."""
        counts = Counter(self._versions.get(collection, ()))
        for key in without if counts else ():
            if key.collection == collection and (held := self.accepted(key)):
                counts[held.resource.api_version] -= 1
        return max((+counts).items(), key=lambda item: item[1], default=("", 0))[0]

    def lifted_by(self, candidate: Candidate) -> list[Quarantined]:
        """Quarantine entries whose source said something else, which is published now; of a source
        whose unit is a revision, all."""
        whole = {unit.source for unit in candidate.units if not unit.locator}
        by_key = (
            self.quarantine.of_key(delta.source, delta.key)
            for delta in candidate.inputs
            if delta.source not in whole
        )
        by_source = (self.quarantine.of_source(source) for source in sorted(whole))
        return [*chain.from_iterable(by_key), *chain.from_iterable(by_source)]

    def due(self, deltas: Sequence[InputDelta] = ()) -> list[InputDelta]:
        """What the store has to learn of inputs with a version that changes them so."""
        mine = {(delta.source, delta.locator, delta.key) for delta in deltas}
        owed = [
            InputDelta(*spot, stored, self.accepted_at(*spot))
            for spot, stored in self.owed.items()
            if spot not in mine
        ]
        return [*deltas, *owed]

    def accept(self, candidate: Candidate, *, written: bool = True) -> None:
        """Take over a candidate: published as a version, or not `written` as one because it
        changes no output."""
        self.quarantine.lift(self.lifted_by(candidate))
        if written:
            self.owed.clear()
        else:
            self._owe(candidate.inputs)
        for source, words in candidate.words.items():
            for locator, said in words.items():
                self._replace(self.sources[source], locator, said.resources)
        for inputs in self.sources.values():
            if not inputs.pending and not inputs.errors:
                inputs.embodied()
                inputs.pending = {}  # one that was emptied keeps the room that it once took
        self.live.put_all(candidate.outputs)

    def restore(
        self,
        inputs: Iterable[InputDelta],
        outputs: Mapping[Key, Resource | None],
        returns: Mapping[str, Return],
    ) -> None:
        """Make other inputs and outputs the accepted and live ones: a rollback, which brings those
        of these inputs' sources that get something else back to `returns`."""
        self.owed.clear()
        held: dict[tuple[str, str], dict[Key, Located]] = {}
        for delta in inputs:
            place = (delta.source, delta.locator)
            if place not in held:
                before = self._source(delta.source).accepted.get(delta.locator, ())
                held[place] = {item.resource.key: item for item in before}
            if delta.new:
                held[place][delta.key] = delta.new
            else:
                held[place].pop(delta.key, None)
        for (source, locator), items in held.items():
            ordered = tuple(sorted(items.values(), key=lambda item: item.origin.line))
            self._replace(self.sources[source], locator, ordered)
        for source, where in returns.items():
            self.sources[source].returned(where)
        self.live.put_all(outputs)

    def load(self, items: Iterable[Located]) -> None:
        """Accepted inputs as the store kept them."""
        held: dict[tuple[str, str], list[Located]] = {}
        for item in items:
            held.setdefault((item.origin.source, item.origin.locator), []).append(item)
        for (source, locator), there in held.items():
            self._source(source).accepted[locator] = tuple(there)
            keys = [item.resource.key for item in there]
            self._count_versions(keys, -1)
            for item in there:
                self._claim(item)
            self._count_versions(keys, +1)

    def rerank(self, ranks: Mapping[str, int]) -> None:
        """Give sources other ranks: other inputs may supply their keys now."""
        changed = {name: rank for name, rank in ranks.items() if self.sources[name].rank != rank}
        for name, rank in changed.items():
            self.sources[name].rank = rank
        if changed:
            self._versions.clear()
            self._count_versions(self.claims, +1)

    def obsolete(self) -> list[Quarantined]:
        """Quarantine entries whose source says again what is live."""
        if not len(self.quarantine):
            return []
        return [
            entry
            for inputs in self.sources.values()
            for entry in self.quarantine.obsolete(inputs, self.accepted_of)
        ]

    def _owe(self, deltas: Iterable[InputDelta]) -> None:
        for delta in deltas:
            spot = (delta.source, delta.locator, delta.key)
            stored = self.owed.pop(spot, delta.old)
            if not same_resource(stored, delta.new):
                self.owed[spot] = stored

    def _source(self, name: str) -> SourceInputs:
        """A source's inputs; one that the settings no longer have says that it holds nothing."""
        if name not in self.sources:
            self.sources[name] = SourceInputs(name, required=False, synced=True)
        return self.sources[name]

    def _replace(self, inputs: SourceInputs, locator: str, held: tuple[Located, ...]) -> None:
        before = inputs.accepted.get(locator, ())
        keys = {item.resource.key for item in (*before, *held)}
        self._count_versions(keys, -1)
        inputs.set_accepted(locator, held)
        after = inputs.accepted.get(locator, ())
        kept = {item.resource.key for item in after}
        for item in before:
            self._count(item, -1)
            if item.resource.key not in kept:
                self.claims.discard(item)
        for item in after:
            self._claim(item)
        self._count_versions(keys, +1)

    def _claim(self, item: Located) -> None:
        self.claims.put(item)
        self._count(item, +1)

    def _count(self, item: Located, step: int) -> None:
        self.sources[item.origin.source].resources += step
        collection = item.resource.key.collection
        self._held[Share(collection, item.origin.source)] += step

    def _count_versions(self, keys: Iterable[Key], step: int) -> None:
        """Count what supplies these keys; what is outranked has no say."""
        for key in keys:
            if held := self.accepted(key):
                versions = self._versions.setdefault(key.collection, Counter())
                versions[held.resource.api_version] += step
