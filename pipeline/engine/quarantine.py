"""Inputs that a rollback took back, remembered until their source says something else.

An entry is one content (or the absence) of one key from one source. For a source whose unit is a
locator, a change that would bring back such a content waits, everything else flows. For a source
whose unit is a revision, the whole source waits; `returning` is the rule for it.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, Self

from pipeline.engine.inputs import Said, SourceInputs, Unit, UnitOf
from pipeline.engine.returning import Accepted, Quarantined, live, repeated, says
from pipeline.model import Key

__all__ = ["Quarantine", "Quarantined"]


class _Judged(NamedTuple):
    """What a pending unit brings back, as long as what it says and what is accepted stay."""

    said: Said | None
    held: object
    returning: tuple[Quarantined, ...]


@dataclass(slots=True)
class Quarantine:
    """All entries of a channel, by source and key."""

    _entries: dict[str, dict[Key | None, list[Quarantined]]] = field(default_factory=dict)
    _judged: dict[Unit, _Judged] = field(default_factory=dict)
    """What was found for units that wait: most do so unchanged from one proposal to the next."""
    _whole: dict[str, tuple[object, Quarantined | None]] = field(default_factory=dict)
    """The same for sources that wait as a whole, with the stamp of their inputs."""
    _obsolete: dict[str, tuple[object, list[Quarantined]]] = field(default_factory=dict)
    """What can be lifted of a source, with the stamp of its inputs."""

    @classmethod
    def of(cls, entries: Iterable[Quarantined]) -> Self:
        quarantine = cls()
        quarantine.add(entries)
        return quarantine

    def add(self, entries: Iterable[Quarantined]) -> None:
        for entry in entries:
            held = self._entries.setdefault(entry.source, {}).setdefault(entry.key, [])
            if entry not in held:
                held.append(entry)
        self._forget()

    def lift(self, entries: Iterable[Quarantined]) -> None:
        """Take entries out; one that is not there any more does not matter."""
        for entry in entries:
            by_key = self._entries.get(entry.source, {})
            left = [held for held in by_key.get(entry.key, ()) if held != entry]
            if left:
                by_key[entry.key] = left
            else:
                by_key.pop(entry.key, None)
            if not by_key:
                self._entries.pop(entry.source, None)
        self._forget()

    def of_key(self, source: str, key: Key | None) -> tuple[Quarantined, ...]:
        return tuple(self._entries.get(source, {}).get(key, ()))

    def of_source(self, source: str) -> list[Quarantined]:
        return list(chain.from_iterable(self._entries.get(source, {}).values()))

    def environment(self, digest: bytes) -> Quarantined | None:
        """The entry that keeps this environment from coming back, if there is one."""
        return next((entry for entry in self.of_key("", None) if entry.digest == digest), None)

    def holding(
        self,
        inputs: SourceInputs,
        unit: Unit,
        accepted: Accepted,
        override: Container[Key] = (),
    ) -> Quarantined | None:
        """The entry because of which a pending unit waits, or None if it may go; entries of the
        keys in `override` do not count."""
        if inputs.name not in self._entries:
            return None
        if inputs.unit is UnitOf.REVISION:
            return self._holding_revision(inputs, accepted, override)
        returning = self._returning(inputs, unit)
        return next((entry for entry in returning if entry.key not in override), None)

    def obsolete(self, inputs: SourceInputs, accepted: Accepted) -> list[Quarantined]:
        """Entries whose source says again what is live.

        A source of which a part cannot be read says nothing about what it might hold there, and one
        whose revision is not to be trusted nothing at all. A source whose unit is a revision says
        it of all keys of a rollback, or of none.
        """
        if inputs.name not in self._entries:
            return []
        stamp, found = self._obsolete.get(inputs.name, (None, []))
        if stamp is not inputs.stamp:
            found = list(self._saying_what_is_live(inputs, accepted))
            self._obsolete[inputs.name] = (inputs.stamp, found)
        return found

    def __iter__(self) -> Iterator[Quarantined]:
        for by_key in self._entries.values():
            yield from chain.from_iterable(by_key.values())

    def __len__(self) -> int:
        return sum(len(held) for by_key in self._entries.values() for held in by_key.values())

    def _saying_what_is_live(
        self, inputs: SourceInputs, accepted: Accepted
    ) -> Iterator[Quarantined]:
        untold = inputs.errors or any(said.errors for said in inputs.pending.values())
        if not inputs.synced or untold:
            return
        entries = self.of_source(inputs.name)
        keys = {entry.key for entry in entries if entry.key}
        said, held = says(inputs, keys, accepted), live(inputs, keys, accepted)
        differing = {key for key in keys if said[key] != held[key]}
        waiting = {entry.rollback for entry in entries if entry.key in differing}
        for entry in entries:
            whole = inputs.unit is UnitOf.REVISION
            if not (entry.rollback in waiting if whole else entry.key in differing):
                yield entry

    def _returning(self, inputs: SourceInputs, unit: Unit) -> tuple[Quarantined, ...]:
        """Entries that this locator's pending change would bring back."""
        said, held = inputs.pending.get(unit.locator), inputs.accepted.get(unit.locator)
        known = self._judged.get(unit)
        if known is None or known.said is not said or known.held is not held:
            found = tuple(
                entry
                for key, digest in _changes(inputs, unit.locator)
                for entry in self.of_key(inputs.name, key)
                if entry.digest == digest
            )
            if not found:
                return ()
            known = self._judged[unit] = _Judged(said, held, found)
        return known.returning

    def _holding_revision(
        self, inputs: SourceInputs, accepted: Accepted, override: Container[Key]
    ) -> Quarantined | None:
        stamp, found = self._whole.get(inputs.name, (None, None))
        if stamp is not inputs.stamp or override:
            entries = [one for one in self.of_source(inputs.name) if one.key not in override]
            found = repeated(entries, inputs, accepted)
            if not override:
                self._whole[inputs.name] = (inputs.stamp, found)
        return found

    def _forget(self) -> None:
        for known in (self._judged, self._whole, self._obsolete):
            known.clear()


def _changes(inputs: SourceInputs, locator: str) -> Iterator[tuple[Key, bytes | None]]:
    """(key, digest or None) of all that a locator's pending state changes."""
    said = {item.resource.key: item.resource.digest for item in inputs.says(locator)}
    held = {item.resource.key: item.resource.digest for item in inputs.accepted.get(locator, ())}
    for key in sorted(said.keys() | held.keys()):
        if said.get(key) != held.get(key):
            yield key, said.get(key)
