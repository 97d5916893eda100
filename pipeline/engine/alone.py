"""What is wrong with a resource by itself, whatever else there is.

A stage declares what it reads besides its resource; one that declares nothing speaks of the
resource alone. For whoever judges a resource before it is anywhere: no inputs are needed.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from pipeline.engine.engine import Engine
from pipeline.engine.finding import Finding
from pipeline.engine.trial import Trial, identity
from pipeline.environment import Environment
from pipeline.model import Diagnostic, Located
from pipeline.model.messages.policy import VIOLATED
from pipeline.model.messages.schema import MORE_PROBLEMS
from pipeline.stage import Stage, only_derives, only_judges, reads_nothing

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the stages say of a resource in the place of what it was before."""

    refusals: tuple[Diagnostic, ...]
    """What blocks it and did not before."""
    remarks: tuple[Diagnostic, ...]
    """Everything else, also what blocks it and did so before."""


class Alone:
    """Judges resources one at a time; what it has judged it forgets."""

    def __init__(self, environment: Environment) -> None:
        stages = tuple(_alone(environment.stages))
        self.environment = replace(environment, stages=stages, inquiries=())

    def judge(self, after: Located, before: Located | None) -> Judgement:
        """Judge a resource that is new, or takes the place of `before`, which has the same key."""
        key, engine = after.resource.key, Engine(self.environment)
        if before is not None:
            engine.apply({key: before.resource})
        known = engine.findings_of(key)
        trial = Trial(engine, lambda _key: before)
        for _ in trial.move({key: after}):
            pass
        new = {identity(each): each for each in _arisen(trial.blocking(), known)}
        rest = (each for each in engine.findings_of(key) if identity(each) not in new)
        return Judgement(_diagnostics(new.values()), _diagnostics(rest))


def _arisen(now: Collection[Finding], before: Collection[Finding]) -> Iterator[Finding]:
    """What was not found before; that a finding has moved within a list does not make it new."""
    unchanged = {identity(each) for each in before} & {identity(each) for each in now}
    moved = Counter(_likeness(each) for each in before if identity(each) not in unchanged)
    unlisted = {each.stage for each in before if each.diagnostic.code == MORE_PROBLEMS.code}
    for each in now:
        if identity(each) in unchanged or each.stage in unlisted:
            continue
        likeness = _likeness(each)
        if moved[likeness]:
            moved[likeness] -= 1
        else:
            yield each


def _likeness(finding: Finding) -> tuple[object, ...]:
    """What a finding says, wherever in its list; of a policy's own words only whose they are."""
    found = finding.diagnostic
    path = tuple("" if isinstance(part, int) else part for part in found.path)
    said = _INDEX.sub("[]", found.message)
    if found.code == VIOLATED.code:
        said = said.partition(": ")[0]
    return finding.stage, found.code, found.key, path, said


def stages_alone(environment: Environment) -> frozenset[str]:
    """Names of the stages that speak of a resource alone."""
    return frozenset(stage.name for stage in _alone(environment.stages))


def _alone(stages: Iterable[Stage]) -> Iterator[Stage]:
    """Up to the first that makes something else of a resource after a look at others: what comes
    then has seen those, too."""
    for stage in stages:
        if reads_nothing(stage):
            yield stage
        elif not (only_judges(stage) or only_derives(stage)):
            return


def _diagnostics(findings: Iterable[Finding]) -> tuple[Diagnostic, ...]:
    return tuple(finding.diagnostic for finding in findings)
