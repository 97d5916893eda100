"""What a change affects, as a value."""

from collections.abc import Iterable
from dataclasses import dataclass

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


def together(parts: Iterable[Radius]) -> Radius:
    """What any of the parts affects; nothing is named that `*` stands for already."""
    every = tuple(parts)
    namespaces = NOBODY.union(*(part.namespaces for part in every))
    callers = NOBODY.union(*(part.callers for part in every))
    return Radius(
        hosts=frozenset[str]().union(*(part.hosts for part in every)),
        gateways=frozenset[Key]().union(*(part.gateways for part in every)),
        workloads=frozenset[Key]().union(*(part.workloads for part in every)),
        namespaces=EVERYWHERE if "*" in namespaces else namespaces,
        callers=EVERYWHERE if "*" in callers else callers,
    )
