"""The state of one channel that the parts of its worker share; confined to the worker's loop.

Whatever moves the engine or changes inputs holds `lock`: one candidate at a time. `head`, `holds`
and the ledger change only after the store has committed, so what is in memory is never ahead of
what is durable.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Generator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from galley.protocol.framing import LinkClosedError
from galley.settings import ChannelSettings
from galley.store.values import Hold, Version
from galley.worker.announce import Announcer
from galley.worker.definitions import Definitions
from galley.worker.environment_files import EnvironmentFiles
from galley.worker.forms import Forms
from galley.worker.store_thread import StoreThread
from pipeline.engine.budget import BudgetLimits, DeletionBudget
from pipeline.engine.candidate import Candidate
from pipeline.engine.engine import Engine
from pipeline.engine.gate import Gate
from pipeline.engine.inputs import SourceInputs, UnitOf
from pipeline.engine.ledger import Ledger
from pipeline.engine.observed import Observed
from pipeline.engine.trial import Trial
from pipeline.environment import Environment
from pipeline.model import Diagnostic
from sources.source import Source

if TYPE_CHECKING:
    from galley.worker.courier import Courier

T = TypeVar("T")


@dataclass(slots=True)
class Channel:
    """One channel as its worker knows it."""

    settings: ChannelSettings
    files: EnvironmentFiles
    store: StoreThread
    announcer: Announcer
    environment: Environment
    ledger: Ledger
    gate: Gate
    observed: Observed
    forms: tuple[Forms, ...] = ()
    """What meshes are served: of what is live, then of what is observed."""
    sources: dict[str, Source] = field(default_factory=dict)
    """Those that run, be it for resources or for schemas."""
    definitions: dict[str, Definitions] = field(default_factory=dict)
    """What the sources of schemas hold, by their names."""
    fetched: Path | None = None
    """Where sources keep what they can fetch again; None: each finds a place of its own."""
    head: Version | None = None
    holds: dict[str, Hold] = field(default_factory=dict)
    wanted: Environment | None = None
    """An environment that the settings ask for and that is not in force (held, quarantined)."""
    environment_problem: tuple[Diagnostic, ...] = ()
    """Why the environment that the settings ask for cannot be built."""
    environment_doubts: tuple[Diagnostic, ...] = ()
    """What checks have against it."""
    verdict: Candidate | None = None
    """The last proposal: what is refused, parked, waiting."""
    loading: bool = True
    """Whether the engine is still taking in what the store holds."""
    foreseen: tuple[Diagnostic, ...] = ()
    """What is said besides of a candidate that could be published and waits."""
    problem: str = ""
    """Why nothing can be published now, as a sentence; empty if it can."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    dirty: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something may be publishable."""
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the channel may have come into another state, which probes hear of at once."""
    stale_since: dict[str, float] = field(default_factory=dict)
    """When a source was last read completely before this process started."""
    failed: dict[str, Diagnostic] = field(default_factory=dict)
    """Sources whose own code failed, until they are run again."""
    forge_problems: dict[str, Diagnostic] = field(default_factory=dict)
    """Sources whose forge cannot be talked to as the settings say; they are read all the same."""
    admission_problems: dict[str, Diagnostic] = field(default_factory=dict)
    """Sources whose clusters do not ask about writes as the settings say; likewise."""
    couriers: "dict[str, Courier]" = field(default_factory=dict)
    """Who tells forges what becomes of commits, by source."""

    def problem_of(self, source: str) -> Diagnostic | None:
        """Why a source cannot be read now; None while all is well or it does not run."""
        running = self.sources.get(source)
        problem = running.health().problem if running else None
        beside = self.forge_problems.get(source) or self.admission_problems.get(source)
        return self.failed.get(source) or problem or beside

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def engine(self) -> Engine:
        return self.gate.trial.engine

    @property
    def number(self) -> int:
        """The live version's number; 0 before the first."""
        return self.head.number if self.head else 0

    def install(self, environment: Environment, engine: Engine) -> None:
        """Put another engine in place, filled with the accepted inputs."""
        self.environment = environment
        self.ledger.kinds = environment.kinds
        self.ledger.live.adopt(engine.outputs)
        self.gate.install(Trial(engine, self.ledger.accepted))
        publish = self.settings.publish
        self.gate.isolate = publish.on_error == "isolate"
        budget = publish.deletion_budget
        self.gate.budget.limits = BudgetLimits(budget.percent, budget.keys, budget.window)

    def forget_sources(self, names: Iterable[str]) -> None:
        """Sources that are gone for good."""
        for name in names:
            self.ledger.sources.pop(name, None)
            self.stale_since.pop(name, None)

    def ready(self) -> bool:
        """Every required source has synced, or the last good state is served."""
        return self.head is not None or (not self.loading and self.complete())

    def complete(self) -> bool:
        """Whether a first version may be published: every required source was read."""
        return all(
            inputs.synced or not inputs.required or inputs.name in self.stale_since
            for inputs in self.ledger.sources.values()
        )


def new_gate(environment: Environment, settings: ChannelSettings) -> tuple[Ledger, Gate]:
    """An empty ledger and its gate for a channel's settings."""
    ledger = Ledger(kinds=environment.kinds)
    for source in settings.sources:
        ledger.sources[source.name] = SourceInputs(
            source.name,
            rank=source.rank,
            unit=UnitOf(source.unit),
            required=source.required,
        )
    trial = Trial(Engine(environment), ledger.accepted)
    budget = settings.publish.deletion_budget
    limits = BudgetLimits(budget.percent, budget.keys, budget.window)
    isolate = settings.publish.on_error == "isolate"
    return ledger, Gate(ledger, trial, DeletionBudget(ledger.held, limits), isolate=isolate)


async def breathe(work: Generator[None, None, T]) -> T:
    """Run work that comes in slices, letting the loop do other things between two of them."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: T = done.value
            return result
        await asyncio.sleep(0)


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Run work to its end even if the caller is cancelled meanwhile; the cancellation follows.

    For what commits: memory must not stay behind the store.
    """
    task = asyncio.create_task(work, name="uninterrupted")
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


@asynccontextmanager
async def let_go(lock: asyncio.Lock) -> AsyncIterator[None]:
    """Around a wait of somebody who holds the lock: others may have it meanwhile."""
    lock.release()
    try:
        yield
    finally:
        await uninterrupted(lock.acquire())


class BehindError(Exception):
    """Memory could not follow a commit: the worker has to begin anew from the store."""


@contextmanager
def following() -> Iterator[None]:
    """Around what follows a commit; a failure there must end the worker.

    Raises:
        BehindError: it failed.
    """
    try:
        yield
    except LinkClosedError:
        raise
    except Exception as error:
        raise BehindError(f"{type(error).__name__}: {error}") from error


@asynccontextmanager
async def proposal(
    gate: Gate, proposing: Generator[None, None, Candidate]
) -> AsyncIterator[Candidate]:
    """A candidate of the gate with the engine at it; what is not accepted inside the block is
    withdrawn at its end. The caller holds the lock."""
    try:
        yield await breathe(proposing)
    finally:
        await breathe(gate.withdraw())


def now() -> float:
    """Seconds since the epoch; the one clock of a worker."""
    return time.time()


def jsonable(value: object) -> Any:
    """Bytes as hexadecimal text, tuples as lists: what goes into a cause or an audit record."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(item) for item in value]
    return value
