"""What a difference affects, beside the difference: hosts, gateways, workloads and who calls."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from pipeline.analysis.radius import STAGE, radius
from pipeline.engine.engine import Engine
from pipeline.model import Key, Resource

LOOKED_AT = 1000
"""Resources of a difference that are looked at; each takes some tens of microseconds."""
NAMED = 100
"""Of each sort, what an answer names; of the others it says how many there are."""


def affected_json(
    engine: Engine,
    before: Mapping[Key, Resource | None],
    outputs: Mapping[Key, Resource | None],
) -> dict[str, Any]:
    """The map that `AffectedResult` describes, with the mesh as it is in the engine now."""
    changed = chain.from_iterable((before.get(key), outputs[key]) for key in sorted(outputs))
    known = (each for each in changed if each is not None and each.content)
    found, more = radius(known, engine.reader(STAGE), LOOKED_AT)
    return {
        "hosts": _named(found.hosts),
        "gateways": _named(map(str, found.gateways)),
        "workloads": _named(map(str, found.workloads)),
        "namespaces": _named(found.namespaces),
        "callers": _named(found.callers),
        "partial": more,
    }


def _named(names: Iterable[str]) -> dict[str, Any]:
    every = sorted(names)
    return {"total": len(every), "names": every[:NAMED]}
