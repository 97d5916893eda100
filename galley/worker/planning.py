"""What other inputs would do: the gate run on a fork of the channel, nothing published."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from galley.worker.channel import Channel, proposal
from galley.worker.findings import Findings
from galley.worker.problems import not_found, usage
from galley.worker.queries import Queries
from pipeline.engine.candidate import Candidate
from pipeline.engine.gate import Gate
from pipeline.engine.inputs import SourceInputs
from pipeline.model import Batch, Change, Diagnostic
from sources.manifests import Manifests
from sources.source import SourceContext


class Planning:
    """Evaluates files as if a source held exactly them."""

    def __init__(self, channel: Channel, queries: Queries, findings: Findings) -> None:
        self._channel = channel
        self._queries = queries
        self._findings = findings

    async def report(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The map that `PlanResult` describes; params `{files: [{name, text}], source}`."""
        channel = self._channel
        batch = self._batch(self._source(str(params.get("source") or "")), params["files"])
        async with channel.lock:
            gate = self._fork(batch)
            async with proposal(gate) as candidate:
                remarks = gate.remarks()
        before = {key: channel.ledger.live.get(key) for key in candidate.outputs}
        return {
            "channel": channel.name,
            "base": channel.number,
            "digest": candidate.digest.hex(),
            "publishable": not (candidate.refused or candidate.parked or candidate.waiting),
            "diff": self._queries.diff_report(
                channel.number, 0, candidate.outputs, before, candidate.resources
            ),
            "diagnostics": await self._findings.shown(
                _diagnostics(candidate, remarks, batch.source)
            ),
        }

    def _source(self, named: str) -> str:
        names = [source.name for source in self._channel.settings.sources]
        if named and named not in names:
            raise not_found(f"There is no source {named!r}.", f"There are {', '.join(names)}.")
        if not named and len(names) != 1:
            raise usage("Which source do these inputs stand for?", f"One of {', '.join(names)}.")
        return named or names[0]

    def _batch(self, source: str, files: list[Mapping[str, Any]]) -> Batch:
        channel = self._channel
        settings = next(item for item in channel.settings.sources if item.name == source)
        context = SourceContext(channel.environment.kinds, channel.settings.limits)
        manifests = Manifests(settings, context)
        changes: list[Change] = []
        for file in files:
            data = str(file["text"]).encode("utf-8", "surrogateescape")
            changes.append(manifests.read(str(file["name"]), data))
        return Batch(source, tuple(changes), complete=True)

    def _fork(self, batch: Batch) -> Gate:
        """A gate like the channel's, over inputs in which one source says something else."""
        channel = self._channel
        mine = channel.ledger.sources[batch.source]
        fork = SourceInputs(mine.name, mine.rank, mine.unit, mine.required, dict(mine.accepted), {})
        config, _ = replace(channel.observed, _held={}).split(batch)
        fork.receive(config)
        others = {name: _settled(item) for name, item in channel.ledger.sources.items()}
        ledger = replace(channel.ledger, sources={**others, batch.source: fork})
        gate = channel.gate
        return Gate(ledger, gate.trial, gate.budget, isolate=gate.isolate, remembers=False)


def _settled(inputs: SourceInputs) -> SourceInputs:
    """The source with its accepted inputs only: what others have pending is not planned."""
    return replace(inputs, pending={})


def _diagnostics(candidate: Candidate, remarks: list[Diagnostic], source: str) -> list[Diagnostic]:
    kept = (*candidate.refused, *candidate.parked)
    found = [item for refusal in kept for item in refusal.diagnostics]
    every = dict.fromkeys((*found, *candidate.waiting, *remarks))
    return [item for item in every if item.source in ("", source)]
