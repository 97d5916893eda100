"""The engine moved from the accepted inputs to other ones, and back again.

The gate tries selections of change units one after the other; a trial moves the engine from one
selection to the next by their difference only, and knows at any time what is new since the accepted
inputs: which outputs were touched and which blocking findings arose.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from pipeline.engine.engine import Engine
from pipeline.engine.finding import Defect, Evaluation, Finding
from pipeline.engine.memory import Memory
from pipeline.engine.updates import judged_as_updates
from pipeline.model import Key, Located, Resource

SLICE = 200
"""Inputs applied between two breaths: some milliseconds of work."""


class Trial:
    """One engine, at some distance from the accepted inputs."""

    def __init__(self, engine: Engine, accepted: Callable[[Key], Located | None]) -> None:
        self.engine = engine
        self.memory = Memory(engine)
        self._accepted = accepted
        self.applied: Mapping[Key, Located | None] = {}
        """Inputs that differ from the accepted ones."""
        self.touched: set[Key] = set()
        """Outputs that may differ from those of the accepted inputs."""
        self.defects: list[Defect] = []
        self._fresh: dict[tuple[object, ...], Finding] = {}
        self._gone: set[tuple[object, ...]] = set()

    def move(self, target: Mapping[Key, Located | None]) -> Generator[None, None, None]:
        """Put the engine to the accepted inputs with `target` laid over them."""
        steps = dict(self._steps(target))
        self.applied = {**self.applied, **target}  # if this ends half way, all of it is withdrawn
        keys = iter(sorted(steps))
        while chunk := tuple(islice(keys, SLICE)):
            self._note(self.engine.apply({key: steps[key] for key in chunk}))
            yield
        self.applied = target

    def settle(self) -> None:
        """What is applied has become the accepted inputs."""
        self.applied = {}
        self.touched = set()
        self._fresh = {}
        self._gone = set()
        self.defects = []

    def blocking(self) -> list[Finding]:
        """Blocking findings that are not carried: new ones, and those on changed inputs. Of what a
        schema says, what an input leaves as it was is carried, too."""
        return list(
            judged_as_updates(
                self._blocking(),
                self.applied,
                lambda key: _resource(self._accepted(key)),
                self.engine.environment,
            )
        )

    def _blocking(self) -> list[Finding]:
        found = {name: one for name, one in self._fresh.items() if one.diagnostic.blocking}
        subjects = self.applied.keys() | {finding.subject for finding in found.values()}
        for key in subjects:
            for now in self.engine.findings_of(key):
                name = identity(now)
                if name in found:  # what it blames may have changed since it arose
                    found[name] = replace(now, blames=now.blames | found[name].blames)
                elif now.diagnostic.blocking and key in self.applied:
                    found[name] = now
        return list(found.values())

    def fresh(self) -> list[Finding]:
        """Findings of any level that were not there with the accepted inputs."""
        return list(self._fresh.values())

    def _steps(self, target: Mapping[Key, Located | None]) -> Iterator[tuple[Key, Resource | None]]:
        for key in self.applied.keys() - target.keys():
            yield key, _resource(self._accepted(key))
        for key, located in target.items():
            held = self.applied[key] if key in self.applied else self._accepted(key)
            if _resource(held) != _resource(located):
                yield key, _resource(located)

    def _note(self, evaluation: Evaluation) -> None:
        self.touched.update(evaluation.changed)
        self.defects.extend(evaluation.defects)
        for finding in evaluation.removed:
            name = identity(finding)
            if self._fresh.pop(name, None) is None:
                self._gone.add(name)
        for finding in evaluation.added:
            name = identity(finding)
            if name in self._gone:
                self._gone.discard(name)
            else:
                self._fresh[name] = finding


def identity(finding: Finding) -> tuple[object, ...]:
    """What makes two findings of different evaluations the same one."""
    return (finding.stage, finding.subject, *finding.diagnostic.identity)


def _resource(located: Located | None) -> Resource | None:
    return located.resource if located else None
