"""What a difference affects, beside the difference: hosts, gateways, workloads and who calls."""

import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from pipeline.analysis.radius import INQUIRY, radius
from pipeline.engine.engine import Engine
from pipeline.model import Key, Resource

LOOKED_AT = 1000
"""Resources of a difference that are looked at; most take some tens of microseconds each."""
SECONDS = 0.2
"""Spent on looking at them, and not much more: a Gateway with thousands of routes takes as much by
itself, and the channel waits meanwhile."""
NAMED = 100
"""Of each sort, what an answer names; of the others it says how many there are."""


def affected_json(
    engine: Engine,
    before: Mapping[Key, Resource | None],
    outputs: Mapping[Key, Resource | None],
) -> dict[str, Any]:
    """The map that `AffectedResult` describes, with the mesh as it is in the engine now. Resources
    without content, whose bodies were not read, are not looked at."""
    both = chain.from_iterable((before.get(key), outputs[key]) for key in sorted(outputs))
    changed = [each for each in both if each is not None]
    known = _InTime(each for each in changed if each.content)
    found, more = radius(known, engine.reader(INQUIRY), LOOKED_AT)
    return {
        "hosts": _named(found.hosts),
        "gateways": _named(map(str, found.gateways)),
        "workloads": _named(map(str, found.workloads)),
        "namespaces": _named(found.namespaces),
        "callers": _named(found.callers),
        "partial": more or known.late or not all(each.content for each in changed),
    }


class _InTime:
    """Resources until the time is over; at least one."""

    def __init__(self, resources: Iterator[Resource]) -> None:
        self.late = False
        """Whether there were more."""
        self._resources = resources
        self._end = time.perf_counter() + SECONDS

    def __iter__(self) -> Iterator[Resource]:
        for number, each in enumerate(self._resources):
            if number and time.perf_counter() > self._end:
                self.late = True
                return
            yield each


def _named(names: Iterable[str]) -> dict[str, Any]:
    every = sorted(names)
    return {"total": len(every), "names": every[:NAMED]}
