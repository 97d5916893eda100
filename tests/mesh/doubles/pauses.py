"""How long clients wait before they connect again."""

import random
from dataclasses import dataclass, field
from typing import Protocol


class Pauses(Protocol):
    """Seconds to wait; `reset` is told of every stream that opened."""

    def next(self) -> float: ...

    def reset(self) -> None: ...


@dataclass
class Fixed:
    """Always the same, whatever happens: MCP's sinks, with 1 s."""

    seconds: float = 1.0

    def next(self) -> float:
        return self.seconds

    def reset(self) -> None:
        pass


@dataclass
class Exponential:
    """Longer by half each time, give or take half of it: istiod, and Envoy in spirit."""

    first: float = 0.5
    longest: float = 60.0
    growth: float = 1.5
    spread: float = 0.5
    dice: random.Random = field(default_factory=random.Random)
    _now: float = field(init=False)

    def __post_init__(self) -> None:
        self.reset()

    def next(self) -> float:
        now = self._now
        self._now = min(self.longest, now * self.growth)
        return now * self.dice.uniform(1 - self.spread, 1 + self.spread)

    def reset(self) -> None:
        self._now = self.first
