"""Inputs that a rollback took back, remembered until their source says something else.

An entry is one content (or the absence) of one key from one source. For a source whose unit is a
locator, a change that would bring back such a content waits, everything else flows. For a source
whose unit is a revision, the source waits as long as what it says about the quarantined keys is
what one of the versions that were taken back said.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self, TypeAlias

from pipeline.engine.inputs import Said, SourceInputs, Unit, UnitOf
from pipeline.model import Key, Located

Accepted: TypeAlias = Callable[[str, Key], Located | None]
"""The accepted input that a source supplies under a key."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An input that a rollback took back: this content of this key from this source."""

    source: str
    key: Key | None
    """None stands for the environment."""
    digest: bytes | None
    """None: the key's absence was taken back."""
    rollback: int
    """The rollback version that wrote it."""
    target: int
    """The version that was rolled back to."""
    time: float
    reason: str
    version: int = 0
    """The version that had introduced it: after `target`, before `rollback`."""


class _Judged(NamedTuple):
    """What a pending unit brings back, as long as what it says and what is accepted stay."""

    said: Said | None
    held: tuple[Located, ...] | None
    returning: tuple[Quarantined, ...]


@dataclass(slots=True)
class Quarantine:
    """All entries of a channel, by source and key."""

    _entries: dict[tuple[str, Key | None], list[Quarantined]] = field(default_factory=dict)
    _judged: dict[Unit, _Judged] = field(default_factory=dict)
    """What was found for units that wait: most do so unchanged from one proposal to the next."""

    @classmethod
    def of(cls, entries: Iterable[Quarantined]) -> Self:
        quarantine = cls()
        quarantine.add(entries)
        return quarantine

    def add(self, entries: Iterable[Quarantined]) -> None:
        for entry in entries:
            held = self._entries.setdefault((entry.source, entry.key), [])
            if entry not in held:
                held.append(entry)
                self._judged.clear()

    def lift(self, entries: Iterable[Quarantined]) -> None:
        for entry in entries:
            if self._entries.pop((entry.source, entry.key), None):
                self._judged.clear()

    def of_key(self, source: str, key: Key | None) -> tuple[Quarantined, ...]:
        return tuple(self._entries.get((source, key), ()))

    def of_source(self, source: str) -> list[Quarantined]:
        return [entry for entry in self if entry.source == source]

    def environment(self, digest: bytes) -> Quarantined | None:
        """The entry that keeps this environment from coming back, if there is one."""
        entries = self._entries.get(("", None), ())
        return next((entry for entry in entries if entry.digest == digest), None)

    def holding(
        self,
        inputs: SourceInputs,
        unit: Unit,
        accepted: Accepted,
        override: Container[Key] = (),
    ) -> Quarantined | None:
        """The entry because of which a pending unit waits, or None if it may go; entries of the
        keys in `override` do not count."""
        if not self._entries:
            return None
        if inputs.unit is UnitOf.REVISION:
            return self._holding_revision(inputs, accepted, override)
        returning = self._returning(inputs, unit)
        return next((entry for entry in returning if entry.key not in override), None)

    def obsolete(self, inputs: SourceInputs, accepted: Accepted) -> list[Quarantined]:
        """Entries whose source says again what is live; a source of which a part cannot be read
        says nothing about what it might hold there."""
        broken = inputs.errors or any(said.errors for said in inputs.pending.values())
        entries = self.of_source(inputs.name) if inputs.synced and not broken else []
        keys = {entry.key for entry in entries if entry.key}
        said = _says(inputs, keys, accepted)
        live = _live(inputs, keys, accepted)
        return [entry for entry in entries if entry.key and said[entry.key] == live[entry.key]]

    def __iter__(self) -> Iterator[Quarantined]:
        for entries in self._entries.values():
            yield from entries

    def __len__(self) -> int:
        return sum(map(len, self._entries.values()))

    def _returning(self, inputs: SourceInputs, unit: Unit) -> tuple[Quarantined, ...]:
        """Entries that this locator's pending change would bring back."""
        said, held = inputs.pending.get(unit.locator), inputs.accepted.get(unit.locator)
        known = self._judged.get(unit)
        if known is None or known.said is not said or known.held is not held:
            found = tuple(
                entry
                for key, digest in changes(inputs, unit.locator)
                for entry in self._entries.get((inputs.name, key), ())
                if entry.digest == digest
            )
            if not found:
                return ()
            known = self._judged[unit] = _Judged(said, held, found)
        return known.returning

    def _holding_revision(
        self, inputs: SourceInputs, accepted: Accepted, override: Container[Key]
    ) -> Quarantined | None:
        counting = (entry for entry in self.of_source(inputs.name) if entry.key not in override)
        entries = sorted(counting, key=lambda entry: entry.version)
        keys = {entry.key for entry in entries if entry.key}
        said = _says(inputs, keys, accepted)
        state = _live(inputs, keys, accepted)
        if said == state:
            return None
        for version in sorted({entry.version for entry in entries}):
            state.update({e.key: e.digest for e in entries if e.key and e.version == version})
            if said == state:
                return entries[-1]
        return None


def changes(inputs: SourceInputs, locator: str) -> Iterator[tuple[Key, bytes | None]]:
    """(key, digest or None) of all that a locator's pending state changes."""
    said = {item.resource.key: item.resource.digest for item in inputs.says(locator)}
    held = {item.resource.key: item.resource.digest for item in inputs.accepted.get(locator, ())}
    for key in sorted(said.keys() | held.keys()):
        if said.get(key) != held.get(key):
            yield key, said.get(key)


def _says(
    inputs: SourceInputs, keys: Iterable[Key], accepted: Accepted
) -> Mapping[Key, bytes | None]:
    """What the source now says about these keys, wherever it says it."""
    pending = {
        item.resource.key: item.resource.digest
        for said in inputs.pending.values()
        for item in said.resources
    }
    return {key: pending.get(key) or _unchanged(inputs, accepted(inputs.name, key)) for key in keys}


def _unchanged(inputs: SourceInputs, held: Located | None) -> bytes | None:
    """The accepted content, unless its locator was read since and no longer holds it."""
    if held is None:
        return None
    said = inputs.pending.get(held.origin.locator)
    return held.resource.digest if said is None or said.errors else None


def _live(inputs: SourceInputs, keys: Iterable[Key], accepted: Accepted) -> dict[Key, bytes | None]:
    held = {key: accepted(inputs.name, key) for key in keys}
    return {key: item.resource.digest if item else None for key, item in held.items()}
