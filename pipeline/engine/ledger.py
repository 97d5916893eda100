"""The books of a channel: every source's inputs, who supplies which key, and what is live."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.engine.budget import Share
from pipeline.engine.candidate import Candidate, InputDelta
from pipeline.engine.claims import Claims
from pipeline.engine.inputs import SourceInputs, Unit, same_resource
from pipeline.engine.live import Live
from pipeline.engine.quarantine import Quarantine, Quarantined
from pipeline.model import Batch, Key, Kinds, Located, Read, Resource


@dataclass(slots=True)
class Ledger:
    """What is accepted and pending of every source; the gate reads it, the worker keeps it."""

    kinds: Kinds
    sources: dict[str, SourceInputs] = field(default_factory=dict)
    claims: Claims = field(default_factory=Claims)
    live: Live = field(default_factory=Live)
    quarantine: Quarantine = field(default_factory=Quarantine)
    _held: Counter[Share] = field(default_factory=Counter)
    """How many accepted inputs each share has."""
    _versions: dict[str, Counter[str]] = field(default_factory=dict)
    """How often each apiVersion occurs among the accepted inputs of a collection."""

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
        """The apiVersion that most accepted inputs of a collection have, some keys left out;
        empty if there are none."""
        counts = Counter(self._versions.get(collection, ()))
        for key in without if counts else ():
            if key.collection == collection and (held := self.accepted(key)):
                counts[held.resource.api_version] -= 1
        return max((+counts).items(), key=lambda item: item[1], default=("", 0))[0]

    def lifted_by(self, candidate: Candidate) -> list[Quarantined]:
        """Quarantine entries whose source said something else, which is published now."""
        return [
            entry
            for delta in candidate.inputs
            for entry in self.quarantine.of_key(delta.source, delta.key)
        ]

    def accept(self, candidate: Candidate) -> None:
        """Take over a published candidate."""
        self.quarantine.lift(self.lifted_by(candidate))
        for unit in candidate.units:
            inputs = self.sources[unit.source]
            for locator in tuple(inputs.locators(unit)):
                self._replace(inputs, locator, inputs.says(locator))
        for inputs in self.sources.values():
            if not inputs.pending and not inputs.errors:
                inputs.accepted_revision = inputs.revision
                inputs.pending = {}  # one that was emptied keeps the room that it once took
        self.live.put_all(candidate.outputs)

    def restore(self, inputs: Iterable[InputDelta], outputs: Mapping[Key, Resource | None]) -> None:
        """Make other inputs and outputs the accepted and live ones: a rollback."""
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
            self.sources[source].accepted_revision = ""  # no revision as a whole
        self.live.put_all(outputs)

    def load(self, items: Iterable[Located]) -> None:
        """Accepted inputs as the store kept them."""
        held: dict[tuple[str, str], list[Located]] = {}
        for item in items:
            held.setdefault((item.origin.source, item.origin.locator), []).append(item)
        for (source, locator), there in held.items():
            self._source(source).accepted[locator] = tuple(there)
            for item in there:
                self._claim(item)

    def obsolete(self) -> list[Quarantined]:
        """Quarantine entries whose source says again what is live."""
        if not len(self.quarantine):
            return []
        return [
            entry
            for inputs in self.sources.values()
            for entry in self.quarantine.obsolete(inputs, self.accepted_of)
        ]

    def _source(self, name: str) -> SourceInputs:
        """A source's inputs; one that the settings no longer have says that it holds nothing."""
        if name not in self.sources:
            self.sources[name] = SourceInputs(name, required=False, synced=True)
        return self.sources[name]

    def _replace(self, inputs: SourceInputs, locator: str, held: tuple[Located, ...]) -> None:
        before = inputs.accepted.get(locator, ())
        inputs.set_accepted(locator, held)
        after = inputs.accepted.get(locator, ())
        kept = {item.resource.key for item in after}
        for item in before:
            self._count(item, -1)
            if item.resource.key not in kept:
                self.claims.discard(item)
        for item in after:
            self._claim(item)

    def _claim(self, item: Located) -> None:
        self.claims.put(item)
        self._count(item, +1)

    def _count(self, item: Located, step: int) -> None:
        self.sources[item.origin.source].resources += step
        collection = item.resource.key.collection
        self._held[Share(collection, item.origin.source)] += step
        self._versions.setdefault(collection, Counter())[item.resource.api_version] += step
