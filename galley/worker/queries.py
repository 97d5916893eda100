"""What people ask of a channel: resources, history, differences, sources, where a resource is."""

from collections.abc import Iterable, Mapping
from typing import Any

from galley.store.errors import UnknownVersionError
from galley.store.store import Store
from galley.store.values import Version
from galley.worker.affected import LOOKED_AT, affected_json
from galley.worker.channel import Channel
from galley.worker.diffs import LIMIT, counts, resource_changes
from galley.worker.listing import Listing
from galley.worker.loading import contents, resource
from galley.worker.places import origin_json
from galley.worker.problems import not_found
from galley.worker.provenance import arrived_json, brought_by, led_from, revision_json
from galley.worker.refusals import key_in, refusal_report
from galley.worker.reports import (
    audit_report,
    candidate_report,
    hold_report,
    quarantine_report,
    schema_source_report,
    source_report,
    version_report,
)
from pipeline.model import Key, Located, Origin, Resource
from pipeline.model.resource import read_header

REFUSALS_OF = 20
"""Versions of which one answer tells what subscribers said who refused them."""


class Queries:
    """Answers that change nothing."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def resources(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`ResourcesResult`: one page of a version's resources, or one stage's outputs."""
        return await Listing(self._channel).page(params)

    async def history(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`HistoryResult`."""
        channel = self._channel
        before, limit = int(params.get("before") or 0), int(params.get("limit") or 20)

        def read(store: Store) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
            versions = _version_reports(store, store.versions(before=before, limit=limit))
            kept = store.candidates() if params.get("candidates", True) else []
            for each in versions[:REFUSALS_OF] if params.get("refusals") else ():
                each["refusals"] = list(map(refusal_report, store.refusals(each["version"])))
            return versions, [candidate_report(item) for item in kept]

        versions, candidates = await channel.store.run(read)
        return {
            "channel": channel.name,
            "lineage": channel.store.lineage,
            "versions": versions,
            "candidates": candidates,
        }

    async def diff(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`DiffResult` between two versions, or between live and pending."""
        limit = int(params.get("limit") or LIMIT)
        if params.get("new") == "pending":
            async with self._channel.lock:
                return self._pending_diff(limit)
        new = await self._version(int(params.get("new") or 0))
        old = int(params.get("old") or 0) or new.parent
        if old:
            await self._version(old)
        outputs, before = await self.difference(old, new.number, limit)
        resources = new.counts.resources
        async with self._channel.lock:  # others move the engine to candidates and back
            report = self.diff_report(old, new.number, outputs, before, resources, limit)
        led = await self._channel.store.run(lambda store: led_from(store, old, new.number))
        return {**report, **led}

    async def difference(
        self, old: int, new: int, limit: int
    ) -> tuple[dict[Key, Resource | None], dict[Key, Resource | None]]:
        """The keys that two versions hold differently, as they are in the new and in the old; as
        many with their bodies as are shown, or looked at for what they affect."""
        changes = await self._channel.store.run(lambda store: store.difference(old, new))
        changes = sorted(changes, key=lambda item: item.key)
        read = changes[: max(limit, LOOKED_AT)]
        wanted = {digest for item in read for digest in (item.old, item.new) if digest}
        bodies = await contents(self._channel.store, wanted)
        outputs: dict[Key, Resource | None] = {}
        before: dict[Key, Resource | None] = {}
        for item in changes:
            outputs[item.key] = _of(item.key, item.new, bodies)
            before[item.key] = _of(item.key, item.old, bodies)
        return outputs, before

    def diff_report(
        self,
        old: int,
        new: int,
        outputs: Mapping[Key, Resource | None],
        before: Mapping[Key, Resource | None],
        resources: int,
        limit: int = LIMIT,
        places: Mapping[Key, Located | None] | None = None,
    ) -> dict[str, Any]:
        """`DiffResult` of outputs that are at hand; `places` are where they were, if they moved.
        The caller holds the lock: where they are, and what is affected, the engine tells as it is.
        """
        channel = self._channel
        changes = resource_changes(outputs, before, channel.environment.kinds, limit=limit)
        keys = sorted(outputs)[:limit]
        held = ((places or {}).get(key) or channel.gate.origin_of(key) for key in keys)
        return {
            "channel": channel.name,
            "old": old,
            "new": new,
            "counts": counts(outputs, before, resources),
            "resources": [
                {**change, **origin_json(item.origin if item else None, channel.sources)}
                for change, item in zip(changes, held, strict=True)
            ],
            "truncated": len(outputs) > limit,
            "affects": affected_json(channel.engine, before, outputs),
        }

    async def sources(self, _params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A list of `SourceResult`."""
        return self.source_reports()

    def source_reports(self) -> list[dict[str, Any]]:
        """Every source at a glance."""
        channel = self._channel
        configs = {item.name: item.model_dump(mode="json") for item in channel.settings.sources}
        reports = [
            source_report(channel, inputs, configs.get(name, {}))
            for name, inputs in channel.ledger.sources.items()
        ]
        schemas = (
            each for each in channel.settings.schema_sources if each.name in channel.definitions
        )
        return [*reports, *(schema_source_report(channel, each) for each in schemas)]

    async def quarantine(self, _params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A list of `QuarantineResult`."""
        ledger = self._channel.ledger
        return [quarantine_report(entry, ledger.sources) for entry in ledger.quarantine]

    async def origins(self, params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Where resources that are live, or were, come from now; those that are gone are left
        out."""
        found: dict[str, dict[str, Any]] = {}
        for name in params["resources"]:
            key = key_in(str(name))
            if key is None:
                continue
            parents = self._channel.engine.parents(key)
            held = self._channel.gate.origin_of(parents[0] if parents else key)
            if held is not None:
                found[name] = {"resource": name, **await self._brought(key, held.origin)}
        return found

    async def _brought(self, key: Key, origin: Origin) -> dict[str, Any]:
        since, brought = await self._channel.store.run(lambda store: brought_by(store, key, origin))
        return {
            **origin_json(origin, self._channel.sources),
            "since": since,
            "brought_by": revision_json(brought) if brought else None,
        }

    async def holds(self, _params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A list of `HoldResult`."""
        return [hold_report(hold) for hold in self._channel.holds.values()]

    async def audit(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A list of `AuditResult`, newest first."""
        before, limit = int(params.get("before") or 0), int(params.get("limit") or 50)
        entries = await self._channel.store.run(
            lambda store: store.audit(before=before, limit=limit)
        )
        return [audit_report(entry) for entry in entries]

    async def changes_since(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`{head, changes: [PastChange, ...]}` for a subscriber that has an older version."""
        channel, version = self._channel, int(params["version"])
        head = channel.number
        try:
            await channel.store.run(lambda store: store.version(version))
        except UnknownVersionError as error:
            raise not_found(f"Version {version} is not retained.") from error
        changes = await channel.store.run(lambda store: store.difference(version, head))
        bodies = await contents(channel.store, {item.old for item in changes if item.old})
        past = [
            (
                *item.key,
                item.old,
                read_header(bodies[item.old]).labels if item.old else None,
                item.new,
            )
            for item in changes
        ]
        return {"head": head, "changes": past}

    async def _version(self, number: int) -> Version:
        channel = self._channel
        if number in (0, channel.number):
            if channel.head is None:
                raise not_found("Nothing was published yet.")
            return channel.head
        return await channel.store.run(lambda store: store.version(number))

    def _pending_diff(self, limit: int) -> dict[str, Any]:
        """What the pending inputs would change if all of them were published."""
        channel = self._channel
        ledger = channel.ledger
        pending: dict[Key, Resource | None] = {}
        for inputs in ledger.sources.values():
            for locator in inputs.pending:
                held: Iterable[Any] = inputs.accepted.get(locator, ())
                pending.update({item.resource.key: None for item in held})
                pending.update({item.resource.key: item.resource for item in inputs.says(locator)})
        before = {key: _accepted(channel, key) for key in pending}
        changed = {key: now for key, now in pending.items() if now != before[key]}
        report = self.diff_report(channel.number, 0, changed, before, len(ledger.live), limit)
        return {**report, **arrived_json(ledger.sources.values())}


def _version_reports(store: Store, versions: list[Version]) -> list[dict[str, Any]]:
    received, refusers = store.received(), store.refusers([each.number for each in versions])
    return [
        version_report(each, received.get(each.number), refusers.get(each.number, 0))
        for each in versions
    ]


def _of(key: Key, digest: bytes | None, bodies: Mapping[bytes, bytes]) -> Resource | None:
    """The resource; one whose body was not asked for stands for itself without content."""
    if digest is None:
        return None
    return resource(key, digest, bodies) if digest in bodies else Resource(key, "", b"", digest)


def _accepted(channel: Channel, key: Key) -> Resource | None:
    held = channel.ledger.accepted(key)
    return held.resource if held else None
