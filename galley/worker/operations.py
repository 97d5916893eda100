"""What a service may ask of a worker: each method and what answers it."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from galley.protocol.control import Method
from galley.store.store import Store
from galley.store.values import Record
from galley.worker.actions import Actions, audit
from galley.worker.channel import Channel
from galley.worker.findings import Findings
from galley.worker.health import Health
from galley.worker.planning import Planning
from galley.worker.queries import Queries

Params: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = Callable[[Params], Awaitable[Any]]


class Operations:
    """The table of methods, and the few answers that need nothing else."""

    def __init__(
        self,
        channel: Channel,
        queries: Queries,
        findings: Findings,
        planning: Planning,
        actions: Actions,
        health: Health,
    ) -> None:
        self._channel = channel
        self._actions = actions
        self._health = health
        self._answers: dict[Method, Answer] = {
            Method.CHANNEL: self._glance,
            Method.RESOURCES: queries.resources,
            Method.HISTORY: queries.history,
            Method.DIFF: queries.diff,
            Method.DIAGNOSTICS: findings.report,
            Method.SOURCES: queries.sources,
            Method.ORIGINS: queries.origins,
            Method.QUARANTINE: queries.quarantine,
            Method.HOLDS: queries.holds,
            Method.AUDIT: queries.audit,
            Method.PLAN: planning.report,
            Method.PLAN_SCOPE: planning.scope,
            Method.CHANGES_SINCE: queries.changes_since,
            Method.HINT: self._hint,
            Method.CHECK: self._check,
            Method.ROLLBACK: self._audited("rollback", actions.rollback),
            Method.PUBLISH: self._audited("publish", actions.publish),
            Method.HOLD: self._audited("hold", actions.hold),
            Method.RESUME: self._audited("resume", actions.resume),
            Method.PIN: self._audited("pin", actions.pin),
            Method.PURGE: self._audited("purge", actions.purge),
            Method.BACKUP: self._backup,
        }

    def add(self, method: Method, answer: Answer) -> None:
        """Let something that is made later answer a method."""
        self._answers[method] = answer

    async def answer(self, method: str, params: Params) -> Any:
        """Carry out a method.

        Raises:
            RefusedError: it was refused, with the problem to show.
            StoreError: the store failed.
        """
        return await self._answers[Method(method)](params)

    def _audited(self, action: str, do: Answer) -> Answer:
        async def carry_out(params: Params) -> Any:
            answer = await self._actions.audited(action, params, do)
            await self._channel.announcer.health(self._health.report())  # before the answer
            return answer

        return carry_out

    async def _glance(self, _params: Params) -> dict[str, Any]:
        self._health.store_bytes = await self._channel.store.run(lambda store: store.size())
        return self._health.report()

    async def _hint(self, params: Params) -> None:
        for name, source in self._channel.sources.items():
            if params.get("source") in (None, "", name):
                source.hint()

    async def _check(self, _params: Params) -> dict[str, Any]:
        problems = await self._channel.store.beside(lambda store: list(store.check()))
        checks = [{"subject": "store", "ok": False, "detail": text} for text in problems]
        return {
            "ok": not problems,
            "checks": checks or [{"subject": "store", "ok": True, "detail": "Every body fits."}],
        }

    async def _backup(self, params: Params) -> dict[str, Any]:
        target = Path(str(params["path"]))
        record = Record(audit=(audit("backup", params),))

        def write(store: Store) -> int:
            store.backup(target)
            return target.stat().st_size

        size = await self._channel.store.beside(write)
        await self._channel.store.run(lambda store: store.record(record))
        return {"path": str(target), "version": self._channel.number, "bytes": size}
