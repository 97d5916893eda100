"""Whether a source whose unit is a revision says again what a rollback took back.

A rollback from version H to N has taken back, for each source, the states of some keys: of all that
the versions N+1 to H brought. The source waits at N's revision as long as what it says about these
keys together is the state that one of those versions had. So a commit that touches only other keys
waits, a commit with the same tree waits, and a fix or a revert goes through.

Each rollback is a state of its own: a later one does not forget what an earlier one took back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TypeAlias

from pipeline.engine.inputs import SourceInputs
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
    stays: bytes | None = None
    """What the key had in `target`, and keeps meanwhile; None: it was absent."""


SEVERAL = b""
"""Stands for the digest of a key that a source says in several places: no content has it."""


def says(
    inputs: SourceInputs, keys: AbstractSet[Key], accepted: Accepted
) -> Mapping[Key, bytes | None]:
    """What the source now says about these keys, wherever it says it."""
    said: dict[Key, bytes | None] = dict.fromkeys(keys)
    for item in _said(inputs, keys, accepted):
        key = item.resource.key
        said[key] = item.resource.digest if said[key] is None else SEVERAL
    return said


def live(
    inputs: SourceInputs, keys: Iterable[Key], accepted: Accepted
) -> Mapping[Key, bytes | None]:
    """What is accepted of the source under these keys."""
    held = {key: accepted(inputs.name, key) for key in keys}
    return {key: item.resource.digest if item else None for key, item in held.items()}


def repeated(
    entries: Iterable[Quarantined], inputs: SourceInputs, accepted: Accepted
) -> Quarantined | None:
    """An entry of the newest rollback whose states the source's pending content repeats."""
    by_rollback: dict[int, list[Quarantined]] = {}
    for entry in entries:
        if entry.key:
            by_rollback.setdefault(entry.rollback, []).append(entry)
    for _, taken in sorted(by_rollback.items(), reverse=True):
        keys = {entry.key for entry in taken if entry.key}
        said, held = says(inputs, keys, accepted), live(inputs, keys, accepted)
        if said != held and _was_a_state(said, taken):
            return _named(said, held, taken)
    return None


def _said(inputs: SourceInputs, keys: AbstractSet[Key], accepted: Accepted) -> Iterator[Located]:
    """The source's resources under these keys; a locator that cannot be read keeps its own."""
    for said in inputs.pending.values():
        yield from (item for item in said.resources if item.resource.key in keys)
    for key in keys:
        held = accepted(inputs.name, key)
        said_there = inputs.pending.get(held.origin.locator) if held else None
        if held and (said_there is None or said_there.errors):
            yield held


def _was_a_state(said: Mapping[Key, bytes | None], taken: Iterable[Quarantined]) -> bool:
    """Whether these keys looked so in one of the versions that were taken back."""
    differing = {entry.key for entry in taken if entry.key and said[entry.key] != entry.stays}
    ordered = sorted(taken, key=attrgetter("version"))
    for _, brought in groupby(ordered, key=attrgetter("version")):
        for entry in brought:
            if entry.key and said[entry.key] == entry.digest:
                differing.discard(entry.key)
            elif entry.key:
                differing.add(entry.key)
        if not differing:
            return True
    return False


def _named(
    said: Mapping[Key, bytes | None],
    held: Mapping[Key, bytes | None],
    taken: Iterable[Quarantined],
) -> Quarantined | None:
    """The first entry, by key, that the source would bring back."""
    ordered = sorted((entry for entry in taken if entry.key), key=lambda e: (e.key, -e.version))
    back = (e for e in ordered if e.key and said[e.key] == e.digest != held[e.key])
    return next(back, ordered[0])
