"""The pipeline without a service: what `galley validate` and `galley test` evaluate with.

The same sources, environment and engine as in a channel's worker, in this process, over everything
at once: nothing is kept back, so that every finding is told.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from galley.cli.reading import UnreadableError, first_batch, schemas_once
from galley.plugins import build_source
from galley.protocol.checking import Base
from galley.settings import MAX_MESSAGE, AnySchemas, ChannelSettings
from galley.worker.channel import new_gate
from galley.worker.checks.desk import ask_all
from galley.worker.checks.question import Question, changed, counted
from galley.worker.environment_files import EnvironmentFiles
from galley.worker.places import located
from pipeline.encoding import volume
from pipeline.engine.claims import resolve
from pipeline.engine.gate import Gate
from pipeline.engine.ledger import Ledger
from pipeline.engine.live import Live
from pipeline.engine.selection import Selection
from pipeline.engine.versions import version_conflicts
from pipeline.environment import Environment
from pipeline.model import Batch, Broken, Diagnostic, Key, Read, Resource
from sources.source import SourceContext


@dataclass(frozen=True)
class Verdict:
    """What the pipeline makes of some inputs."""

    diagnostics: tuple[Diagnostic, ...]
    """Errors first, then by place."""
    inputs: Mapping[Key, Resource] = field(default_factory=dict)
    """What could be read."""
    outputs: Mapping[Key, Resource] = field(default_factory=dict)
    files: tuple[tuple[str, str], ...] = ()
    """Source and locator of everything that was read, or should have been."""
    stopped_by: Literal["", "environment", "source"] = ""
    """What is unusable, so that nothing was evaluated; its diagnostics say why."""


def environment_of(settings: ChannelSettings, folder: Path, *, complete: bool) -> Environment:
    """The environment that a channel's settings describe; schemas that are followed are read once.

    Raises:
        InvalidEnvironmentError: a schema, transform or policy is not usable.
        Failure: a source of schemas does not answer.
    """
    files = EnvironmentFiles(settings, folder)
    spec = files.spec(complete=complete)
    texts, remarks = asyncio.run(schemas_once(settings)) if settings.schema_sources else ((), ())
    spec = replace(spec, schemas=(*spec.schemas, *texts))
    environment = files.built(spec, now=time.time())
    return replace(environment, diagnostics=(*environment.diagnostics, *remarks))


def spared(settings: ChannelSettings) -> ChannelSettings:
    """Settings for those who may not get at what the service follows: its schemas are optional."""
    schemas = tuple(map(_if_there, settings.schemas))
    return settings.model_copy(update={"schemas": schemas})


def _if_there(schemas: AnySchemas) -> AnySchemas:
    return schemas if isinstance(schemas, Path) else schemas.model_copy(update={"required": False})


async def read(
    settings: ChannelSettings, environment: Environment, *, max_message: int = MAX_MESSAGE
) -> Verdict:
    """Read every source of the settings once and evaluate what it says, with what the checks of
    the settings say of it.

    Args:
        max_message: bytes of the longest response over MCP v1alpha1.

    Raises:
        Failure: a source does not answer.
    """
    context = SourceContext(environment.kinds, settings.limits)
    sources = {each.name: build_source(each, context) for each in settings.sources}
    try:
        batches = [await first_batch(source) for source in sources.values()]
    except UnreadableError as error:
        return Verdict((error.problem,), stopped_by="source")
    ledger, gate = new_gate(environment, settings)
    verdict = _evaluated(ledger, gate, batches)
    said = await _asked(settings, verdict, gate) if settings.checks else ()
    totals = volume.of_all(environment.wires, verdict.outputs.values())
    said = (*said, *volume.too_long(totals, max_message))
    places = await located((*verdict.diagnostics, *said), sources)
    return replace(verdict, diagnostics=tuple(sorted(places, key=order)))


def _evaluated(ledger: Ledger, gate: Gate, batches: Sequence[Batch]) -> Verdict:
    """Run all stages over everything that could be read."""
    engine = gate.trial.engine
    found = [*engine.environment.diagnostics, *received(ledger, gate, batches)]
    found += (gate.place(finding) for finding in engine.findings())
    return Verdict(
        diagnostics=tuple(sorted(dict.fromkeys(found), key=order)),
        inputs=engine.inputs,
        outputs=engine.outputs,
        files=tuple((batch.source, each.locator) for batch in batches for each in batch.changes),
    )


def received(ledger: Ledger, gate: Gate, batches: Sequence[Batch]) -> list[Diagnostic]:
    """Run all stages over everything that could be read; what there is to say of the inputs besides
    what the stages find is returned."""
    for batch in batches:
        ledger.receive(batch)
    found = [*notes(batches), *_chosen(ledger, gate)]
    return [*found, *gate.trial.engine.remarks()]


async def _asked(settings: ChannelSettings, verdict: Verdict, gate: Gate) -> tuple[Diagnostic, ...]:
    """What the checks say of all that there is, as if nothing had been published before."""
    nothing, engine = Live(), gate.trial.engine
    outputs = {
        key: one for key, one in verdict.outputs.items() if not gate.ledger.observed(key.collection)
    }
    held = {key: gate.origin_of((engine.parents(key) or (key,))[0]) for key in outputs}
    origins = {key: one.origin for key, one in held.items() if one}
    question = Question(
        channel=settings.name,
        base=Base(version=0, digest=nothing.digest.hex()),
        content=counted(nothing.tally(outputs), engine.environment),
        changes=changed(outputs, nothing, origins),
        resources=outputs,
    )
    outcomes = await ask_all(settings.checks, question)
    return tuple(
        gate.place_output(opinion.diagnostic)
        for _, outcome in outcomes
        for opinion in outcome.opinions
    )


def _chosen(ledger: Ledger, gate: Gate) -> list[Diagnostic]:
    """Apply the winner of every key; what could not be read, or is claimed twice, is returned."""
    selection = Selection(ledger.sources, ledger.claims)
    selection.start(ledger.units(), lambda _: False)
    resolution = resolve(selection.keys(), selection.claims_on, ledger.rank)
    winners = ledger.changed(resolution.winners)
    versions = version_conflicts(ledger, winners, selection)
    for _ in gate.trial.move(winners):
        pass  # nobody else wants the processor
    reasons = (selection.refused, resolution.conflicts, versions)
    return [found for each in reasons for several in each.values() for found in several]


def notes(batches: Iterable[Batch]) -> Iterator[Diagnostic]:
    """What there was to say while reading."""
    for batch in batches:
        for change in batch.changes:
            if isinstance(change, Read):
                yield from change.notes
            elif isinstance(change, Broken):
                yield from change.errors


def order(found: Diagnostic) -> tuple[object, ...]:
    """Sorts findings: errors first, then by place."""
    rank = ("error", "warning", "info").index(found.level)
    return (rank, found.locator, found.line, found.column, found.code, found.message)


def file_of(source: str, locator: str, settings: ChannelSettings) -> Path | None:
    """The file that a locator of a source stands for; None if it stands for none."""
    path = path_of(source, settings)
    if path is None or not locator:
        return None
    return path if path.is_file() else path / locator


def path_of(source: str, settings: ChannelSettings) -> Path | None:
    """The folder or file that a source reads; None if it reads something else."""
    paths = (getattr(each, "path", None) for each in settings.sources if each.name == source)
    path = next(paths, None)
    return path if isinstance(path, Path) else None
