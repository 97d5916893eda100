"""One channel's worker from start to stop, around one link to its service.

Start: open the store (or say why not), serve what is live straight from it, build the environment,
take the accepted inputs into the engine, start the sources. Stop is the reverse. When the service
goes, the worker goes.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from galley import memory
from galley.protocol.control import COMPANION
from galley.protocol.framing import Link
from galley.settings import MAX_MESSAGE, ChannelSettings
from galley.store.builtin import open_store
from galley.store.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreFormatError,
    StoreReadOnlyError,
)
from galley.store.retention import OBSERVED, Retention
from galley.worker.announce import Announcer
from galley.worker.assembly import Worker, assemble
from galley.worker.channel import Channel, new_gate
from galley.worker.companion import Companion
from galley.worker.environment_files import EnvironmentFiles
from galley.worker.forms import Forms
from galley.worker.loading import load_inputs, load_outputs
from galley.worker.service_link import ServiceLink
from galley.worker.store_thread import StoreThread
from galley.worker.window import rebuild
from pipeline.engine.observed import Observed
from pipeline.environment import Environment, EnvironmentSpec
from sources.source import Source

log = logging.getLogger("galley.worker")

PREDECESSOR = 10.0
"""Seconds for which a predecessor may still be ending: after a crash it finishes its commit."""

FATAL = (StoreBusyError, StoreDamagedError, StoreFormatError, StoreReadOnlyError)
"""Starting again is no use: somebody has to do something first."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a worker is told to be."""

    settings: ChannelSettings
    store: str
    """Folder of the embedded store, or URL of the database."""
    folder: Path
    """Where relative paths of the settings start."""
    fetched: Path | None = None
    """Where sources keep what they can fetch again."""
    max_message: int = MAX_MESSAGE
    """Bytes of the longest response over MCP v1alpha1."""


async def work(assignment: Assignment, link: Link, given: Iterable[Source] = ()) -> None:
    """Be the worker of a channel until the service says stop or goes.

    Args:
        given: sources that exist already, by the names that the settings give them.

    Raises:
        StoreError: the store cannot be opened, or was lost.
    """
    name = assignment.settings.name
    store = await _open(assignment, name, _retention(assignment.settings))
    observed = await _open(assignment, name + COMPANION, OBSERVED)
    forms = Forms(store, assignment.max_message), Forms(observed, assignment.max_message)
    try:
        announcer = Announcer(link, name, forms[0])
        channel = await _channel(assignment, store, announcer, forms)
        announcer = Announcer(link, name + COMPANION, forms[1])
        companion = Companion(observed, announcer, channel.observed)
        await companion.start()
        async with asyncio.TaskGroup() as tasks:
            worker = assemble(channel, companion, tasks)
            service = ServiceLink(link, worker.operations)
            listening = tasks.create_task(service.listen(tasks), name="service")
            running = tasks.create_task(_run(worker, given), name="running")
            await listening
            running.cancel()
            await worker.registrar.stop()
            await worker.intake.stop()
            await worker.environments.schemas.stop()
            await worker.checking.stop()
            await service.settle()
            await worker.reporter.stop()
            for task in worker.clockwork:
                task.cancel()
    finally:
        await observed.close()
        await store.close()


async def _run(worker: Worker, given: Iterable[Source]) -> None:
    """Load, then publish for ever."""
    channel, ready = worker.channel, tuple(given)
    await worker.environments.schemas.start(ready)
    worker.clockwork.extend(worker.keeper.start())
    async with channel.lock:
        await worker.refusals.look()
        await _load(worker)
    memory.settle()
    await worker.reporter.start()
    worker.intake.start(channel.settings, ready)
    worker.publisher.touch()
    await worker.publisher.run()


async def _load(worker: Worker) -> None:
    """The accepted inputs of the live version into the books and the engine."""
    channel = worker.channel
    if channel.head:
        number = channel.head.number
        inputs = await load_inputs(channel.store, number, channel.ledger.live)
        channel.ledger.load(inputs)
        await rebuild(channel)
    worker.checking.take_over()
    environment = await worker.environments.first()
    await worker.environments.take_over(await worker.environments.evaluate(environment))
    channel.loading = False
    worker.intake.forget()
    if channel.head:
        log.info("Loaded version %s: %s resources.", channel.number, len(channel.ledger.live))


async def _channel(
    assignment: Assignment, store: StoreThread, announcer: Announcer, forms: tuple[Forms, ...]
) -> Channel:
    """The channel with what is live, told to the service before anything else is done."""
    environment = Environment.build(EnvironmentSpec())
    ledger, gate = new_gate(environment, assignment.settings)
    channel = Channel(
        settings=assignment.settings,
        files=EnvironmentFiles(assignment.settings, assignment.folder),
        store=store,
        announcer=announcer,
        environment=environment,
        ledger=ledger,
        gate=gate,
        observed=Observed(ledger.observed),
        forms=forms,
        fetched=assignment.fetched,
    )
    channel.head = await store.run(lambda opened: opened.head())
    rollback = await store.run(lambda opened: opened.last_rollback())
    await announcer.opened(store.lineage, rollback)
    if channel.head:
        ledger.live.put_all(await load_outputs(store, channel.head.number))
        if ledger.live.digest != channel.head.digest:
            number = channel.head.number
            raise StoreDamagedError(f"version {number} does not have its digest; restore a backup")
        await announcer.content(ledger.live.values())
    await announcer.live(channel.head)
    channel.holds = {hold.id: hold for hold in await store.run(lambda opened: opened.holds())}
    ledger.quarantine.add(await store.run(lambda opened: opened.quarantine()))
    states = await store.run(lambda opened: opened.sources())
    channel.stale_since = {state.source: state.synced for state in states}
    for state in states:
        if inputs := ledger.sources.get(state.source):
            inputs.revision = inputs.accepted_revision = state.revision
    return channel


async def _open(assignment: Assignment, name: str, retention: Retention) -> StoreThread:
    opening = partial(open_store, assignment.store, name, retention=retention, patience=PREDECESSOR)
    return await StoreThread.open(opening)


def _retention(settings: ChannelSettings) -> Retention:
    kept = settings.retention
    return Retention(kept.every, kept.most, kept.hourly, kept.daily, kept.kept_live)
