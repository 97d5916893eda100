"""What other inputs would do: the gate run on a fork of the channel, nothing published.

The fork says of one source what was sent, and of the others only what is accepted: what they have
pending is somebody else's change.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from galley.settings import ChannelSettings
from galley.worker.channel import Channel, breathe, now, proposal
from galley.worker.checks.checking import Checking
from galley.worker.checks.question import Question
from galley.worker.outlook import Outlook
from galley.worker.places import Locates, diagnostic_json, located
from galley.worker.planned import Planned
from galley.worker.problems import RefusedError, expect_version, not_found, usage
from galley.worker.queries import Queries
from galley.worker.reports import hold_report, quarantine_report
from pipeline.engine.candidate import Candidate
from pipeline.engine.gate import Gate
from pipeline.engine.inputs import SourceInputs
from pipeline.engine.observed import Observed
from pipeline.environment import Environment
from pipeline.model import Batch, Diagnostic
from sources.settings import AnySource, FolderSettings, GitSettings
from sources.source import SourceContext


@dataclass(frozen=True, slots=True)
class Scene:
    """What a plan is made under; it must not have changed when it is evaluated."""

    environment: Environment
    settings: ChannelSettings

    def still(self, channel: Channel) -> bool:
        return channel.environment is self.environment and channel.settings is self.settings


@dataclass(frozen=True, slots=True)
class Plan:
    """What was evaluated, until its diagnostics are located."""

    answer: dict[str, Any]
    outlook: Outlook
    planned: Planned


class Planning:
    """Evaluates files as if a source held exactly them."""

    def __init__(self, channel: Channel, queries: Queries, checking: Checking) -> None:
        self._channel = channel
        self._queries = queries
        self._checking = checking

    async def scope(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The map that `PlanScopeResult` describes; params `{source}`."""
        source = self._source(self._channel.settings, params)
        folder = source if isinstance(source, FolderSettings) else FolderSettings(name=source.name)
        git = source if isinstance(source, GitSettings) else None
        return {
            "source": source.name,
            "type": source.type,
            "path": git.path if git else "",
            "include": list(folder.include),
            "exclude": list(folder.exclude),
            "submodules": bool(git and git.submodules),
        }

    async def report(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The map that `PlanResult` describes; params as in `PlanAsk`.

        The files are parsed without the lock; should the environment change meanwhile, once more.
        """
        plan = await self._checking.settled(lambda: self._evaluated(params))
        channel, answer, outlook, planned = self._channel, plan.answer, plan.outlook, plan.planned
        places: dict[str, Locates] = {**channel.sources, answer["source"]: planned}
        new = await located(outlook.new, places)
        carried = await located(outlook.carried, places)
        found = [diagnostic_json(each, "pending") for each in new]
        found += (diagnostic_json(each, "carried") for each in carried)
        return {**answer, "diagnostics": found}

    async def _evaluated(self, params: Mapping[str, Any]) -> tuple[Plan, Question | None]:
        """The plan as far as it is known, and what the checks have to be asked first."""
        channel = self._channel
        while True:
            scene = await self._scene()
            source = self._source(scene.settings, params)
            context = SourceContext(scene.environment.kinds, scene.settings.limits)
            planned = Planned(source, context, params["files"])
            batch = await breathe(planned.read())
            async with channel.lock:
                if scene.still(channel):
                    expect_version(params.get("expect_version"), self._channel.number)
                    answer, outlook, question = await self._evaluate(batch)
                    return Plan(answer, outlook, planned), question

    async def _scene(self) -> Scene:
        channel = self._channel
        async with channel.lock:
            if channel.loading:
                raise RefusedError("unavailable", "The channel is not loaded yet.")
            return Scene(channel.environment, channel.settings)

    async def _evaluate(self, batch: Batch) -> tuple[dict[str, Any], Outlook, Question | None]:
        """All of the answer but the diagnostics, which have to be located, and what the checks have
        to be asked; the caller holds the lock."""
        channel = self._channel
        inputs = channel.ledger.sources[batch.source]
        gate = self._fork(batch)
        async with proposal(gate, gate.propose(now())) as candidate:
            forms = channel.forms[0]
            too_long = await breathe(forms.would_be_too_long(candidate.outputs))
            remarks = (*self._remarks(candidate), *too_long)
            outlook = Outlook.of(candidate, gate, inputs, remarks)
            diff = self._diff(candidate, gate)
            question = None if candidate.checked else self._checking.question_of(candidate)
        outcome = outlook.outcome(held=bool(channel.holds))
        return (
            {
                "channel": channel.name,
                "source": batch.source,
                "base": channel.number,
                "live": channel.head.digest.hex() if channel.head else "",
                "digest": candidate.digest.hex(),
                "outcome": outcome,
                "publishable": outcome in {"unchanged", "published"},
                "diff": diff,
                "collections": self._collections(candidate),
                "kept": [
                    {"file": each.unit.locator, "why": each.why, "before": each.before}
                    for each in outlook.kept
                ],
                "candidate": candidate.parked_id,
                "quarantined": [
                    quarantine_report(each, gate.ledger.sources) for each in outlook.entries
                ],
                "holds": [hold_report(hold) for hold in channel.holds.values()],
            },
            outlook,
            question,
        )

    def _remarks(self, candidate: Candidate) -> Iterator[Diagnostic]:
        """What checks say of a candidate without refusing it."""
        for opinion in self._checking.said_of(candidate.digest):
            if not opinion.diagnostic.blocking:
                yield candidate.placed(opinion.diagnostic)

    def _diff(self, candidate: Candidate, gate: Gate) -> dict[str, Any]:
        """What would ship, with the place of each resource: in the files, or where it is gone."""
        live, ledger = self._channel.ledger.live, gate.ledger
        before = {key: live.get(key) for key in candidate.outputs}
        places = {key: gate.origin_of(key) or ledger.accepted(key) for key in candidate.outputs}
        return self._queries.diff_report(
            self._channel.number, 0, candidate.outputs, before, candidate.resources, places=places
        )

    def _collections(self, candidate: Candidate) -> list[dict[str, Any]]:
        live = self._channel.ledger.live
        found: dict[str, Counter[str]] = {}
        for key, new in sorted(candidate.outputs.items()):
            counts = found.setdefault(key.collection, Counter())
            counts["deleted" if new is None else "changed" if key in live else "added"] += 1
        return [{"collection": name, **counts} for name, counts in found.items()]

    def _source(self, settings: ChannelSettings, params: Mapping[str, Any]) -> AnySource:
        named = str(params.get("source") or "")
        sources = {source.name: source for source in settings.sources}
        if named and named not in sources:
            raise not_found(f"There is no source {named!r}.", "`galley sources` lists them.")
        if not named and len(sources) != 1:
            raise usage("Which source do these inputs stand for?", f"One of {', '.join(sources)}.")
        return sources[named or next(iter(sources))]

    def _fork(self, batch: Batch) -> Gate:
        """A gate like the channel's, over books in which one source says something else."""
        channel = self._channel
        fork = _other(channel.ledger.sources[batch.source])
        others = {name: _settled(each) for name, each in channel.ledger.sources.items()}
        ledger = replace(
            channel.ledger,
            sources={**others, batch.source: fork},
            claims=channel.ledger.claims.copy(),
        )
        config, _ = Observed(channel.observed.is_observed).split(batch)
        ledger.receive(config)
        mine = channel.gate
        gate = Gate(ledger, mine.trial, mine.budget, isolate=mine.isolate, remembers=False)
        gate.opinions.answers = mine.opinions.answers
        return gate


def _other(inputs: SourceInputs) -> SourceInputs:
    """The source with its accepted inputs, so that it can say something else."""
    accepted = dict(inputs.accepted)
    return SourceInputs(inputs.name, inputs.rank, inputs.unit, inputs.required, accepted, {})


def _settled(inputs: SourceInputs) -> SourceInputs:
    """The source with its accepted inputs only."""
    return replace(inputs, pending={}, errors=())
