"""What each source says now, against what the live version was made of.

A source's *accepted* inputs are those of the live version; its *pending* ones are where the source
now says something else. Both are kept by locator, because a locator is what a source can read
whole, break or lose. Nothing here decides what is published: that is `gate`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain, islice, takewhile
from typing import NamedTuple

from pipeline.model import Batch, Broken, Diagnostic, Key, Located, Read, Removed, Revision

ARRIVED = 1000
"""Revisions that a source remembers until a version embodies them; the oldest are dropped."""


class UnitOf(StrEnum):
    """What is accepted or refused as one."""

    LOCATOR = "locator"
    """A file, an object."""
    REVISION = "revision"
    """Everything that a source says at one revision."""


class Unit(NamedTuple):
    """A change unit: one locator of a source, or (empty locator) its whole pending content."""

    source: str
    locator: str

    def __str__(self) -> str:
        return f"{self.source}:{self.locator}" if self.locator else self.source


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says about one locator: what it holds, or why it cannot be read."""

    resources: tuple[Located, ...] = ()
    errors: tuple[Diagnostic, ...] = ()


class Return(NamedTuple):
    """Where a rollback brings a source back to, in the names that it has for its states."""

    revision: str
    """Empty where that state has no name."""
    undone: tuple[Revision, ...] = ()
    """What had been embodied since, newest first."""


@dataclass(slots=True)
class SourceInputs:
    """One source's accepted and pending inputs."""

    name: str
    rank: int = 0
    unit: UnitOf = UnitOf.LOCATOR
    required: bool = True
    accepted: dict[str, tuple[Located, ...]] = field(default_factory=dict)
    pending: dict[str, Said] = field(default_factory=dict)
    """Only locators about which the source says something else than what is accepted."""
    notes: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    """Warnings and infos of the last read, by locator."""
    errors: tuple[Diagnostic, ...] = ()
    """What is wrong with the revision as a whole; it blocks every change unit."""
    revision: str = ""
    accepted_revision: str = ""
    """The revision that the accepted inputs are those of: the last that was embodied whole, or the
    one that a rollback went back to."""
    arrived: tuple[Revision, ...] = ()
    """What has come since a revision was last embodied whole, newest first."""
    synced: bool = False
    """Whether it was read completely since this process started."""
    cause: str = ""
    resources: int = 0
    """How many accepted resources there are; kept by the ledger."""
    stamp: object = field(default_factory=object)
    """Another one whenever accepted or pending inputs have changed."""

    def receive(self, batch: Batch) -> set[str]:
        """Take over what the source says; returns the locators whose pending state changed."""
        if batch.complete:
            changed = self._forget_unmentioned(batch)
            self.synced = self.synced or not batch.scope
        else:
            changed = set()
        for change in batch.changes:
            if self._take(change, batch.revision):
                changed.add(change.locator)
        mine = (one if one.source else replace(one, source=self.name) for one in batch.errors)
        self.errors = at_revision(batch.revision, mine)
        self.arrived = self._arrived(batch)
        self.revision = batch.revision
        self.cause = batch.cause
        self.stamp = object()
        return changed

    def known(self, read: Read) -> Read:
        """What was read, with the accepted resource itself in the place of an equal one: the engine
        and what is live hold that, and another would be the same body in memory once more."""
        held = {item.resource.key: item for item in self.accepted.get(read.locator, ())}
        if not held:
            return read
        found = tuple(_known(item, held.get(item.resource.key)) for item in read.resources)
        return replace(read, resources=found)

    def embodied(self) -> None:
        """All that the source says is accepted: its revision is the accepted one."""
        self.accepted_revision = self.revision
        self.arrived = ()

    def returned(self, to: Return) -> None:
        """A rollback has brought it back: what was undone is new again."""
        self.accepted_revision = to.revision
        self.arrived = self._fresh(chain(self.arrived, to.undone))

    @property
    def settled(self) -> bool:
        """Whether all that it says is accepted."""
        return not self.pending and not self.errors and self.revision == self.accepted_revision

    def unmarked(self) -> Iterator[Revision]:
        """The revisions that have come since one was embodied, the newest first."""
        newest = self.newest()
        if newest.id not in ("", self.accepted_revision) and newest not in self.arrived:
            yield newest
        yield from self.arrived

    def newest(self) -> Revision:
        """What is known of the revision that the source is at."""
        known = next((one for one in self.arrived if one.id == self.revision), None)
        return known or Revision(self.revision)

    def units(self) -> Iterator[Unit]:
        """The pending change units; a revision that is wrong as a whole is one though it changes
        nothing."""
        if self.unit is UnitOf.REVISION or not self.pending:
            if self.pending or self.errors:
                yield Unit(self.name, "")
            return
        for locator in self.pending:
            yield Unit(self.name, locator)

    def unit_of(self, locator: str) -> Unit:
        """The change unit that a locator belongs to."""
        return Unit(self.name, "" if self.unit is UnitOf.REVISION else locator)

    def locators(self, unit: Unit) -> Iterable[str]:
        """The locators that a pending unit speaks of."""
        return (unit.locator,) if unit.locator else tuple(self.pending)

    def words(self, unit: Unit) -> dict[str, Said]:
        """What a pending unit says, by locator; nothing if it is not pending."""
        pending = ((locator, self.pending.get(locator)) for locator in self.locators(unit))
        return {locator: said for locator, said in pending if said is not None}

    def says(self, locator: str) -> tuple[Located, ...]:
        """What the source last said that the locator holds; accepted content while it is broken."""
        said = self.pending.get(locator)
        return self.accepted.get(locator, ()) if said is None or said.errors else said.resources

    def set_accepted(self, locator: str, held: tuple[Located, ...]) -> None:
        """Replace what is accepted of a locator; what the source says of it stays what it is."""
        self.stamp = object()
        said = self.pending.pop(locator, None) or Said(self.accepted.get(locator, ()))
        if held:
            self.accepted[locator] = held
        else:
            self.accepted.pop(locator, None)
        if said.errors or not same_content(said.resources, held):
            self.pending[locator] = said
        elif said.resources:
            self.accepted[locator] = said.resources

    def _arrived(self, batch: Batch) -> tuple[Revision, ...]:
        """What the batch brings before what had come; a complete batch tells everything anew."""
        before = () if batch.complete and not batch.scope else self.arrived
        return self._fresh(chain(batch.revisions, before))

    def _fresh(self, revisions: Iterable[Revision]) -> tuple[Revision, ...]:
        """Each of these once, as far as they came after what is accepted."""
        every: dict[str, Revision] = {}
        for one in revisions:
            every.setdefault(one.id, one)
        fresh = takewhile(lambda one: one.id != self.accepted_revision, every.values())
        return tuple(islice(fresh, ARRIVED))

    def _take(self, change: Read | Broken | Removed, revision: str = "") -> bool:
        locator = change.locator
        if isinstance(change, Read):
            if change.notes:
                self.notes[locator] = at_revision(revision, change.notes)
            else:
                self.notes.pop(locator, None)
            return self._say(locator, Said(self.known(change).resources))
        self.notes.pop(locator, None)
        if isinstance(change, Broken):
            return self._say(locator, Said(errors=at_revision(revision, change.errors)))
        return self._say(locator, Said())

    def _say(self, locator: str, said: Said) -> bool:
        before = self.pending.pop(locator, None)
        accepted = self.accepted.get(locator, ())
        if said.errors or not same_content(said.resources, accepted):
            self.pending[locator] = said
            return before != said
        if said.resources != accepted:
            self.accepted[locator] = said.resources  # the same content on other lines
        return before is not None

    def _forget_unmentioned(self, batch: Batch) -> set[str]:
        mentioned = {change.locator for change in batch.changes}
        below = tuple(name for name in mentioned if name.endswith("/"))
        gone = {
            locator
            for locator in (*self.accepted, *self.pending)
            if locator not in mentioned
            and locator.startswith(batch.scope)
            and not (below and locator.startswith(below))
        }
        return {locator for locator in gone if self._take(Removed(locator))}


def _known(new: Located, old: Located | None) -> Located:
    if old is None:
        return new
    if new == old:
        return old
    if new.resource is not old.resource and new.resource == old.resource:
        return Located(old.resource, new.origin)
    return new  # itself, which its source may hold too


def at_revision(revision: str, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Diagnostics with the revision at which they were found, where they do not name one."""
    if not revision:
        return tuple(found)
    return tuple(item if item.revision else replace(item, revision=revision) for item in found)


def same_content(one: Iterable[Located], other: Iterable[Located]) -> bool:
    """Whether two readings of a locator hold the same resources, wherever their lines are."""
    return digests(one) == digests(other)


def digests(held: Iterable[Located]) -> Mapping[Key, bytes]:
    """Keys to digests."""
    return {item.resource.key: item.resource.digest for item in held}


def same_resource(one: Located | None, other: Located | None) -> bool:
    """Whether two inputs under one key have the same content, or are both absent."""
    return (one and one.resource) == (other and other.resource)
