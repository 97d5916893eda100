"""A candidate: stages(accepted + selected pending change units), not yet published."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pipeline.engine.inputs import Unit
from pipeline.model import Diagnostic, Key, Located, Resource


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

    def verdict(self) -> "Candidate":
        """What is kept back and why, without what it consists of: that may be everything."""
        return replace(self, units=frozenset(), inputs=(), outputs={})


def units_id(changes: Iterable[tuple[Unit, Key, bytes | None, bytes | None]]) -> str:
    """Twelve hexadecimal digits that name exactly these changes (unit, key, old, new digest)."""
    digest = hashlib.sha256()
    for unit, key, old, new in sorted(changes, key=lambda change: (change[0], change[1])):
        digest.update(repr((tuple(unit), tuple(key), old, new)).encode())
    return digest.hexdigest()[:12]
