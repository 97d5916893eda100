"""What becomes of a source's revisions, told to whoever reports it: to a forge as commit status.

A revision is told of when its state changes: it has arrived, is kept back, is embodied by a
version, or that version was rolled back. Of the revisions that a source brings at once only the
newest is judged, and told of as long as it is not live; then all of them are. What is told follows
the store's commit. After a restart the newest revision of each source is told of again: an observer
may hear the same twice, and misses nothing that still holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pipeline.model import Diagnostic, Revision


class Standing(StrEnum):
    """What has become of a revision."""

    PENDING = "pending"
    """It has arrived and nothing is decided: it is being checked, or the channel is held."""
    BLOCKED = "blocked"
    """Something in it cannot be published: `diagnostics` say what."""
    QUARANTINED = "quarantined"
    """It waits because it still says what the rollback `version` took back; `diagnostics` say
    which key and what to do."""
    LIVE = "live"
    """Version `version` embodies it, and all that it says is live."""
    ROLLED_BACK = "rolled-back"
    """A version that embodied it was taken back by the rollback `version`."""


@dataclass(frozen=True, slots=True)
class RevisionState:
    """One revision and what has become of it."""

    channel: str
    source: str
    revision: Revision
    """With `id` alone where nothing else is known any more."""
    standing: Standing
    version: int = 0
    """The version that embodies it, or the rollback; 0 while there is none."""
    diagnostics: Sequence[Diagnostic] = field(default=())
    """The first of them, errors first, each with its place; lines are those of the document."""
    total: int = 0
    """How many diagnostics there are in all."""


class RevisionObserver(Protocol):
    """Whoever wants to know."""

    def revision_changed(self, state: RevisionState) -> None:
        """Take notice; called on the worker's loop in the order of events.

        It holds up the channel: return at once, do I/O in a task of one's own, raise nothing.
        """


class Revisions:
    """Tells observers of the states of one channel's revisions; `assembly` makes it."""

    def __init__(self) -> None:
        self._observers: list[RevisionObserver] = []

    def observe(self, observer: RevisionObserver) -> None:
        """Let somebody know of every change from here on; before the sources are started."""
        self._observers.append(observer)

    def tell(self, state: RevisionState) -> None:
        """Something has become of a revision."""
        for observer in self._observers:
            observer.revision_changed(state)
