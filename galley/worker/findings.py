"""What is wrong and where: of the live version, of pending inputs, of environment and sources."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from galley.worker.channel import Channel
from galley.worker.checks.checking import Checking
from galley.worker.places import diagnostic_json, located
from galley.worker.refusals import Refusals
from galley.worker.waiting import waiting
from pipeline.engine.candidate import Candidate
from pipeline.model import Diagnostic, Level

ORDER = {"error": 0, "warning": 1, "info": 2}


class Findings:
    """Every diagnostic of a channel, with the state that it is in."""

    def __init__(self, channel: Channel, checking: Checking, refusals: Refusals) -> None:
        self._channel = channel
        self._checking = checking
        self._refusals = refusals
        self._counted: tuple[Candidate | None, list[Level]] | None = None

    async def report(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A list of `DiagnosticResult`: errors first, pending ones before live ones."""
        limit = int(params.get("limit") or 500)
        async with self._channel.lock:
            every = list(self._all())
        wanted = [(state, item) for state, item in every if _fits(item, params)]
        wanted.sort(key=lambda pair: (ORDER[pair[1].level], pair[1].source, pair[1].locator))
        shown = wanted[:limit]
        places = await located((item for _, item in shown), self._channel.sources)
        return [
            diagnostic_json(item, state, self._channel.sources)
            for (state, _), item in zip(shown, places, strict=True)
        ]

    async def look(self) -> None:
        """Take in anew what is stored of what subscribers say."""
        await self._refusals.look()

    async def shown(self, diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
        """Diagnostics of something that is not published, with line and column."""
        sources = self._channel.sources
        found = await located(diagnostics, sources)
        return [diagnostic_json(item, "pending", sources) for item in found]

    def counts(self) -> tuple[int, int]:
        """Errors and warnings, all states together; cheap enough for every health report."""
        live = self._channel.engine.levels()
        others = [item.level for _, item in self._general()] + self._levels_pending()
        others += [item.level for item in self._said()]
        errors, warnings = (
            live.get(level, 0) + others.count(level) for level in (Level.ERROR, Level.WARNING)
        )
        return errors, warnings

    def _all(self) -> Iterator[tuple[str, Diagnostic]]:
        channel = self._channel
        yield from self._around()
        seen: set[Diagnostic] = set()
        for finding in channel.engine.findings():
            placed = channel.gate.place(finding)
            if placed not in seen:  # a stage that runs twice may say the same twice
                seen.add(placed)
                yield "carried" if placed.blocking else "live", placed
        yield from (("carried" if item.blocking else "live", item) for item in self._said())
        read = (each.inputs for each in channel.definitions.values())
        for inputs in (*channel.ledger.sources.values(), *read):
            for notes in inputs.notes.values():
                yield from (("live", item) for item in notes)

    def _said(self) -> Iterator[Diagnostic]:
        """What checks and subscribers say of the live version, and what is too long for wires."""
        channel = self._channel
        for found in self._refusals.findings():
            yield channel.gate.place_output(found)
        for forms in channel.forms:
            yield from forms.too_long()
        for opinion in self._checking.said_of(channel.ledger.live.digest):
            yield channel.gate.place_output(opinion.diagnostic)

    def _around(self) -> Iterator[tuple[str, Diagnostic]]:
        """Everything but what is found in live resources."""
        yield from self._general()
        yield from self._pending()

    def _levels_pending(self) -> list[Level]:
        """The levels of what is pending; worked out once for each verdict."""
        verdict = self._channel.verdict
        if self._counted is None or self._counted[0] is not verdict:
            self._counted = (verdict, [item.level for _, item in self._pending()])
        return self._counted[1]

    def _general(self) -> Iterator[tuple[str, Diagnostic]]:
        """What concerns the environment and the sources."""
        channel = self._channel
        for item in (*channel.environment_problem, *channel.environment_doubts):
            yield "environment", item
        for item in (*channel.environment.diagnostics, *channel.engine.remarks()):
            yield "environment", item
        for name in channel.sources:
            if problem := channel.problem_of(name):
                yield "source", problem
        for definitions in channel.definitions.values():
            yield from (("environment", item) for item in definitions.broken())

    def _pending(self) -> Iterator[tuple[str, Diagnostic]]:
        yield from (("pending", item) for item in waiting(self._channel.ledger))
        verdict = self._channel.verdict
        if verdict is None:
            return
        seen: set[Diagnostic] = set()
        for refusal in (*verdict.refused, *verdict.parked):
            for item in refusal.diagnostics:
                if item not in seen:
                    seen.add(item)
                    yield "pending", item
        yield from (("pending", item) for item in (*verdict.waiting, *self._channel.foreseen))


def _fits(item: Diagnostic, params: Mapping[str, Any]) -> bool:
    wanted = params.get("level")
    return (
        (not wanted or ORDER[item.level] <= ORDER[str(wanted)])
        and params.get("code") in (None, "", item.code)
        and params.get("source") in (None, "", item.source)
        and params.get("resource") in (None, "", str(item.key))
        and ("resources" not in params or str(item.key) in params["resources"])
    )
