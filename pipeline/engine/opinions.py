"""What checks outside of the pipeline say of a candidate, and whom that concerns.

A check judges the whole content that would be published; the gate looks up what it said. What it
says of a resource that the candidate changes refuses the change units behind that change. What it
says of another resource is carried, unless the live version was asked about and was free of it.
The rest makes the candidate wait.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from pipeline.engine.candidate import Candidate, Doubts, Refusal, Words
from pipeline.engine.inputs import SourceInputs, Unit
from pipeline.engine.live import Live
from pipeline.model import Diagnostic

AGAIN_FIRST, AGAIN_MOST = 60.0, 3600.0
"""Seconds after which a unit that a check has refused is tried again; each time twice as many."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One thing that a check says."""

    check: str
    code: str
    """The check's own; empty if it has none."""
    diagnostic: Diagnostic
    """Its key, and those that it relates to, are of outputs."""

    @property
    def name(self) -> tuple[object, ...]:
        """What makes it the same opinion of another content; a text may tell numbers."""
        found = self.diagnostic
        return (self.check, self.code or found.message, found.key, found.path)


@dataclass(frozen=True, slots=True)
class Answer:
    """What all checks say of one content."""

    opinions: tuple[Opinion, ...]
    heard: frozenset[str]
    """The checks that could be asked."""
    due: bool = False
    """Whether they are to be asked again: something blocks, and may not do so any more."""


Answers: TypeAlias = Callable[[bytes], Answer | None]
"""By the digest of a content; None: not every check was asked yet."""

NOTHING = Answer((), frozenset())


class Concern(NamedTuple):
    """What an answer means for a candidate."""

    refused: dict[Unit, list[Diagnostic]]
    waiting: list[Diagnostic]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A unit that a check has refused."""

    words: Words
    diagnostics: tuple[Diagnostic, ...]
    until: float
    """When it is tried again; seconds since the epoch."""
    times: int
    """How often it was refused so far."""


@dataclass(slots=True)
class Opinions:
    """The gate's ear for checks, and the units that they keep out for a while."""

    answers: Answers | None = None
    """None: there are no checks."""
    _kept: dict[Unit, _Kept] = field(default_factory=dict)

    def known(
        self, units: Iterable[Unit], sources: Mapping[str, SourceInputs], now: float
    ) -> dict[Unit, list[Diagnostic]]:
        """Those of the pending units that a check has refused lately, and why."""
        kept = {unit: self._kept[unit] for unit in units if unit in self._kept}
        self._kept = {
            unit: one for unit, one in kept.items() if sources[unit.source].words(unit) == one.words
        }
        return {unit: list(one.diagnostics) for unit, one in self._kept.items() if now < one.until}

    def due_at(self, now: float) -> float:
        """When a unit is tried again, of those that are kept out now; infinity for never."""
        return min((one.until for one in self._kept.values() if one.until > now), default=math.inf)

    def clear(self) -> None:
        """Let every unit be tried again."""
        self._kept.clear()

    def judge(
        self, candidate: Candidate, live: Live, now: float
    ) -> tuple[Candidate, dict[Unit, list[Diagnostic]]]:
        """The candidate with what makes it wait, and the units that it must do without.

        Args:
            candidate: what the stages let pass.
            live: what is live.
            now: seconds since the epoch.
        """
        if self.answers is None or candidate.waiting or not candidate.outputs:
            return candidate, {}
        answer = self.answers(candidate.digest)
        found = self.weigh(answer or NOTHING, candidate, live)
        if answer is None or answer.due:
            return self._unchecked(candidate, found), {}
        self._keep(candidate, found.refused, now)
        return replace(candidate, waiting=tuple(found.waiting)), found.refused

    def hear(self, candidate: Candidate, live: Live, now: float) -> bool:
        """The checks were asked about a candidate: whether it may be published as it is. If not,
        the units that they refuse are kept out of the next ones."""
        answer = self.answers(candidate.digest) if self.answers else NOTHING
        if answer is None or answer.due:
            return False
        found = self.weigh(answer, candidate, live)
        self._keep(candidate, found.refused, now)
        return not (found.refused or found.waiting)

    def weigh(self, answer: Answer, candidate: Candidate, live: Live) -> Concern:
        """What an answer means for a candidate."""
        before = (self.answers(live.digest) if self.answers else None) or NOTHING
        known = {opinion.name for opinion in before.opinions}
        found = Concern({}, [])
        for opinion in answer.opinions:
            if not opinion.diagnostic.blocking:
                continue
            if units := candidate.behind(opinion.diagnostic):
                for unit in units:
                    found.refused.setdefault(unit, []).append(candidate.placed(opinion.diagnostic))
            elif not (
                _on_what_stays(opinion, candidate, live)
                and (opinion.name in known or opinion.check not in before.heard)
            ):
                found.waiting.append(candidate.placed(opinion.diagnostic))
        return found

    def _unchecked(self, candidate: Candidate, found: Concern) -> Candidate:
        """With what was said before, until the checks have said what they say now."""
        tried = candidate.units & self._kept.keys()
        refused = {unit: list(self._kept[unit].diagnostics) for unit in tried} | found.refused
        refusals = tuple(Refusal(unit, tuple(why)) for unit, why in sorted(refused.items()))
        return replace(candidate, checked=False, doubts=Doubts(refusals, tuple(found.waiting)))

    def _keep(
        self, candidate: Candidate, refused: Mapping[Unit, list[Diagnostic]], now: float
    ) -> None:
        for unit, why in refused.items():
            times = self._kept[unit].times + 1 if unit in self._kept else 0
            until = now + min(AGAIN_FIRST * 2**times, AGAIN_MOST)
            self._kept[unit] = _Kept(candidate.words_of(unit), tuple(why), until, times)


def _on_what_stays(opinion: Opinion, candidate: Candidate, live: Live) -> bool:
    key = opinion.diagnostic.key
    return key in live and key not in candidate.named
