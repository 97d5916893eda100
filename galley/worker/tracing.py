"""One resource from its origin through the stages to versions: what `galley trace` shows."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from galley.worker.channel import Channel
from galley.worker.findings import Findings
from galley.worker.naming import key_named
from galley.worker.problems import not_found
from pipeline.model import Key, Located


class Tracing:
    """Traces resources of one channel."""

    def __init__(self, channel: Channel, findings: Findings) -> None:
        self._channel = channel
        self._findings = findings

    async def report(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The map that `TraceResult` describes."""
        key = key_named(self._channel, str(params["resource"]))
        held = self._held(key)
        versions = await self._channel.store.run(lambda store: store.changes_of(key))
        if held is None and not versions:
            raise not_found(f"Nothing is known of {key}.", "`galley get -A` lists what is live.")
        origin = held.origin if held else None
        diagnostics = await self._findings.report({"resource": str(key)})
        return {
            "resource": str(key),
            "source": origin.source if origin else "",
            "file": origin.locator if origin else "",
            "line": origin.line if origin else 0,
            "revision": origin.revision if origin else "",
            "state": self._state(key, held),
            "claimed_by": [str(item.origin) for item in self._channel.ledger.claims.of(key)],
            "stages": self._stages(key),
            "versions": [number for number, _ in versions],
            "diagnostics": diagnostics,
        }

    def _held(self, key: Key) -> Located | None:
        """What a source says about the key, pending content first."""
        sources = self._channel.ledger.sources.values()
        pending = (said.resources for inputs in sources for said in inputs.pending.values())
        for item in chain.from_iterable(pending):
            if item.resource.key == key:
                return item
        parents = self._channel.engine.parents(key)
        return self._channel.ledger.accepted(parents[0] if parents else key)

    def _state(self, key: Key, held: Located | None) -> str:
        channel, verdict = self._channel, self._channel.verdict
        place = (held.origin.source, held.origin.locator) if held else None
        if verdict and place in {tuple(unit) for unit in verdict.quarantined}:
            return "quarantined"
        if verdict and place in {tuple(refusal.unit) for refusal in verdict.refused}:
            return "blocked"
        accepted = channel.ledger.accepted(key)
        if held and accepted and held.resource != accepted.resource:
            return "pending"
        if key in channel.ledger.live:
            return "live"
        return "pending" if held else "absent"

    def _stages(self, key: Key) -> list[dict[str, Any]]:
        engine = self._channel.engine
        if key not in engine.inputs:
            return []
        steps = []
        before = engine.inputs[key].digest
        for stage in engine.environment.stages:
            made = engine.stage_output(stage.name, key)
            after = made[0].digest if len(made) == 1 else b""
            steps.append(
                {
                    "stage": stage.name,
                    "outputs": [str(item.key) for item in made],
                    "digest": after.hex(),
                    "changed": after != before,
                }
            )
            before = after
        return steps
