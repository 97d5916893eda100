"""The state of one channel that the parts of its worker share; confined to the worker's loop.

Whatever moves the engine or changes inputs holds `lock`: one candidate at a time. `head`, `holds`
and the ledger change only after the store has committed, so what is in memory is never ahead of
what is durable.
"""

import asyncio
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from galley.settings import ChannelSettings
from galley.store.values import Hold, Version
from galley.worker.announce import Announcer
from galley.worker.environment_files import EnvironmentFiles
from galley.worker.store_thread import StoreThread
from pipeline.engine.budget import BudgetLimits, DeletionBudget
from pipeline.engine.candidate import Candidate
from pipeline.engine.engine import Engine
from pipeline.engine.gate import Gate
from pipeline.engine.inputs import SourceInputs
from pipeline.engine.ledger import Ledger
from pipeline.engine.observed import Observed
from pipeline.engine.trial import Trial
from pipeline.environment import Environment
from pipeline.model import Diagnostic
from sources.source import Source

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
    sources: dict[str, Source] = field(default_factory=dict)
    head: Version | None = None
    holds: dict[str, Hold] = field(default_factory=dict)
    wanted: Environment | None = None
    """An environment that the settings ask for and that is not in force (held, quarantined)."""
    environment_problem: tuple[Diagnostic, ...] = ()
    """Why the environment that the settings ask for cannot be built."""
    verdict: Candidate | None = None
    """The last proposal: what is refused, parked, waiting."""
    loading: bool = True
    """Whether the engine is still taking in what the store holds."""
    problem: str = ""
    """Why nothing can be published now, as a sentence; empty if it can."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    dirty: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something may be publishable."""
    stale_since: dict[str, float] = field(default_factory=dict)
    """When a source was last read completely before this process started."""

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
        self.gate.trial = Trial(engine, self.ledger.accepted)
        publish = self.settings.publish
        self.gate.isolate = publish.on_error == "isolate"
        budget = publish.deletion_budget
        self.gate.budget.limits = BudgetLimits(budget.percent, budget.keys, budget.window)

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
            source.name, rank=source.rank, required=source.required
        )
    trial = Trial(Engine(environment), ledger.accepted)
    budget = settings.publish.deletion_budget
    limits = BudgetLimits(budget.percent, budget.keys, budget.window)
    isolate = settings.publish.on_error == "isolate"
    return ledger, Gate(ledger, trial, DeletionBudget(limits), isolate=isolate)


async def breathe(work: Generator[None, None, T]) -> T:
    """Run work that comes in slices, letting the loop do other things between two of them."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: T = done.value
            return result
        await asyncio.sleep(0)


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
