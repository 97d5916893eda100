"""What a source is, and what every source promises.

A source turns some place where configuration lives into batches (`pipeline.model.batch`). It knows
nothing of channels, versions or subscribers.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Protocol, TypeAlias

from pipeline.model import Batch, Diagnostic, Kinds, Origin, Path, Place, Read

Emit: TypeAlias = Callable[[Batch], Awaitable[None]]
"""Hand a batch to the channel; returns when it was taken, so a source never runs ahead."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one input a source reads before it refuses it with a diagnostic."""

    file_bytes: int = 16 * 1024 * 1024
    """Size of one file."""
    resource_bytes: int = 1536 * 1024
    """Size of one resource as it is encoded."""
    depth: int = 100
    """Maps and lists within each other."""
    alias_factor: int = 10
    """Expanded aliases may be this many times the size of the text."""
    documents: int = 10_000
    """Documents in one file."""


def as_it_is(read: Read) -> Read:
    """The same: nothing of it is known."""
    return read


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a source is given besides its settings."""

    kinds: Kinds = field(default_factory=Kinds)
    limits: Limits = field(default_factory=Limits)
    folder: FilePath | None = None
    """Where it may keep what it can fetch again, one folder for all sources of a channel; None: it
    makes one for as long as it runs."""
    accepted: Callable[[], str] = str
    """The revision that is live, empty if there is none: what came after it is new. After a
    rollback it is the one that was rolled back to, and what was taken back is new again."""
    known: Callable[[Read], Read] = as_it_is
    """A read with the channel's own resources in the place of equal ones. A source that keeps many
    reads for one batch asks for each of them: after a restart it would keep every body twice."""


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """What a source says of itself; times are seconds since the epoch, 0 for never."""

    synced: bool = False
    """Whether a complete read was emitted since the start."""
    last_read: float = 0.0
    """When it last looked and could read."""
    revision: str = ""
    locators: int = 0
    problem: Diagnostic | None = None
    """Why it cannot read now; None while all is well."""

    def age(self) -> float:
        """Seconds since it last could read; 0 if it never could."""
        return max(0.0, time.time() - self.last_read) if self.last_read else 0.0


class Source(Protocol):
    """A connector with a name.

    Promises, each tested by `tests/conformance/test_sources.py` over every source:

    - `run` emits a complete batch first, then only what changed; it returns only by cancellation.
    - Nothing is emitted before the channel has taken the batch before it.
    - A place that cannot be read is `Broken`, never `Removed`; a source that cannot be read at all
      emits nothing, says so in `health`, and tries again with a jittered back-off.
    - An error of the user's is a diagnostic; `run` raises only for errors of its own.
    - The event loop is never blocked: reading and parsing of more than a few files yields.
    - Reading the same content twice gives the same resources, and the second emits nothing.
    """

    @property
    def name(self) -> str: ...

    async def run(self, emit: Emit) -> None:
        """Read, emit, watch, until cancelled."""

    def health(self) -> SourceHealth:
        """How it is doing; cheap, callable at any time."""

    def hint(self) -> None:
        """Something may have changed: look now rather than at the next turn."""

    def locate(self, origin: Origin, path: Path) -> Place | None:
        """Line and column of a field, by reading its origin again; None if that has changed.

        Blocking I/O: call it in a thread. If the path itself is not there (a missing field), the
        nearest parent that is.
        """

    def link(self, origin: Origin) -> str:
        """Web address where people can look at an origin; empty where there is none."""
