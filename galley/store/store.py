"""What a store promises: a channel's history on stable storage, one writer, every byte checked.

Calls block on I/O, so the worker makes them on its store thread. A store is opened by one process
at a time; opening raises the writer epoch, and every write succeeds only under the epoch and head
it expects, so a process that lost the store can never write again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from galley.store.values import (
    Audit,
    Checkpoint,
    Commit,
    Delivery,
    Difference,
    Hold,
    InputDifference,
    Record,
    Refusal,
    SourceState,
    StoredCandidate,
    StoredInput,
    Version,
)
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key


class Store(Protocol):
    """One channel's history. All errors are of `galley.store.errors`."""

    @property
    def lineage(self) -> str:
        """Random text, new at creation and at restore; versions are ordered within it."""

    def close(self) -> None: ...

    # Writing: each call is durable when it returns, or has changed nothing.

    def commit(self, commit: Commit) -> Version:
        """Append a version (its number is head + 1) with all that belongs to it.

        Raises:
            HeadConflictError: head is not the expected one.
            WriterLostError: another process has opened the store since.
            StoreFullError, StoreReadOnlyError, StoreDamagedError: nothing was written.
        """

    def record(self, record: Record) -> None:
        """Write facts beside the versions in one transaction."""

    # Reading.

    def head(self) -> Version | None: ...

    def version(self, number: int) -> Version:
        """Raises UnknownVersionError if it is not in the history, or not any more."""

    def versions(self, *, before: int = 0, limit: int = 50) -> list[Version]:
        """Newest first; `before` 0 starts at the head."""

    def last_rollback(self) -> int:
        """Number of the newest rollback; 0 if there was none. Retention keeps it."""

    def live_at(self, time: float) -> Version | None:
        """The version that was live at a time; None if there was none, or it is not kept."""

    def by_digest(self, prefix: str) -> list[Version]:
        """Versions whose digest begins so (hex), newest first."""

    def outputs(
        self, number: int, *, collection: str = "", namespace: str = "", name: str = ""
    ) -> Iterator[tuple[Key, bytes]]:
        """Keys and digests of a version, sorted by key; read in chunks."""

    def inputs(self, number: int) -> Iterator[StoredInput]:
        """The accepted inputs that a version was made of."""

    def difference(self, old: int, new: int) -> list[Difference]:
        """The set difference of two versions' outputs; 0 stands for the empty version."""

    def input_difference(self, old: int, new: int) -> list[InputDifference]:
        """The set difference of two versions' inputs."""

    def input_changes(self, old: int, new: int) -> set[tuple[str, Key, bytes | None, int]]:
        """Every (source, key, digest or None, version) that versions after `old`, up to and
        including `new`, introduced: what a rollback from `new` to `old` puts into quarantine."""

    def contents(self, digests: Iterable[bytes]) -> dict[bytes, bytes]:
        """Bodies by digest, each checked.

        Raises:
            StoreDamagedError: a body does not have its digest, and which keys need it.
            PurgedError: a body was purged.
        """

    def environment(self, digest: bytes) -> bytes: ...

    def created(self, keys: Iterable[Key]) -> dict[Key, float]:
        """When each key was first published."""

    def changes_of(self, key: Key, *, limit: int = 50) -> list[tuple[int, bytes | None]]:
        """(version, digest or None) of each version that changed this key, newest first."""

    def holds(self) -> list[Hold]: ...

    def quarantine(self) -> list[Quarantined]: ...

    def candidates(self, *, limit: int = 100) -> list[StoredCandidate]: ...

    def audit(self, *, before: int = 0, limit: int = 100) -> list[Audit]: ...

    def checkpoint(self, revision: str, *, source: str = "") -> Checkpoint | None:
        """The newest checkpoint of a revision, which may be a prefix of at least 7 characters."""

    def checkpoints(self, source: str, *, since: str, limit: int = 1000) -> list[Checkpoint]:
        """The revisions of a source that were first embodied after this one was, newest first; all
        if it is empty."""

    def sources(self) -> list[SourceState]: ...

    def received(self) -> Mapping[int, Delivery]:
        """By version, as last counted."""

    def refusals(self, version: int) -> list[Refusal]:
        """What subscribers said who refused a version: the first hundred, in order of time."""

    def refusals_of(self, key: Key, *, since: int, limit: int = 20) -> list[Refusal]:
        """Those that name a key, of version `since` and later, newest first."""

    def standing_refusals(self, *, limit: int = 1000) -> list[Refusal]:
        """Those whose subscribers have not had all that is live since, of the newest versions."""

    def refusers(self, versions: Sequence[int]) -> Mapping[int, int]:
        """How many subscribers have refused each of these versions; those that none has are left
        out."""

    # Keeping.

    def retain(self, now: float) -> int:
        """Remove versions beyond the retention and the bodies that only they used, in slices;
        returns how many versions went."""

    def purge(self, key: Key, audit: Audit) -> list[int]:
        """Overwrite every body of a key; returns the versions that are no longer restorable.

        What the live version holds of the key now stays, so that the channel can always start:
        remove it at its source first. Diagnostics of candidates that name the key go too.
        """

    def backup(self, target: Path) -> None:
        """A consistent copy of the whole store in one file, made while it is in use.

        May be called from any thread, as it takes a connection of its own.

        Raises:
            StoreExistsError: there is such a file already.
        """

    def check(self) -> Iterator[str]:
        """Read and verify everything; yields each problem found as a sentence.

        May be called from any thread, as it takes a connection of its own.
        """

    def size(self) -> int:
        """Bytes on disk."""
