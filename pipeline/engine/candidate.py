"""A candidate: stages(accepted + selected pending change units), not yet published."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from pipeline.engine.inputs import Said, SourceInputs, Unit
from pipeline.model import Diagnostic, Key, Located, Resource

Words: TypeAlias = Mapping[str, Said]
"""What a change unit says, by locator."""


@dataclass(frozen=True, slots=True)
class InputDelta:
    """What accepting a candidate does to one input."""

    source: str
    locator: str
    key: Key
    old: Located | None
    new: Located | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A pending change unit that cannot be published, and why."""

    unit: Unit
    diagnostics: tuple[Diagnostic, ...]


class Named(NamedTuple):
    """What is behind a resource that a candidate changes."""

    held: Located | None
    """The input that it is made of, or was."""
    units: frozenset[Unit]


class Doubts(NamedTuple):
    """What stands against a candidate until the checks have said what they say now."""

    refused: tuple[Refusal, ...] = ()
    waiting: tuple[Diagnostic, ...] = ()


NO_DOUBTS = Doubts()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the gate would publish now, and what it keeps back."""

    units: frozenset[Unit]
    """The selected change units."""
    inputs: tuple[InputDelta, ...]
    outputs: Mapping[Key, Resource | None]
    """Outputs that differ from the live version's; None: gone."""
    digest: bytes
    """Digest of all outputs, should it be published."""
    added: int
    changed: int
    deleted: int
    resources: int
    """How many outputs there would be."""
    refused: tuple[Refusal, ...] = ()
    parked: tuple[Refusal, ...] = ()
    """Units that would delete too much."""
    parked_id: str = ""
    """What confirms exactly the parked units: a digest of what they would do."""
    waiting: tuple[Diagnostic, ...] = ()
    """Blocking diagnostics that no change unit can be blamed for: the candidate waits."""
    quarantined: tuple[Unit, ...] = ()
    words: Mapping[str, Words] = field(default_factory=dict)
    """What the selected units say, by source: one map for all of a source, as there may be a unit
    for each of 100,000 locators."""
    winners: Mapping[Key, Located | None] = field(default_factory=dict)
    """The inputs that differ from the accepted ones, as the engine takes them."""
    named: Mapping[Key, Named] = field(default_factory=dict)
    """What a check may speak of: the outputs that change, and the inputs."""
    checked: bool = True
    """Whether the checks outside of the pipeline know it; if not, it is not published."""
    doubts: Doubts = NO_DOUBTS
    """What they said before, where they have to be asked again."""
    turn: int = 0
    """Which state of the accepted inputs it follows on."""

    def embodies(self, inputs: SourceInputs) -> bool:
        """Whether all that a source says is accepted once this is published."""
        words = {} if self.waiting else self.words.get(inputs.name, {})
        said = inputs.pending.items()
        return not inputs.errors and all(words.get(locator) == saying for locator, saying in said)

    def words_of(self, unit: Unit) -> Words:
        """What a selected unit says."""
        words = self.words[unit.source]
        return {unit.locator: words[unit.locator]} if unit.locator else words

    def behind(self, found: Diagnostic) -> frozenset[Unit]:
        """The units that a diagnostic on outputs speaks of, else those that it relates to."""
        for keys in ((found.key,) if found.key else (), found.related):
            named = (self.named[key] for key in keys if key in self.named)
            if units := frozenset[Unit]().union(*(one.units for one in named)):
                return units
        return frozenset()

    def placed(self, found: Diagnostic) -> Diagnostic:
        """A diagnostic on an output as one on the input that it is made of."""
        named = self.named.get(found.key) if found.key else None
        if named is None or named.held is None:
            return found
        held = named.held
        origin = held.origin
        found = replace(found, key=held.resource.key)
        return found.at(origin.source, origin.locator, origin.line)

    def verdict(self) -> "Candidate":
        """What is kept back and why, without what it consists of: that may be everything."""
        doubts = NO_DOUBTS if self.checked else self.doubts
        return replace(
            self,
            units=frozenset(),
            inputs=(),
            outputs={},
            words={},
            winners={},
            named={},
            refused=(*self.refused, *doubts.refused),
            waiting=(*self.waiting, *doubts.waiting),
        )


def units_id(changes: Iterable[tuple[Unit, Key, bytes | None, bytes | None]]) -> str:
    """Twelve hexadecimal digits that name exactly these changes (unit, key, old, new digest)."""
    digest = hashlib.sha256()
    for unit, key, old, new in sorted(changes, key=lambda change: (change[0], change[1])):
        digest.update(repr((tuple(unit), tuple(key), old, new)).encode())
    return digest.hexdigest()[:12]
