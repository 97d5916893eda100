"""What becomes of a source's revisions, told to whoever reports it: to a forge as commit status.

A revision is told of when its state changes: it has arrived, is kept back, is embodied by a
version, or that version was rolled back. Of the revisions that a source brings at once only the
newest is judged, and told of as long as it is not live; then all of them are. What is told follows
the store's commit. After a restart the newest revision of each source is told of again: an observer
may hear the same twice, and misses nothing that still holds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from galley.worker.channel import Channel
from galley.worker.waiting import waiting_for, waits
from pipeline.engine.inputs import SourceInputs
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Diagnostic, Revision

SHOWN = 20
"""Diagnostics that a state carries; the total is always of all."""


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


TAKEN_BACK = (Standing.QUARANTINED, Standing.ROLLED_BACK)


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
    """Tells observers of the states of one channel's revisions; `assembly` makes it.

    The publisher and the rollback say what was decided; `look` finds out what that means for the
    revision that each source is at, and tells it where it is news.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._observers: list[RevisionObserver] = []
        self._told: dict[str, RevisionState] = {}
        """What was told last of the revision that each source is at."""
        self._decided: dict[str, object] = {}
        """The stamps of the inputs that the last decision was about."""

    def observe(self, observer: RevisionObserver) -> None:
        """Let somebody know of every change from here on; before the sources are started."""
        self._observers.append(observer)

    def tell(self, state: RevisionState) -> None:
        """Something has become of a revision."""
        for observer in self._observers:
            observer.revision_changed(state)

    async def embodied(self, revisions: Mapping[str, Sequence[Revision]], version: int) -> None:
        """A version embodies these, by source and newest first; those before the newest are told
        here."""
        for source, found in revisions.items():
            for revision in reversed(found[1:]):
                self.tell(self._state(source, revision, Standing.LIVE, version))
        await self.decided()

    async def decided(self) -> None:
        """What could be published is published; the rest is kept back."""
        sources = self._channel.ledger.sources.values()
        self._decided = {inputs.name: inputs.stamp for inputs in sources}
        await self.look()

    async def rolled_back(self, undone: Mapping[str, Sequence[Revision]], version: int) -> None:
        """The rollback `version` has taken back what these revisions had brought."""
        for source, revisions in undone.items():
            for revision in reversed(revisions):
                state = self._state(source, revision, Standing.ROLLED_BACK, version)
                self._told[source] = state
                self.tell(state)

    async def look(self) -> None:
        """Tell what is new about the revision that each source is at."""
        for inputs in self._channel.ledger.sources.values():
            if not inputs.revision or not inputs.synced:
                continue
            told = self._told.get(inputs.name)
            state = await self.state_of(inputs, told)
            if state != told:
                self._told[inputs.name] = state
                self.tell(state)

    async def state_of(
        self, inputs: SourceInputs, told: RevisionState | None = None
    ) -> RevisionState:
        """The state of the revision that a source is at; `told` itself if that still holds."""
        newest, same = inputs.newest(), told is not None and told.revision.id == inputs.revision
        if inputs.settled:
            if told and same and told.standing is Standing.LIVE:
                return told
            version = await self._embodying(inputs.name, newest.id)
            return self._state(inputs.name, newest, Standing.LIVE, version)
        entry = waiting_for(self._channel.ledger, inputs)
        if entry is None:
            blocking = list(self._blocking(inputs))
            standing = Standing.BLOCKED if blocking else Standing.PENDING
            return self._state(inputs.name, newest, standing, 0, blocking)
        if told and same and told.standing in TAKEN_BACK and told.version == entry.rollback:
            return told
        return await self._taken_back(inputs, entry)

    async def _taken_back(self, inputs: SourceInputs, entry: Quarantined) -> RevisionState:
        newest = inputs.newest()
        embodied = await self._embodying(inputs.name, newest.id)
        was_live = entry.target < embodied < entry.rollback
        standing = Standing.ROLLED_BACK if was_live else Standing.QUARANTINED
        found = [waits(self._channel.ledger, inputs, entry)]
        return self._state(inputs.name, newest, standing, entry.rollback, found)

    def _blocking(self, inputs: SourceInputs) -> Iterator[Diagnostic]:
        """What the last decision has kept back of a source, unless it has said something since."""
        verdict = self._channel.verdict
        if verdict is None or self._decided.get(inputs.name) is not inputs.stamp:
            return
        for refusal in (*verdict.refused, *verdict.parked):
            if refusal.unit.source == inputs.name:
                yield from refusal.diagnostics
        yield from verdict.waiting

    async def _embodying(self, source: str, revision: str) -> int:
        """The version that a checkpoint ties a revision to; 0 if there is none."""
        found = await self._channel.store.run(
            lambda store: store.checkpoint(revision, source=source)
        )
        return found.version if found else 0

    def _state(  # all of a state
        self,
        source: str,
        revision: Revision,
        standing: Standing,
        version: int,
        found: Iterable[Diagnostic] = (),
    ) -> RevisionState:
        every = sorted(dict.fromkeys(found), key=lambda item: not item.blocking)
        return RevisionState(
            self._channel.name,
            source,
            revision,
            standing,
            version,
            tuple(every[:SHOWN]),
            len(every),
        )
