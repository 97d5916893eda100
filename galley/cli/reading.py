"""Sources read once and not followed: resources, and schemas."""

import asyncio
from contextlib import suppress

from galley.cli.failure import Failure
from galley.plugins import build_source
from galley.settings import ChannelSettings
from galley.worker.definitions import Definitions, Holding, following_definitions
from pipeline.model import Batch, Diagnostic, Kinds, Level
from pipeline.model.messages.gate import SCHEMAS_UNKNOWN
from pipeline.schema import BUILTIN_KINDS, SchemaText
from sources.source import Source, SourceContext

READ_SECONDS = 600.0
"""How long one source may take to be read."""


class UnreadableError(Exception):
    """A source says why it cannot be read."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(str(problem))
        self.problem = problem


async def schemas_once(
    settings: ChannelSettings,
) -> tuple[tuple[SchemaText, ...], tuple[Diagnostic, ...]]:
    """What the sources of schemas hold, and what there is to say of them: of one that cannot be
    read an error if it is required, and else a warning.

    Raises:
        Failure: a source does not answer.
    """
    texts: list[SchemaText] = []
    remarks: list[Diagnostic] = []
    for config in settings.schema_sources:
        definitions = Definitions(config, Holding())
        context = SourceContext(Kinds(BUILTIN_KINDS), settings.limits)
        try:
            batch = await first_batch(build_source(following_definitions(config), context))
        except UnreadableError as error:
            level = Level.ERROR if config.required else Level.WARNING
            problem = error.problem.clause()
            found = SCHEMAS_UNKNOWN.report(level=level, source=config.name, problem=problem)
            remarks.append(found.at(config.name, ""))
            continue
        await definitions.receive(batch)
        texts += definitions.texts()
        remarks += definitions.broken()
    return tuple(texts), tuple(remarks)


async def first_batch(source: Source) -> Batch:
    """What a source says first: everything.

    Raises:
        UnreadableError: it cannot be read.
        Failure: it says nothing.
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
    if problem := source.health().problem:
        raise UnreadableError(problem)
    raise Failure(f"The source {source.name!r} ended without a word.", code="refused")


async def _failing(source: Source) -> None:
    """Return when a source says that it cannot read."""
    while not (source.health().problem and not source.health().synced):  # noqa: ASYNC110  # below
        await asyncio.sleep(0.05)  # a source's health has no event to wait for
