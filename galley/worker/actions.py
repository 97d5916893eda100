"""What operators do to a channel; every action leaves an audit record, also when it is refused."""

import contextlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from galley.store.errors import StoreError
from galley.store.values import Audit, Hold, Record
from galley.worker.channel import Channel, now, proposal
from galley.worker.checks.checking import Asked, Checking
from galley.worker.checks.question import Question
from galley.worker.findings import Findings
from galley.worker.naming import collection_named, key_named
from galley.worker.problems import (
    RefusedError,
    conflict,
    expect_version,
    not_found,
    of_store,
    usage,
)
from galley.worker.publisher import Order, Publisher
from galley.worker.queries import Queries
from galley.worker.reports import hold_report, quarantine_report, version_report
from galley.worker.rollback import Outlook, Request, Rollback
from galley.worker.taking_back import Scope
from pipeline.engine.candidate import Candidate
from pipeline.engine.gate import Wishes
from pipeline.model import Key, Resource

SHOWN = 500
"""Quarantined inputs that an answer lists; the total is always of all."""

Params = Mapping[str, Any]


class Actions:
    """Everything that changes a channel by hand."""

    def __init__(
        self,
        channel: Channel,
        publisher: Publisher,
        rollback: Rollback,
        queries: Queries,
        findings: Findings,
        checking: Checking,
    ) -> None:
        self._channel = channel
        self._publisher = publisher
        self._rollback = rollback
        self._queries = queries
        self._findings = findings
        self._checking = checking

    async def audited(
        self, action: str, params: Params, do: Callable[[Params], Awaitable[Any]]
    ) -> Any:
        """Carry out an action; a refusal is written down before it is answered."""
        if not params.get("dry_run") and not str(params.get("reason") or "").strip():
            raise usage("A reason is required.", "Add --reason TEXT; it is kept in the history.")
        try:
            return await do(params)
        except (RefusedError, StoreError) as error:
            refusal = of_store(error) if isinstance(error, StoreError) else error
            if not params.get("dry_run"):
                record = Record(audit=(audit(action, params, outcome=refusal.detail),))
                with contextlib.suppress(StoreError):  # then the store cannot be written at all
                    await self._channel.store.run(lambda store: store.record(record))
            raise refusal from error

    async def rollback(self, params: Params) -> dict[str, Any]:
        """`PublishResult` of a rollback or of its dry run."""
        resource = str(params.get("resource") or "")
        scope = Scope(
            collection_named(self._channel, str(params.get("collection") or "")),
            str(params.get("namespace") or ""),
            key_named(self._channel, resource) if resource else None,
        )
        request = Request(
            target=str(params.get("target") or "previous"),
            reason=str(params.get("reason") or ""),
            author=str(params.get("actor") or "operator"),
            audit=audit("rollback", params),
            scope=scope,
            hold=self._new_hold(params, "rollback") if params.get("hold") else None,
            strict=bool(params.get("strict")),
            expect=params.get("expect_version"),
            dry_run=bool(params.get("dry_run")),
        )
        async with self._rollback.run(request) as outlook:
            answer = self._rolled_back(request, outlook)
        return {**answer, "diagnostics": await self._findings.shown(outlook.verdict)}

    async def publish(self, params: Params) -> dict[str, Any]:
        """`PublishResult` of publishing what is pending, a parked candidate, or quarantined."""
        channel = self._channel
        named = [key_named(self._channel, str(item)) for item in params.get("resources") or ()]
        override = bool(params.get("override_quarantine"))
        wishes = Wishes(
            confirm=str(params.get("candidate") or ""),
            override=(frozenset(named) if named else None) if override else frozenset(),
        )
        order = Order(
            wishes,
            str(params.get("actor") or "operator"),
            str(params.get("reason") or ""),
            audit("publish", params),
        )
        if not params.get("dry_run"):
            self._checking.ask_again()
        asked: Asked | None = None

        async def attempt() -> tuple[dict[str, Any], Question | None]:
            nonlocal asked
            async with channel.lock:
                expect_version(params.get("expect_version"), self._channel.number)
                if params.get("dry_run"):
                    return await self._preview(wishes)
                done, asked = await self._ordered(order, asked)
                return done, asked.question if asked else None

        with self._publisher.ordered():
            return await self._checking.settled(attempt)

    async def hold(self, params: Params) -> dict[str, Any]:
        """`HoldResult` of a new hold."""
        hold = self._new_hold(params, "operator")
        if not params.get("dry_run"):
            record = Record(add_holds=(hold,), audit=(audit("hold", params),))
            async with self._channel.lock:
                await self._channel.store.run(lambda store: store.record(record))
                self._channel.holds[hold.id] = hold
            self._channel.moved.set()
        return hold_report(hold)

    async def resume(self, params: Params) -> dict[str, Any]:
        """Lift one hold, or all: `{lifted: [HoldResult]}`."""
        channel, wanted = self._channel, str(params.get("id") or "")
        if wanted and wanted not in channel.holds:
            raise not_found(f"There is no hold {wanted!r}.", "`galley status` lists them.")
        lifted = [hold for hold in channel.holds.values() if wanted in ("", hold.id)]
        if not lifted:
            raise conflict("The channel is not held.")
        if not params.get("dry_run"):
            record = Record(
                lift_holds=tuple(hold.id for hold in lifted), audit=(audit("resume", params),)
            )
            async with channel.lock:
                await channel.store.run(lambda store: store.record(record))
                for hold in lifted:
                    channel.holds.pop(hold.id, None)
            self._publisher.touch()
        return {"lifted": [hold_report(hold) for hold in lifted]}

    async def pin(self, params: Params) -> dict[str, Any]:
        """`VersionResult` of a version that is pinned or no longer pinned."""
        number = int(params.get("version") or 0) or self._channel.number
        reason = str(params.get("reason") or "") if params.get("pinned", True) else ""
        await self._channel.store.run(lambda store: store.version(number))
        if not params.get("dry_run"):
            action = "pin" if reason else "unpin"
            record = Record(pins={number: reason}, audit=(audit(action, params),))
            await self._channel.store.run(lambda store: store.record(record))
        version = await self._channel.store.run(lambda store: store.version(number))
        return version_report(version, None)

    async def purge(self, params: Params) -> dict[str, Any]:
        """`PurgeResult`: a resource's bodies are overwritten in every version."""
        channel = self._channel
        key = key_named(self._channel, str(params["resource"]))
        if key in channel.ledger.live:
            raise conflict(
                f"{key} is live.", "Remove it from its source first; then purge its history."
            )
        if params.get("dry_run"):
            changes = await channel.store.run(lambda store: store.changes_of(key))
            versions = [number for number, digest in changes if digest]
        else:
            entry = audit("purge", params)
            async with channel.lock:
                versions = await channel.store.run(lambda store: store.purge(key, entry))
            await self._findings.look()
        return {
            "resource": str(key),
            "versions": versions,
            "dry_run": bool(params.get("dry_run")),
        }

    async def _ordered(
        self, order: Order, asked: Asked | None
    ) -> tuple[dict[str, Any], Asked | None]:
        """Publish on order; what came of it, and what the checks have to be asked first."""
        channel, wishes = self._channel, order.wishes
        number = channel.number
        environment = wishes.override is None and channel.ledger.quarantine.of_key("", None)
        done = await self._publisher.publish(order, asked)
        if done is None:
            raise RefusedError(
                "unavailable",
                "A required source was not read yet.",
                remedy="`galley sources` says why.",
            )
        if not environment and not done.asked:  # the environment follows by itself
            self._check_published(done.candidate, wishes, number)
        lifted = [quarantine_report(item, channel.ledger.sources) for item in done.lifted]
        report = self._publication(done.candidate, done.before, dry_run=False)
        return {**report, "lifted": lifted}, done.asked

    async def _preview(self, wishes: Wishes) -> tuple[dict[str, Any], Question | None]:
        channel = self._channel
        async with proposal(channel.gate, channel.gate.propose(now(), wishes)) as candidate:
            before = {key: channel.ledger.live.get(key) for key in candidate.outputs}
            question = None if candidate.checked else self._checking.question_of(candidate)
            return self._publication(candidate, before, dry_run=True), question

    def _check_published(self, candidate: Candidate, wishes: Wishes, before: int) -> None:
        if wishes.confirm and wishes.confirm == candidate.parked_id:
            raise conflict("The candidate is still parked.")
        if self._channel.number == before:
            nothing = "There is nothing to publish that is not refused or parked."
            unknown = f"No candidate {wishes.confirm!r} is parked."
            raise conflict(
                unknown if wishes.confirm else nothing, self._why_nothing(candidate, wishes)
            )

    def _why_nothing(self, candidate: Candidate, wishes: Wishes) -> str:
        if candidate.parked_id:
            return f"The parked candidate is {candidate.parked_id} now."
        for unit in candidate.quarantined:
            if entry := self._channel.ledger.holding(unit, wishes.override or ()):
                return f"{unit} waits for the quarantine of {entry.key}: `galley quarantine`."
        return "`galley diagnostics` lists what is wrong, `galley history` the candidates."

    def _publication(
        self,
        candidate: Candidate,
        before: Mapping[Key, Resource | None],
        *,
        dry_run: bool,
    ) -> dict[str, Any]:
        channel = self._channel
        old = channel.number if dry_run else (channel.head.parent if channel.head else 0)
        new = 0 if dry_run else channel.number
        return {
            "channel": channel.name,
            "dry_run": dry_run,
            "version": channel.number,
            "digest": candidate.digest.hex(),
            "diff": self._queries.diff_report(
                old, new, candidate.outputs, before, candidate.resources
            ),
            "quarantined": [
                quarantine_report(item, channel.ledger.sources)
                for item in islice(channel.ledger.quarantine, SHOWN)
            ],
            "quarantined_total": len(channel.ledger.quarantine),
            "holds": [hold_report(hold) for hold in channel.holds.values()],
        }

    def _rolled_back(self, request: Request, outlook: Outlook) -> dict[str, Any]:
        """All of the answer but the diagnostics, which have to be located."""
        channel, found = self._channel, outlook.reach
        version = outlook.version
        number = version.number if version else channel.number
        old = version.parent if version else channel.number
        rollback = version.number if version else channel.number + 1
        taken = [replace(item, rollback=rollback) for item in found.quarantine[:SHOWN]]
        return {
            "channel": channel.name,
            "dry_run": request.dry_run,
            "version": number,
            "digest": outlook.tally.digest.hex(),
            "restores": found.target.number,
            "diff": self._queries.diff_report(
                old,
                version.number if version else found.target.number,
                outlook.outputs,
                outlook.before,
                outlook.tally.resources,
                places=outlook.places,
            ),
            "quarantined": [quarantine_report(item, channel.ledger.sources) for item in taken],
            "quarantined_total": len(found.quarantine),
            "holds": [hold_report(hold) for hold in channel.holds.values()],
            "warnings": _warnings(outlook),
        }

    def _new_hold(self, params: Params, cause: str) -> Hold:
        seconds = float(params.get("for") or params.get("expires") or 0.0)
        return Hold(
            id=secrets.token_hex(4),
            cause=cause,
            reason=str(params.get("reason") or ""),
            author=str(params.get("actor") or "operator"),
            time=now(),
            expires=now() + seconds if seconds else 0.0,
        )


def audit(action: str, params: Params, *, outcome: str = "done") -> Audit:
    """The record of an action, with its parameters but without who and why."""
    apart = ("actor", "origin", "reason", "dry_run")
    details = {
        name: value
        for name, value in params.items()
        if name not in apart and value not in (None, "")
    }
    return Audit(
        time=now(),
        actor=str(params.get("actor") or "operator"),
        origin=str(params.get("origin") or "local"),
        action=action,
        reason=str(params.get("reason") or ""),
        outcome=outcome,
        details=details,
    )


def _warnings(outlook: Outlook) -> list[str]:
    warnings = []
    if outlook.tally.deleted:
        warnings.append(f"{outlook.tally.deleted} resources disappear.")
    errors = sum(item.blocking for item in outlook.verdict)
    if errors:
        warnings.append(f"Today's checks find {errors} errors in what is restored.")
    return warnings
