"""A case on its way through the pipeline: what was found, and what there is afterwards.

What a case is given is judged as `galley validate` does it: everything at once, and nothing is kept
back. With `when` it is what is live, and the channel's gate judges the change: what it refuses
stays as it was.
"""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from galley.cli import inline, words
from galley.cli.suites.fixtures import Fixtures
from galley.cli.suites.model import Case
from galley.cli.suites.pipelines import SOURCE, Pipeline
from galley.suggest import nearest
from galley.worker.channel import new_gate
from pipeline.engine.candidate import Candidate
from pipeline.engine.engine import Engine
from pipeline.engine.gate import Gate
from pipeline.engine.ledger import Ledger
from pipeline.engine.live import Live
from pipeline.model import (
    Batch,
    Broken,
    Change,
    Diagnostic,
    Key,
    Kinds,
    Located,
    Origin,
    Read,
    Removed,
    Resource,
)
from pipeline.model import Path as Place

T = TypeVar("T")


class MistakenError(Exception):
    """A case cannot be evaluated: `about` says what of it is wrong, the lines why."""

    def __init__(self, about: str, *lines: str) -> None:
        self.about, self.lines = about, lines
        super().__init__(f"{about}: {'; '.join(lines)}")


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a case."""

    diagnostics: tuple[Diagnostic, ...]
    """Errors first, then by place; with line and column of their fields."""
    resources: Mapping[Key, Resource]
    given: Mapping[Key, Resource]
    """The inputs of all that."""
    kinds: Kinds

    def digest(self) -> str:
        """Of all resources that a version would hold."""
        held = (item for key, item in self.resources.items() if not self._observed(key))
        return Live(held).digest.hex()

    def _observed(self, key: Key) -> bool:
        kind = self.kinds.get(key.collection)
        return kind is not None and kind.observed


def run(where: Place, case: Case, pipeline: Pipeline, fixtures: Fixtures) -> Found:
    """Evaluate a case that stands at a place of its suite.

    Raises:
        MistakenError: it deletes what it is not given.
    """
    ledger, gate = new_gate(pipeline.environment, pipeline.settings)
    given = fixtures.reads(("given",), (*where, "given"))
    if case.when is None:
        found = _state(ledger, gate, given.values(), pipeline.stages(case.stage))
    else:
        applied = fixtures.reads((*where, "when", "apply"))
        found = _Change(ledger, gate, given.values()).judge(applied.values(), case.when.delete)
    engine = gate.trial.engine
    resources = engine.after(case.stage) if case.stage else engine.outputs
    told = sorted((_placed(each, fixtures) for each in dict.fromkeys(found)), key=inline.order)
    return Found(tuple(told), resources, engine.inputs, pipeline.environment.kinds)


def _state(
    ledger: Ledger, gate: Gate, reads: Iterable[Change], stages: frozenset[str]
) -> Iterator[Diagnostic]:
    """What there is to say of everything at once, as far as some stages are concerned."""
    yield from inline.received(ledger, gate, [Batch(SOURCE, tuple(reads), complete=True)])
    for finding in gate.trial.engine.findings():
        if finding.stage in stages:
            yield gate.place(finding)


class _Change:
    """What is live, and a change to it; each resource is a change unit of its own."""

    def __init__(self, ledger: Ledger, gate: Gate, reads: Iterable[Read | Broken]) -> None:
        self._ledger, self._gate = ledger, gate
        self._notes: list[Diagnostic] = []
        self._files: dict[str, str] = {}
        self._before = self._taken(reads, "given")
        held = [item for item in self._before.values() if not self._observed(item)]
        ledger.load(held)
        self._put(self._before.values())
        ledger.live.put_all(
            {key: one for key, one in self._engine.outputs.items() if not self._is_observed(key)}
        )

    def judge(
        self, applied: Iterable[Read | Broken], deleted: Iterable[str]
    ) -> Iterator[Diagnostic]:
        """What the gate says of a change; what it lets through is live afterwards."""
        items = self._taken(applied, "when").values()
        gone = [self._named(name) for name in deleted]
        self._put(item for item in items if self._observed(item))
        self._engine.apply({key: None for key in gone if self._is_observed(key)})
        changes: list[Change] = [
            Read(item.origin.locator, (item,)) for item in items if not self._observed(item)
        ]
        changes += (Removed(str(key)) for key in gone)
        self._ledger.receive(Batch(SOURCE, tuple(changes)))
        candidate = _whole(self._gate.propose(time.time()))
        found = (*_kept_back(candidate), *self._gate.remarks(), *self._notes)
        if candidate.waiting:
            _whole(self._gate.withdraw())
        else:
            self._gate.accept(candidate, time.time())
        return (self._back(each) for each in found)

    @property
    def _engine(self) -> Engine:
        return self._gate.trial.engine

    def _taken(self, reads: Iterable[Read | Broken], about: str) -> dict[Key, Located]:
        """Every resource with its key as its locator, as objects of a cluster have it.

        Raises:
            MistakenError: one is there twice.
        """
        taken: dict[Key, Located] = {}
        for read in reads:
            if isinstance(read, Broken):
                self._notes += read.errors
                continue
            self._notes += read.notes
            for item in read.resources:
                key, locator = item.resource.key, str(item.resource.key)
                if key in taken:
                    raise MistakenError(about, f"{words.name(locator)} is there twice")
                self._files[locator] = item.origin.locator
                taken[key] = Located(item.resource, replace(item.origin, locator=locator))
        return taken

    def _put(self, items: Iterable[Located]) -> None:
        self._engine.apply({item.resource.key: item.resource for item in items})

    def _observed(self, item: Located) -> bool:
        return self._is_observed(item.resource.key)

    def _is_observed(self, key: Key) -> bool:
        return self._ledger.observed(key.collection)

    def _named(self, name: str) -> Key:
        for key in self._before:
            if name in {str(key), words.name(str(key))}:
                return key
        hint = nearest(name, [words.name(str(key)) for key in self._before])
        raise MistakenError("when", f"{name!r} is to be deleted, and was not given{hint}")

    def _back(self, found: Diagnostic) -> Diagnostic:
        return replace(found, locator=self._files.get(found.locator, found.locator))


def _kept_back(candidate: Candidate) -> Iterator[Diagnostic]:
    for refusal in (*candidate.refused, *candidate.parked):
        yield from refusal.diagnostics
    yield from candidate.waiting


def _placed(found: Diagnostic, fixtures: Fixtures) -> Diagnostic:
    if not found.line or found.column:
        return found
    place = fixtures.locate(Origin(SOURCE, "", found.locator, found.line), found.path)
    return replace(found, line=place.line, column=place.column) if place else found


def _whole(work: Generator[None, None, T]) -> T:
    """Work that comes in slices, at once: nobody else wants the processor."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: T = done.value
            return result
