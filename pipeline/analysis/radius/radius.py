"""What a change affects, as a value."""

from dataclasses import dataclass, fields
from typing import Self

from pipeline.analysis.visibility import EVERYWHERE, Scope
from pipeline.model import Key

NOBODY: Scope = frozenset()


@dataclass(frozen=True, slots=True)
class Radius:
    """What behaves differently after a change, as far as the channel's resources tell."""

    hosts: frozenset[str] = frozenset()
    """Host names, written out, whose traffic goes by what has changed."""
    gateways: frozenset[Key] = frozenset()
    workloads: frozenset[Key] = frozenset()
    """What describes the pods (a Deployment), or these themselves where nothing does."""
    namespaces: Scope = NOBODY
    """Namespaces of which every workload is affected; with `*` in it, all of the mesh."""
    callers: Scope = NOBODY
    """Namespaces from which calls to the hosts change; with `*` in it, all of them."""

    def __or__(self, other: Self) -> "Radius":
        """What either affects."""
        both = {each.name: getattr(self, each.name) | getattr(other, each.name) for each in _PARTS}
        return Radius(**both).simple()

    def simple(self) -> "Radius":
        """With nothing named that `*` stands for already."""
        namespaces = EVERYWHERE if "*" in self.namespaces else self.namespaces
        callers = EVERYWHERE if "*" in self.callers else self.callers
        return Radius(self.hosts, self.gateways, self.workloads, namespaces, callers)


_PARTS = fields(Radius)
