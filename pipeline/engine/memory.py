"""Refused change units, remembered with what their evaluation met until they are judged again.

A unit *meets* another one, or a change, where one of them touches a spot that what ran for the
other depends on; where both speak of one key; and where they are concerned with two apiVersions of
a kind that is not known. What does not meet is judged alike together and apart. So a refusal stands
until its unit says something else or meets something new; and with a unit that has to be judged
again go, in turn, all that it meets.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pipeline.engine.candidate import InputDelta
from pipeline.engine.engine import Engine
from pipeline.engine.inputs import Unit
from pipeline.engine.meetings import Meetings, Met
from pipeline.engine.trace import Trace
from pipeline.engine.watch import Spot, is_existence
from pipeline.model import Diagnostic, Key, Located

MOST = 500_000
"""Places where units can meet, counted for each unit, that are remembered: some hundred bytes each.
Beyond, nothing is remembered, and all that is broken is evaluated at every proposal."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A diagnostic that refuses a unit."""

    diagnostic: Diagnostic
    held: Located | None
    """The input that it was placed at."""
    blames: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Refused:
    """A unit as it was judged last."""

    met: Met
    reasons: tuple[Reason, ...]
    """Empty where something else than the stages refused it: that is judged at every proposal."""


class Memory:
    """The units that were refused where one engine was moved; a `Watcher` of that engine."""

    def __init__(self, engine: Engine) -> None:
        self.refused: dict[Unit, Refused] = {}
        self.meetings = Meetings()
        self._engine = engine
        self._stirred: set[Unit] = set()
        """Those that have met what the engine was moved to since."""
        self._asked: set[Spot] = set()
        self._moved: Counter[Spot] = Counter()
        """Collections whose existence a run has asked for, and how many of their keys came or went.
        It matters only where one may be empty, which is known at the end of a move."""
        self._trace: Trace | None = None
        self._watch()

    def begin(self) -> set[Unit]:
        """A proposal begins; returns the units that have met something since they were
        remembered."""
        self._trace = None
        found = self.stirred()
        self._asked.clear()
        self._moved.clear()
        return found

    def stirred(self) -> set[Unit]:
        """The units that have met what the engine was moved to since they were remembered."""
        for spot in self._moved.keys() | self._asked:
            if self._may_be_empty(spot):
                self._stirred.update(self.meetings.touching(spot))
                self._stirred.update(self.meetings.needing(spot) if spot in self._moved else ())
        return set(self._stirred)

    def blamed(self, keys: Iterable[Key]) -> None:
        """Blocking findings blame these inputs."""
        for key in keys:
            self._stirred.update(self.meetings.speaking(key))

    def remember(self, refused: Mapping[Unit, Refused]) -> None:
        """These were refused besides, where the engine has moved; beyond `MOST` all are
        forgotten."""
        self.begin()
        for unit, found in refused.items():
            self.refused[unit] = found
            self.meetings.add(unit, found.met)
        if self.meetings.size > MOST:
            self.clear()
        self._watch()

    def accepted(self, inputs: Iterable[InputDelta]) -> None:
        """Something else is accepted: units that speak of the same keys say another change, and the
        versions of a kind may be others."""
        met = set[Unit]()
        for delta in inputs:
            met.update(self.meetings.speaking(delta.key))
            for item in filter(None, (delta.old, delta.new)):
                met.update(self.meetings.of_other_versions(item.resource))
        self.forget(met)

    def clear(self) -> None:
        """Remember nothing."""
        self.forget(tuple(self.refused))

    def forget(self, units: Iterable[Unit]) -> list[Unit]:
        """Forget units and, in turn, all that they meet; returns those that were remembered."""
        queue, gone = list(units), []
        while queue:
            unit = queue.pop()
            refused = self.refused.pop(unit, None)
            if refused is not None:
                gone.append(unit)
                self.meetings.discard(unit, refused.met)
                queue.extend(self.meetings.of(refused.met))
        self._stirred.difference_update(gone)
        self._watch()
        return gone

    def trace(self) -> None:
        """Record what the engine's moves meet from here on."""
        self._trace = Trace()
        self._watch()

    def traced(self) -> Trace:
        """What was recorded; nothing is from here on."""
        trace, self._trace = self._trace or Trace(), None
        self._watch()
        return trace

    def touched(self, spots: Collection[Spot], roots: Collection[Key]) -> None:
        for spot in spots:
            if is_existence(spot):
                self._moved[spot] += 1
            else:
                self._stirred.update(self.meetings.needing(spot))
        if self._trace is not None:
            self._trace.touched(spots, roots)

    def depended(self, spots: Collection[Spot], roots: Collection[Key]) -> None:
        for spot in spots:
            if is_existence(spot):
                self._asked.add(spot)
            else:
                self._stirred.update(self.meetings.touching(spot))
        if self._trace is not None:
            self._trace.depended(spots, roots)

    def carried(self, root: Key, roots: Collection[Key]) -> None:
        if self._trace is not None:
            self._trace.carried(root, roots)

    def _may_be_empty(self, spot: Spot) -> bool:
        """Whether a collection can be without any resource at some selection of what has moved and
        what is remembered."""
        held = self._engine.population(spot)
        return held <= self._moved[spot] + self.meetings.changing(spot)

    def _watch(self) -> None:
        """Watching costs a little, so it is done only where something can come of it."""
        busy = bool(self.refused) or self._trace is not None
        self._engine.watch(self if busy else None)
