"""The pipeline without a service: what `galley validate` and `galley test` evaluate with.

The same sources, environment and engine as in a channel's worker, in this process, over everything
at once: nothing is kept back, so that every finding is told.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from galley.cli.failure import Failure
from galley.plugins import build_environment, build_source
from galley.settings import ChannelSettings
from galley.worker.channel import new_gate
from galley.worker.environment_files import EnvironmentFiles
from galley.worker.places import located
from pipeline.engine.claims import resolve
from pipeline.engine.gate import Gate
from pipeline.engine.ledger import Ledger
from pipeline.engine.selection import Selection
from pipeline.engine.versions import version_conflicts
from pipeline.environment import Environment, InvalidEnvironmentError
from pipeline.model import Batch, Broken, Diagnostic, Key, Read, Resource
from sources.source import Source, SourceContext

READ_SECONDS = 600.0
"""How long one source may take to be read."""


@dataclass(frozen=True)
class Verdict:
    """What the pipeline makes of some inputs."""

    diagnostics: tuple[Diagnostic, ...]
    """Errors first, then by place."""
    outputs: Mapping[Key, Resource]
    files: int
    resources: int
    """Inputs that could be read."""

    @property
    def errors(self) -> int:
        return sum(found.blocking for found in self.diagnostics)


def environment_of(settings: ChannelSettings, folder: Path, *, complete: bool) -> Environment:
    """The environment that a channel's settings describe.

    Raises:
        Failure: a schema, transform or policy is not usable.
    """
    try:
        spec = EnvironmentFiles(settings, folder).spec(complete=complete)
        return build_environment(spec, now=time.time())
    except InvalidEnvironmentError as error:
        found = [_map(each) for each in error.diagnostics]
        raise Failure(
            "The environment (schemas, transforms, policies) is not usable.", diagnostics=found
        ) from None


async def read(settings: ChannelSettings, environment: Environment) -> Verdict:
    """Read every source of the settings once and evaluate what it says."""
    context = SourceContext(environment.kinds, settings.limits)
    sources = {each.name: build_source(each, context) for each in settings.sources}
    batches = [await _first_batch(source) for source in sources.values()]
    verdict = evaluate(settings, environment, batches)
    places = await located(verdict.diagnostics, sources)
    given = {each.name: getattr(each, "path", None) for each in settings.sources}
    paths = {name: path for name, path in given.items() if isinstance(path, Path)}
    shown = tuple(sorted((_shown(each, paths) for each in places), key=_order))
    return replace(verdict, diagnostics=shown)


def evaluate(
    settings: ChannelSettings, environment: Environment, batches: Sequence[Batch]
) -> Verdict:
    """Run all stages over everything that could be read."""
    ledger, gate = new_gate(environment, settings)
    for batch in batches:
        ledger.receive(batch)
    found = list(environment.diagnostics)
    found += _notes(batches)
    found += _chosen(ledger, gate)
    engine = gate.trial.engine
    found += engine.remarks()
    found += (gate.place(finding) for finding in engine.findings())
    return Verdict(
        diagnostics=tuple(sorted(dict.fromkeys(found), key=_order)),
        outputs=engine.outputs,
        files=sum(len(batch.changes) for batch in batches),
        resources=len(engine.inputs),
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


def _notes(batches: Iterable[Batch]) -> Iterator[Diagnostic]:
    for batch in batches:
        for change in batch.changes:
            if isinstance(change, Read):
                yield from change.notes
            elif isinstance(change, Broken):
                yield from change.errors


async def _first_batch(source: Source) -> Batch:
    """What a source says first: everything.

    Raises:
        Failure: it cannot be read.
    """
    taken: asyncio.Future[Batch] = asyncio.get_running_loop().create_future()

    async def take(batch: Batch) -> None:
        if not taken.done():
            taken.set_result(batch)

    task = asyncio.create_task(source.run(take), name=f"read {source.name}")
    watch = asyncio.create_task(_failing(source), name=f"watch {source.name}")
    try:
        async with asyncio.timeout(READ_SECONDS):
            await asyncio.wait((taken, task, watch), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in (task, watch):
            each.cancel()
            with suppress(asyncio.CancelledError):
                await each
    if taken.done():
        return taken.result()
    problem = source.health().problem
    raise Failure(
        f"The source {source.name!r} cannot be read.",
        code="refused",
        diagnostics=[_map(problem)] if problem else [],
    )


async def _failing(source: Source) -> None:
    """Return when a source says that it cannot read."""
    while not (source.health().problem and not source.health().synced):  # noqa: ASYNC110  # below
        await asyncio.sleep(0.05)  # a source's health has no event to wait for


def _shown(found: Diagnostic, paths: Mapping[str, Path]) -> Diagnostic:
    """The diagnostic with a path that leads to the file from the working directory."""
    path = paths.get(found.source)
    if path is None or not found.locator:
        return found
    whole = path if path.is_file() else path / found.locator
    with suppress(ValueError):
        whole = whole.relative_to(Path.cwd())
    return replace(found, locator=str(whole))


def _order(found: Diagnostic) -> tuple[object, ...]:
    rank = ("error", "warning", "info").index(found.level)
    return (rank, found.locator, found.line, found.column, found.code, found.message)


def _map(found: Diagnostic) -> dict[str, object]:
    return {
        "file": found.locator,
        "line": found.line,
        "column": found.column,
        "source": found.source,
        "level": found.level.value,
        "code": found.code,
        "resource": str(found.key or ""),
        "message": found.message,
    }
