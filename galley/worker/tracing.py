"""One resource from its origin through the stages to versions: what `galley trace` shows.

A derived resource is traced to what it was made of. What is observed, or derived of that, has its
versions in the companion channel.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from galley.protocol.control import COMPANION
from galley.worker.channel import Channel
from galley.worker.companion import Companion
from galley.worker.diffs import resource_changes
from galley.worker.findings import Findings
from galley.worker.naming import key_named
from galley.worker.parentage import parents_json
from galley.worker.places import origin_json
from galley.worker.problems import not_found
from galley.worker.provenance import brought_by, revision_json
from galley.worker.refusals import refusal_report
from pipeline.engine.inputs import Unit
from pipeline.model import Key, Located, Origin, Resource, Revision


class Tracing:
    """Traces resources of one channel."""

    def __init__(self, channel: Channel, companion: Companion, findings: Findings) -> None:
        self._channel = channel
        self._companion = companion
        self._findings = findings

    async def report(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The map that `TraceResult` describes."""
        channel = self._channel
        key = key_named(channel, str(params["resource"]))
        async with channel.lock:  # others move the engine to candidates and back
            held, roots = self._held(key), self._roots(key)
            looked_up = channel.engine.looked_up(key)
            stages = list(self._stages(roots[0]))
            observed = channel.ledger.observed(key.collection)
            state = self._state_observed(key) if observed else self._state(key, held)
        versions = await self._versions(key, observed=observed)
        if held is None and not versions:
            raise not_found(f"Nothing is known of {key}.", "`galley get -A` lists what is live.")
        origin = held.origin if held else channel.observed.origin_of(key)
        since, brought = await self._brought(key, origin)
        if observed and key in self._companion.live:
            since = next(iter(versions), 0)
        diagnostics = await self._findings.report({"resources": {str(each) for each in roots}})
        refusals = await channel.store.run(lambda store: store.refusals_of(key, since=since))
        return {
            "channel": channel.name + COMPANION if observed else channel.name,
            "resource": str(key),
            **origin_json(origin, channel.sources),
            "since": since,
            "brought_by": revision_json(brought) if brought else None,
            "state": state,
            "claimed_by": [str(item.origin) for item in channel.ledger.claims.of(key)],
            **parents_json(channel, key, roots),
            "looked_up": [str(each) for each in looked_up],
            "stages": stages,
            "versions": versions,
            "diagnostics": diagnostics,
            "refusals": list(map(refusal_report, refusals)),
        }

    async def _versions(self, key: Key, *, observed: bool) -> list[int]:
        """Numbers of the versions that changed the key, newest first."""
        if observed:
            changes = await self._companion.changes_of(key)
        else:
            changes = await self._channel.store.run(lambda store: store.changes_of(key))
        return [number for number, _ in changes]

    async def _brought(self, key: Key, origin: Origin | None) -> tuple[int, Revision | None]:
        """Since when it is live as it is, and by which revision it came; what is not live by one
        of those that its source is at."""
        if origin is None:
            return 0, None
        found = await self._channel.store.run(lambda store: brought_by(store, key, origin))
        inputs = self._channel.ledger.sources.get(origin.source)
        if inputs and origin.locator in inputs.pending:
            same = (one for one in inputs.arrived if one.id == origin.revision)
            newest = inputs.newest()
            return found[0], next(same, newest if newest.id else None)
        return found

    def _held(self, key: Key) -> Located | None:
        """What a source says about the key, pending content first."""
        sources = self._channel.ledger.sources.values()
        pending = (said.resources for inputs in sources for said in inputs.pending.values())
        for item in chain.from_iterable(pending):
            if item.resource.key == key:
                return item
        return self._channel.ledger.accepted(self._roots(key)[0])

    def _roots(self, key: Key) -> tuple[Key, ...]:
        return self._channel.engine.parents(key) or (key,)

    def _state(self, key: Key, held: Located | None) -> str:
        channel, verdict = self._channel, self._channel.verdict
        unit = self._unit(held)
        if unit and channel.ledger.holding(unit):
            return "quarantined"
        if verdict and unit in {refusal.unit for refusal in verdict.refused}:
            return "blocked"
        accepted = channel.ledger.accepted(key)
        if held and accepted and held.resource != accepted.resource:
            return "pending"
        if key in channel.ledger.live:
            return "live"
        if accepted and not unit:
            return "live" if self._made_of(key) else "absent"
        return "pending" if held else "absent"

    def _made_of(self, key: Key) -> bool:
        """Whether anything that is live comes of an input that is not itself."""
        engine = self._channel.engine
        last = engine.environment.stages[-1].name
        return any(made.key in self._channel.ledger.live for made in engine.stage_output(last, key))

    def _state_observed(self, key: Key) -> str:
        return "live" if key in self._companion.live else "absent"

    def _unit(self, held: Located | None) -> Unit | None:
        """The pending change unit that says it; None if nothing is pending at its place."""
        origin = held.origin if held else None
        inputs = self._channel.ledger.sources.get(origin.source) if origin else None
        pending = origin and inputs and origin.locator in inputs.pending
        return inputs.unit_of(origin.locator) if origin and inputs and pending else None

    def _stages(self, root: Key) -> Iterator[dict[str, Any]]:
        """What each stage made of an input and of what derives from it, and what it found."""
        engine = self._channel.engine
        if root not in engine.inputs:
            return
        found: dict[str, list[str]] = {}
        for finding in engine.findings_of(root):
            said = f"{finding.diagnostic.level} {finding.diagnostic.code}"
            found.setdefault(finding.stage, []).append(said)
        before: tuple[Resource, ...] = (engine.inputs[root],)
        for stage in engine.environment.stages:
            made = engine.stage_output(stage.name, root)
            yield {
                "stage": stage.name,
                "outputs": [str(item.key) for item in made],
                "digest": made[0].digest.hex() if len(made) == 1 else "",
                "changed": made != before,
                "changes": self._changes(before, made),
                "found": found.get(stage.name, []),
            }
            before = made

    def _changes(
        self, before: Iterable[Resource], made: Iterable[Resource]
    ) -> list[dict[str, Any]]:
        old = {item.key: item for item in before}
        new = {item.key: item for item in made}
        different = {key: new.get(key) for key in old.keys() | new.keys()}
        different = {key: now for key, now in different.items() if now != old.get(key)}
        kinds = self._channel.environment.kinds
        return resource_changes(different, old, kinds)
