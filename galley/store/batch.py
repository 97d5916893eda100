"""A commit cut into batches that one transaction each can write in bounded time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from galley.store.values import Commit, InputChange
from pipeline.model import Key, Resource

ROWS = 1000
"""Rows that one transaction adds at most when a commit is staged."""
CHANGES = ROWS // 2
"""Changes in a batch: each adds at most a body and an interval, once the names are there."""
ALL_AT_ONCE = ROWS // 4
"""Changes that are written without staging: each may add a key and a place as well."""

Item = TypeVar("Item")
Place = tuple[str, str]
"""Source and locator."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of a commit's changes."""

    outputs: Mapping[Key, Resource | None]
    inputs: Mapping[tuple[str, str, Key], InputChange]

    def keys(self) -> set[Key]:
        return {*self.outputs, *(key for _, _, key in self.inputs)}

    def places(self) -> set[Place]:
        return {(source, locator) for source, locator, _ in self.inputs}

    def held_places(self) -> set[Place]:
        """Where the inputs are that it adds."""
        return {spot[:2] for spot, change in self.inputs.items() if change.resource is not None}

    def published(self) -> set[Key]:
        """The keys of its outputs, without those that it only takes away."""
        return {key for key, resource in self.outputs.items() if resource is not None}

    def held(self) -> set[Key]:
        """The keys of what it adds: those that must have a number."""
        inputs = self.inputs.values()
        return self.published() | {change.key for change in inputs if change.resource is not None}

    def resources(self) -> dict[bytes, Resource]:
        given = [*self.outputs.values(), *(change.resource for change in self.inputs.values())]
        return {resource.digest: resource for resource in given if resource is not None}


def whole(commit: Commit) -> Batch:
    """All of a commit; of several changes to one input the last counts.

    Raises:
        ValueError: a resource is filed under another key than its own. Bodies are kept by the key
            inside them, so it could never be found again.
    """
    given = [*commit.outputs.items(), *((change.key, change.resource) for change in commit.inputs)]
    for key, resource in given:
        if resource is not None and resource.key != key:
            raise ValueError(f"{resource!r} cannot be stored as {str(key)!r}")
    inputs = {(change.source, change.locator, change.key): change for change in commit.inputs}
    return Batch(commit.outputs, inputs)


def small(batch: Batch) -> bool:
    """Whether it can be written in the transaction of the commit itself."""
    return len(batch.outputs) + len(batch.inputs) <= ALL_AT_ONCE


def parts(batch: Batch) -> Iterator[Batch]:
    """A big batch in small ones."""
    for inputs in slices(batch.inputs.items(), CHANGES):
        yield Batch({}, dict(inputs))
    for outputs in slices(batch.outputs.items(), CHANGES):
        yield Batch(dict(outputs), {})


def slices(items: Iterable[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in lists of at most `size`."""
    remaining = iter(items)
    while some := list(islice(remaining, size)):
        yield some
