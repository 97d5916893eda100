"""When a version is cut, and how: propose, commit, accept, announce, in this order.

A quiet period and a longest wait coalesce bursts. A commit that fails leaves everything as it was
and is tried again with a back-off; what was refused or parked is written down in any case.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
from galley.worker.channel import Channel, following, now, proposal, uninterrupted
from galley.worker.companion import Companion
from galley.worker.reach import Reach
from galley.worker.revisions import Revisions
from pipeline.engine.candidate import Candidate
from pipeline.engine.gate import Wishes
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key, Resource

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
    lifted: Sequence[Quarantined]
    """The quarantine that ends with it."""


class Publisher:
    """Publishes what is publishable, by itself and on order."""

    def __init__(
        self, channel: Channel, companion: Companion, books: Bookkeeping, revisions: Revisions
    ) -> None:
        self._channel = channel
        self._companion = companion
        self._books = books
        self._revisions = revisions
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

    async def _publish_once(self) -> int:
        """Publish by itself; how many outputs changed."""
        async with self._channel.lock:
            decision = await self.publish()
        return len(decision.candidate.outputs) if decision else 0

    async def catch_up(self) -> None:
        """Publish what was observed and could not be published then."""
        if self._companion.behind:
            async with self._channel.lock:
                await self._companion.publish(self._channel.engine)

    async def publish(self, order: Order | None = None) -> Decision | None:
        """One proposal, committed if it may be; the caller holds the lock. None: not now."""
        channel = self._channel
        channel.dirty.clear()
        unread = channel.head is None and not channel.complete()
        if channel.loading or unread or (channel.holds and not order):
            return None
        async with proposal(channel.gate, order.wishes if order else None) as candidate:
            self._report_defects()
            before = {key: channel.ledger.live.get(key) for key in candidate.outputs}
            embodied = self._books.embodied(candidate)
            decision = Decision(candidate, before, self._lifted(candidate, order))
            await uninterrupted(self._decide(decision, order))
        channel.verdict = candidate.verdict()
        channel.problem = ""
        channel.moved.set()
        await self._revisions.embodied(embodied, channel.number)
        return decision

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
            version = await self._commit(candidate, order, facts)
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
            await self._companion.publish(channel.engine)

    def _lifted(self, candidate: Candidate, order: Order | None) -> list[Quarantined]:
        """The quarantine that ends with this decision, each entry once."""
        ledger = self._channel.ledger
        lifted = dict.fromkeys(ledger.obsolete())
        if not candidate.waiting:
            lifted |= dict.fromkeys(ledger.lifted_by(candidate))
        if order and order.wishes.override is None:
            lifted |= dict.fromkeys(ledger.quarantine.of_key("", None))
        return list(lifted)

    async def _commit(self, candidate: Candidate, order: Order | None, facts: Record) -> Version:
        channel = self._channel
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
            cause=cause_of(channel, candidate),
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
