"""When a version is cut, and how: propose, commit, accept, announce, in this order.

A quiet period and a longest wait coalesce bursts. A commit that fails leaves everything as it was
and is tried again with a back-off; what was refused or parked is written down in any case.
"""

import asyncio
import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from galley import memory
from galley.store.errors import HeadConflictError, StoreError, WriterLostError
from galley.store.values import Audit, Commit, Record, Version, VersionKind
from galley.worker.bookkeeping import (
    Bookkeeping,
    cause_of,
    counts_of,
    embodied_by,
    input_changes,
    lifting,
    revisions,
)
from galley.worker.channel import Channel, breathe, following, now, proposal, uninterrupted
from galley.worker.checks.checking import Asked, Checking
from galley.worker.companion import Companion
from galley.worker.reach import Reach
from galley.worker.revisions import Revisions
from pipeline.engine.candidate import Candidate
from pipeline.engine.gate import Wishes
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key, Resource, Revision
from pipeline.model.messages.gate import FIRST_WOULD_BE_EMPTY

log = logging.getLogger("galley.publisher")

RETRY_FIRST, RETRY_MOST = 0.5, 30.0
"""Seconds between two tries of a commit that failed."""


@dataclass(frozen=True, slots=True)
class Order:
    """A publication that somebody asked for."""

    wishes: Wishes
    author: str
    reason: str
    audit: Audit


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a proposal."""

    candidate: Candidate
    before: Mapping[Key, Resource | None]
    """What was live under the keys of the candidate's outputs."""
    cause: dict[str, Any]
    """Which sources changed and how."""
    lifted: Sequence[Quarantined] = ()
    """The quarantine that ends with it."""
    embodied: Mapping[str, Sequence[Revision]] = field(default_factory=dict)
    """The revisions, by source and newest first, of which all is live with it."""
    asked: Asked | None = None
    """What the checks have to be asked first; nothing is decided yet."""


class Publisher:
    """Publishes what is publishable, by itself and on order."""

    def __init__(
        self,
        channel: Channel,
        companion: Companion,
        books: Bookkeeping,
        revisions: Revisions,
        checking: Checking,
    ) -> None:
        self._channel = channel
        self._companion = companion
        self._books = books
        self._revisions = revisions
        self._checking = checking
        self._alarm: asyncio.TimerHandle | None = None
        self._orders = 0
        """How many are being carried out."""
        self._kept_off = False
        """Whether something has changed meanwhile."""
        self._first_change = 0.0
        self._last_change = 0.0

    def touch(self) -> None:
        """Something has changed that may be publishable."""
        self._last_change = asyncio.get_running_loop().time()
        self._channel.moved.set()
        if not self._channel.dirty.is_set():
            self._first_change = self._last_change
            self._channel.dirty.set()

    def restored(self, found: Reach, outputs: Mapping[Key, Resource | None]) -> None:
        """A rollback has committed these: they are accepted and live from here on."""
        gate = self._channel.gate
        self._companion.touch(gate.trial.touched)
        gate.restore(found.inputs, outputs, found.returns, now())
        self._books.forget(found.returns)

    async def run(self) -> None:
        """Publish whenever something has changed and the quiet period is over; never returns."""
        wait = RETRY_FIRST
        while True:
            await self._channel.dirty.wait()
            await self._quiet()
            try:
                if await self._publish_once() >= memory.LARGE:
                    memory.settle()
                wait = RETRY_FIRST
            except (WriterLostError, HeadConflictError):
                raise
            except StoreError as error:
                self._channel.problem = f"The store refuses: {error}."
                log.error("The store refuses; trying again in %s s: %s", wait, error)
                await asyncio.sleep(wait)
                wait = min(wait * 2, RETRY_MOST)
                self._channel.dirty.set()

    @contextmanager
    def ordered(self) -> Iterator[None]:
        """Somebody orders a publication: until it is carried out nothing is published by itself, or
        it would be gone when the checks have answered, without who ordered it and why."""
        self._orders += 1
        try:
            yield
        finally:
            self._orders -= 1
            if self._kept_off and not self._orders:
                self._kept_off = False
                self.touch()

    async def _publish_once(self) -> int:
        """Publish by itself; how many outputs changed."""
        if self._orders:
            self._kept_off = True
            self._channel.dirty.clear()
            return 0
        async with self._channel.lock:
            decision = await self.publish()
        return len(decision.candidate.outputs) if decision else 0

    async def catch_up(self) -> None:
        """Publish what was observed and could not be published then."""
        if self._companion.behind:
            async with self._channel.lock:
                await self._companion.publish(self._channel.engine)

    async def publish(
        self, order: Order | None = None, asked: Asked | None = None
    ) -> Decision | None:
        """One proposal, committed if it may be; the caller holds the lock. None: not now.

        While the channel is held nothing is published without an order, but everything is judged.
        A decision that is `asked` waits for the checks; hand it in with the order once they have
        answered.
        """
        channel = self._channel
        channel.dirty.clear()
        channel.foreseen = ()
        if channel.loading or (channel.head is None and not channel.complete()):
            return None
        held = bool(channel.holds) and order is None
        passed = self._passed(order, asked) if not held else None
        if passed is not None:
            decision = await self._repeat(passed, order)
        else:
            decision = await self._propose(order, held=held)
        channel.verdict = decision.candidate.verdict()
        channel.problem = ""
        channel.moved.set()
        self._wake_for(decision.candidate)
        await self._revisions.embodied(decision.embodied, channel.number)
        return decision

    def _passed(self, order: Order | None, asked: Asked | None) -> Asked | None:
        """A candidate that the checks let pass."""
        if order is None:
            return self._checking.passed()
        return asked if self._checking.passes(asked) else None

    async def _repeat(self, passed: Asked, order: Order | None) -> Decision:
        """Publish what was checked, whatever has come meanwhile."""
        gate = self._channel.gate
        async with proposal(gate, gate.repeat(passed.candidate)) as candidate:
            decision = self._decision(candidate, order, passed.cause)
            await uninterrupted(self._decide(decision, order))
        self.touch()  # what has come meanwhile is next
        return decision

    async def _propose(self, order: Order | None, *, held: bool) -> Decision:
        gate = self._channel.gate
        proposing = gate.propose(now(), order.wishes if order else None)
        async with proposal(gate, proposing) as proposed:
            self._report_defects()
            candidate = self._not_empty_at_first(proposed)
            cause = cause_of(self._channel, candidate)
            if held or not candidate.checked:
                decision = self._undecided(candidate, cause)
                await self._books.note(candidate)
                await self._foresee(candidate)
            else:
                decision = self._decision(candidate, order, cause)
                await uninterrupted(self._decide(decision, order))
            if order is None:
                self._checking.consider(candidate)
            elif not candidate.checked:
                return replace(decision, asked=self._checking.about(candidate))
        return decision

    def _not_empty_at_first(self, candidate: Candidate) -> Candidate:
        """A first version waits until there is something in it, unless the sources hold nothing."""
        if self._channel.head or candidate.resources or not candidate.refused:
            return candidate
        return replace(candidate, waiting=(*candidate.waiting, FIRST_WOULD_BE_EMPTY.report()))

    async def _foresee(self, candidate: Candidate) -> None:
        """What is said of a candidate that waits; of one that is published it is said then."""
        telling = self._channel.forms[0].would_be_too_long(candidate.outputs)
        self._channel.foreseen = await breathe(telling)

    def _undecided(self, candidate: Candidate, cause: dict[str, Any]) -> Decision:
        live = self._channel.ledger.live
        return Decision(candidate, {key: live.get(key) for key in candidate.outputs}, cause)

    def _decision(
        self, candidate: Candidate, order: Order | None, cause: dict[str, Any]
    ) -> Decision:
        return replace(
            self._undecided(candidate, cause),
            lifted=self._lifted(candidate, order),
            embodied=self._books.embodied(candidate),
        )

    async def _decide(self, decision: Decision, order: Order | None) -> None:
        """Write down what was decided, then take it over: nothing waits between the two."""
        channel, candidate = self._channel, decision.candidate
        lifted = decision.lifted
        due = not candidate.waiting and (candidate.outputs or channel.head is None)
        audit: tuple[Audit, ...] = (order.audit,) if order and (due or lifted) else ()
        if not order or order.wishes.override == frozenset():
            audit += tuple(lifting(lifted))
        confirm = order.wishes.confirm if order else ""
        facts = self._books.facts(candidate, lifted, audit, confirm)
        version = None
        if due:
            version = await self._commit(decision, order, facts)
            self._books.written(facts)
        else:
            await self._books.write(facts)
        with following():
            channel.ledger.quarantine.lift(lifted)
            channel.forget_sources(facts.forget_sources)
            if candidate.waiting:
                return
            self._companion.touch(channel.gate.trial.touched)
            channel.gate.accept(candidate, now(), written=version is not None)
            if version:
                channel.head = version
                await channel.announcer.published(version, candidate.outputs, decision.before)
            if any(self._books.gone()):  # its last keys were published; the next facts say so
                self.touch()
            await self._companion.publish(channel.engine, settled=channel.head is not None)

    def _lifted(self, candidate: Candidate, order: Order | None) -> list[Quarantined]:
        """The quarantine that ends with this decision, each entry once."""
        ledger = self._channel.ledger
        lifted = dict.fromkeys(ledger.obsolete())
        if not candidate.waiting:
            lifted |= dict.fromkeys(ledger.lifted_by(candidate))
        if order and order.wishes.override is None:
            lifted |= dict.fromkeys(ledger.quarantine.of_key("", None))
        return list(lifted)

    async def _commit(self, decision: Decision, order: Order | None, facts: Record) -> Version:
        channel, candidate = self._channel, decision.candidate
        commit = Commit(
            expected_head=channel.number,
            kind=VersionKind.PUBLISH,
            digest=candidate.digest,
            environment=channel.environment.digest,
            environment_content=channel.environment.spec.content(),
            outputs=candidate.outputs,
            inputs=input_changes(channel, candidate.inputs),
            author=order.author if order else "galley",
            reason=order.reason if order else "",
            cause=decision.cause,
            counts=counts_of(candidate),
            time=now(),
            revisions=revisions(channel, embodied_by(channel, candidate)),
            record=facts,
        )
        version = await channel.store.run(lambda store: store.commit(commit))
        log.info(
            "Published version %s: %s added, %s changed, %s deleted.",
            version.number,
            version.counts.added,
            version.counts.changed,
            version.counts.deleted,
        )
        return version

    def _wake_for(self, candidate: Candidate) -> None:
        """Look again when there is something to ask the checks again."""
        if self._alarm is not None:
            self._alarm.cancel()
        wait = self._checking.due_at(candidate) - now()
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(wait, self.touch) if 0 < wait < math.inf else None

    async def _quiet(self) -> None:
        """Wait until nothing has changed for the quiet period, or the longest wait is over."""
        settings = self._channel.settings.publish
        if not settings.quiet:
            return
        loop = asyncio.get_running_loop()
        while True:
            quiet_at = self._last_change + settings.quiet
            due = min(quiet_at, self._first_change + settings.longest_wait)
            if loop.time() >= due:
                return
            await asyncio.sleep(due - loop.time())

    def _report_defects(self) -> None:
        for defect in self._channel.gate.trial.defects:
            where = f"stage {defect.stage} on {defect.key}"
            log.error("Defect in %s: %s\n%s", where, defect.problem, defect.detail)
