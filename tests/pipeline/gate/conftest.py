"""A gate over small ConfigMaps, fed by hand."""

from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeVar

import pytest

from pipeline.engine.budget import BudgetLimits, DeletionBudget
from pipeline.engine.candidate import Candidate
from pipeline.engine.engine import Engine
from pipeline.engine.gate import Gate, Wishes
from pipeline.engine.inputs import SourceInputs, UnitOf
from pipeline.engine.ledger import Ledger
from pipeline.engine.trial import Trial
from pipeline.environment import Environment, EnvironmentSpec
from pipeline.model import (
    Batch,
    Broken,
    Change,
    Diagnostic,
    Key,
    Level,
    Located,
    Origin,
    Read,
    Removed,
    Resource,
)

T = TypeVar("T")

POLICY = {
    "name": "no-bad",
    "match": {"kinds": ["ConfigMap"]},
    "rule": "!has(object.data.bad)",
    "message": "bad is not allowed",
    "level": "error",
}
"""A resource with `bad` in its data is refused."""


def finish(work: Generator[None, None, T]) -> T:
    """Run sliced work to its end."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: T = done.value
            return result


def key(name: str, kind: str = "core/ConfigMap", namespace: str = "default") -> Key:
    return Key(kind, namespace, name)


def resource(name: str, **data: str) -> Resource:
    return Resource.build(key(name), "v1", body={"data": data})


class Bench:
    """A gate with its books, and short ways to say what sources say."""

    def __init__(self, **options: Any) -> None:
        given = {name: options.pop(name, ()) for name in ("schemas", "transforms")}
        environment = Environment.build(EnvironmentSpec(policies=(POLICY,), **given))
        self.ledger = Ledger(kinds=environment.kinds)
        budget = DeletionBudget(self.ledger.held, options.pop("limits", BudgetLimits()))
        trial = Trial(Engine(environment), self.ledger.accepted)
        self.gate = Gate(self.ledger, trial, budget, **options)
        self.now = 1000.0

    def source(self, name: str = "files", *, rank: int = 0, unit: UnitOf = UnitOf.LOCATOR) -> None:
        self.ledger.sources[name] = SourceInputs(name, rank=rank, unit=unit)

    def say(self, *changes: Change, source: str = "files", complete: bool = False) -> None:
        if source not in self.ledger.sources:
            self.source(source)
        self.ledger.receive(Batch(source, changes, complete=complete))

    def propose(self, wishes: Wishes | None = None) -> Candidate:
        return finish(self.gate.propose(self.now, wishes))

    def publish(self, wishes: Wishes | None = None) -> Candidate:
        """Propose and accept, as if the store had committed."""
        candidate = self.propose(wishes)
        if candidate.waiting:
            finish(self.gate.withdraw())
        else:
            self.gate.accept(candidate, self.now)
        return candidate

    def move(self, inputs: Mapping[Key, Located | None]) -> None:
        """Put the engine to other inputs, as a rollback does before it is committed."""
        finish(self.gate.trial.move(inputs))

    def live(self) -> dict[str, dict[str, str]]:
        """Names of what is live to their data."""
        return {
            key.name: dict(item.document().body.get("data", {}))
            for key, item in sorted(self.ledger.live.items())
        }


def read(locator: str, *resources: Resource, source: str = "files") -> Read:
    held = (Located(item, Origin(source, "", locator, 1)) for item in resources)
    return Read(locator, tuple(held))


def broken(locator: str) -> Broken:
    return Broken(locator, (Diagnostic("GAL0101", Level.ERROR, "It is broken."),))


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def new_bench() -> Callable[..., Bench]:
    return Bench


@pytest.fixture
def say() -> Any:
    """The vocabulary of these tests, as attributes."""

    class Words:
        read = staticmethod(read)
        broken = staticmethod(broken)
        removed = Removed
        resource = staticmethod(resource)
        key = staticmethod(key)

    return Words
