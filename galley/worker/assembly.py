"""The parts of a worker, put together: the one place that knows all of them."""

import asyncio
from dataclasses import dataclass, field

from galley.protocol.control import Method
from galley.worker.actions import Actions
from galley.worker.admission.foreseeing import Foreseeing
from galley.worker.admission.registrar import Registrar
from galley.worker.awaiting import Awaiting
from galley.worker.bookkeeping import Bookkeeping
from galley.worker.channel import Channel
from galley.worker.checks.checking import Checking
from galley.worker.companion import Companion
from galley.worker.deliveries import Deliveries
from galley.worker.environments import Environments
from galley.worker.findings import Findings
from galley.worker.health import Health
from galley.worker.intake import Intake
from galley.worker.keeper import Keeper
from galley.worker.operations import Operations
from galley.worker.planning import Planning
from galley.worker.publisher import Publisher
from galley.worker.queries import Queries
from galley.worker.reconfiguring import Reconfiguring
from galley.worker.refusals import Refusals
from galley.worker.reporter import Reporter
from galley.worker.revisions import Revisions
from galley.worker.rollback import Rollback
from galley.worker.schema_sources import SchemaSources
from galley.worker.tracing import Tracing


@dataclass(frozen=True, slots=True)
class Worker:
    """Everything that a channel's process consists of."""

    channel: Channel
    publisher: Publisher
    environments: Environments
    intake: Intake
    keeper: Keeper
    operations: Operations
    revisions: Revisions
    """To be observed before the sources are started."""
    reporter: Reporter
    checking: Checking
    registrar: Registrar
    refusals: Refusals
    clockwork: list[asyncio.Task[None]] = field(default_factory=list)


def assemble(channel: Channel, companion: Companion, tasks: asyncio.TaskGroup) -> Worker:
    """Wire the parts; nothing runs yet."""
    revisions, reporter = Revisions(channel), Reporter(channel, tasks)
    revisions.observe(reporter)

    def touch() -> None:
        publisher.touch()

    checking = Checking(channel, touch)
    publisher = Publisher(channel, companion, Bookkeeping(channel), revisions, checking)
    schemas = SchemaSources(channel, tasks)
    environments = Environments(channel, companion, checking, schemas)
    intake = Intake(channel, companion, publisher, revisions, tasks)
    refusals = Refusals(channel)
    queries, findings = Queries(channel), Findings(channel, checking, refusals)
    health = Health(channel, companion, queries, findings, checking)
    keeper = Keeper(channel, publisher, environments, intake, health, tasks)
    rollback = Rollback(channel, publisher, environments, findings, revisions)
    actions = Actions(channel, publisher, rollback, queries, findings, checking)
    planning = Planning(channel, queries, checking)
    operations = Operations(channel, queries, findings, planning, actions, health)
    registrar = Registrar(channel, tasks)
    followers = (reporter.look, environments.announce, registrar.take_over)
    reconfiguring = Reconfiguring(
        channel, environments, intake, keeper, findings, checking, followers
    )
    operations.add(Method.RECONFIGURE, reconfiguring.answer)
    operations.add(Method.TRACE, Tracing(channel, companion, findings).report)
    operations.add(Method.FORESEE, Foreseeing(channel).report)
    operations.add(Method.REGISTER, registrar.register)
    operations.add(Method.RECEIVED, Deliveries(channel, reporter, refusals).answer)
    operations.add(Method.CHECKPOINT, Awaiting(channel, findings, revisions).report)
    return Worker(
        channel,
        publisher,
        environments,
        intake,
        keeper,
        operations,
        revisions,
        reporter,
        checking,
        registrar,
        refusals,
    )
