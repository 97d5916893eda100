"""Rolling back: an earlier content becomes the live version again, in one transaction.

It needs nothing but the store. The version, the accepted inputs, the quarantine, a hold if wished
and the audit record are written together; a crash leaves all of it or nothing.
"""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from galley.store.values import (
    Audit,
    Checkpoint,
    Commit,
    Counts,
    Hold,
    Record,
    Version,
    VersionKind,
)
from galley.worker.bookkeeping import input_changes, revisions
from galley.worker.channel import Channel, breathe, following, now
from galley.worker.environments import Environments
from galley.worker.findings import Findings
from galley.worker.problems import RefusedError, conflict, expect_version
from galley.worker.publisher import Publisher
from galley.worker.reach import Reach, reach
from galley.worker.revisions import Revisions
from galley.worker.taking_back import WHOLE, Scope
from galley.worker.targets import resolve
from pipeline.engine.candidate import InputDelta
from pipeline.engine.live import Tally
from pipeline.model import Diagnostic, Key, Located, Resource

log = logging.getLogger("galley.rollback")


@dataclass(frozen=True, slots=True)
class Request:
    """What an operator asks for."""

    target: str
    reason: str
    author: str
    audit: Audit
    scope: Scope = WHOLE
    hold: Hold | None = None
    strict: bool = False
    expect: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a rollback does, or would do."""

    reach: Reach
    outputs: Mapping[Key, Resource | None]
    before: Mapping[Key, Resource | None]
    """The same keys as they are, or were, live."""
    places: Mapping[Key, Located | None]
    """And where their sources hold, or held them."""
    tally: Tally
    verdict: tuple[Diagnostic, ...]
    """What today's checks say about the target."""
    version: Version | None = None
    """The new version; None for a dry run."""


class Rollback:
    """Carries out rollbacks of one channel."""

    def __init__(
        self,
        channel: Channel,
        publisher: Publisher,
        environments: Environments,
        findings: Findings,
        revisions: Revisions,
    ) -> None:
        self._channel = channel
        self._publisher = publisher
        self._environments = environments
        self._findings = findings
        self._revisions = revisions

    @asynccontextmanager
    async def run(self, request: Request) -> AsyncIterator[Outlook]:
        """Roll back, or with `dry_run` say what that would do; inside the block the lock is held
        and the engine is at what is told.

        A rollback of the whole channel that is not strict is committed and announced before
        today's checks are run on it: they cannot stop it, and it is often urgent.

        Raises:
            RefusedError: no such target, a lost race, or (strict, partial) the checks refuse it.
            StoreError: nothing was changed.
        """
        channel = self._channel
        async with channel.lock:
            head = self._checked_head(request)
            target = await channel.store.run(lambda store: resolve(store, request.target, head))
            found = await reach(channel, target, request.scope, request.reason)
            checks_first = request.strict or request.dry_run or not found.whole
            try:
                verdict = await self._judged(request, found) if checks_first else ()
                outlook = self._outlook(found, verdict)
                if request.dry_run:
                    yield outlook
                    await breathe(channel.gate.withdraw())
                    return
                environment = await self._environment(found)
                version = await self._commit(request, outlook, environment)
            except BaseException:
                await breathe(channel.gate.withdraw())
                raise
            with following():
                channel.ledger.live.put_all(outlook.outputs)
                channel.head = version
                await channel.announcer.published(version, outlook.outputs, outlook.before)
                if not checks_first:
                    verdict = await self._judged(request, found)
                await self._take_over(request, outlook, version, environment)
            yield replace(outlook, version=version, verdict=verdict)

    def _checked_head(self, request: Request) -> Version:
        head = self._channel.head
        if head is None:
            raise conflict("Nothing was published yet.")
        expect_version(request.expect, head.number)
        return head

    async def _judged(self, request: Request, found: Reach) -> tuple[Diagnostic, ...]:
        """Put the engine to the target's inputs; what today's checks say about them.

        Raises:
            RefusedError: they refuse it, and it is strict or partial.
        """
        trial, number = self._channel.gate.trial, found.target.number
        await breathe(trial.move(self._winners(found.inputs)))
        blocking = trial.blocking()
        noted = (item for item in trial.fresh() if not item.diagnostic.blocking)
        verdict = tuple(self._channel.gate.place(item) for item in (*blocking, *noted))
        if blocking and not request.dry_run and (request.strict or not found.whole):
            raise RefusedError(
                "refused",
                f"Today's checks refuse the content of version {number}.",
                remedy="Leave out --strict to roll the whole channel back all the same."
                if found.whole
                else "Roll back the whole channel, or a larger part of it.",
                diagnostics=await self._findings.shown(verdict),
            )
        return verdict

    def _outlook(self, found: Reach, verdict: tuple[Diagnostic, ...]) -> Outlook:
        """What changes: the target's outputs, or a part of them over the rest of what is live.

        Raises:
            RefusedError: nothing would change.
        """
        ledger, trial = self._channel.ledger, self._channel.gate.trial
        composed = ledger.differences(trial.touched, trial.engine.outputs)
        outputs = found.outputs if found.whole else composed
        if not outputs:
            raise conflict(
                f"What is live equals version {found.target.number} already; nothing to roll back."
            )
        before = {key: ledger.live.get(key) for key in outputs}
        places = {key: ledger.accepted(key) for key in outputs}
        return Outlook(found, outputs, before, places, ledger.live.tally(outputs), verdict)

    def _winners(self, deltas: Sequence[InputDelta]) -> dict[Key, Located | None]:
        """The input that each key would have, by rank, with the target's inputs in place."""
        ledger = self._channel.ledger
        places = {(delta.source, delta.locator, delta.key) for delta in deltas}
        claims: dict[Key, list[Located]] = {delta.key: [] for delta in deltas}
        for delta in deltas:
            if delta.new:
                claims[delta.key].append(delta.new)
        for key, others in claims.items():
            for held in ledger.claims.of(key):
                if (held.origin.source, held.origin.locator, key) not in places:
                    others.append(held)
        winners = {
            key: max(held, key=lambda item: ledger.rank(item.origin.source), default=None)
            for key, held in claims.items()
        }
        return ledger.changed(winners)

    async def _environment(self, found: Reach) -> bytes:
        """The content of the environment that is in force afterwards."""
        if found.environment == self._channel.environment.digest:
            return self._channel.environment.spec.content()
        return await self._environments.stored(found.target)

    async def _commit(self, request: Request, outlook: Outlook, environment: bytes) -> Version:
        channel, found = self._channel, outlook.reach
        tally = outlook.tally
        states = await channel.store.run(lambda store: store.sources())
        commit = Commit(
            expected_head=channel.number,
            kind=VersionKind.ROLLBACK,
            digest=tally.digest,
            environment=found.environment,
            environment_content=environment,
            outputs=outlook.outputs,
            inputs=input_changes(channel, found.inputs),
            author=request.author,
            reason=request.reason,
            cause={"rollback": {"target": found.target.number, "scope": request.scope.shown()}},
            counts=Counts(tally.added, tally.changed, tally.deleted, tally.resources),
            time=now(),
            restores=found.target.number if found.whole else 0,
            revisions=revisions(channel, {name: to.revision for name, to in found.returns.items()}),
            record=Record(
                sources=tuple(
                    replace(state, revision=found.returns[state.source].revision)
                    for state in states
                    if state.source in found.returns
                ),
                checkpoints=tuple(
                    Checkpoint(name, to.revision, 0, now())
                    for name, to in found.returns.items()
                    if to.revision
                ),
                add_quarantine=found.quarantine,
                add_holds=(request.hold,) if request.hold else (),
                audit=(request.audit,),
            ),
        )
        return await channel.store.run(lambda store: store.commit(commit))

    async def _take_over(
        self, request: Request, outlook: Outlook, version: Version, environment: bytes
    ) -> None:
        """The store has it, and subscribers are told: bring the books up to date."""
        channel, found = self._channel, outlook.reach
        self._publisher.restored(found, outlook.outputs)
        entries = [replace(entry, rollback=version.number) for entry in found.quarantine]
        channel.ledger.quarantine.add(entries)
        if request.hold:
            channel.holds[request.hold.id] = request.hold
        channel.moved.set()
        if found.whole:
            undone = {name: to.undone for name, to in found.returns.items()}
            await self._revisions.rolled_back(undone, version.number)
        await self._revisions.look()
        log.warning(
            "Version %s rolls back to %s; %s inputs are quarantined.",
            version.number,
            found.target.number,
            len(found.quarantine),
        )
        self._publisher.touch()
        if found.environment != channel.environment.digest and (
            earlier := self._environments.earlier(environment)
        ):
            await self._environments.restore(earlier)
