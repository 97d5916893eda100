"""What a difference affects, in words: one line for each sort of thing."""

from collections.abc import Iterator, Mapping
from typing import Any

from galley.cli import words

SHOWN = 6
"""Names on a line; of the others it says how many there are."""
SORTS = ("hosts", "gateways", "workloads", "namespaces", "callers")
EVERY = {
    "namespaces": "every workload of the mesh",
    "callers": "calls from every namespace",
}
"""What `*` stands for."""
EACH = {"namespaces": "every workload in {}", "callers": "calls from {}"}


def lines(affects: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What sort of thing, and which."""
    for sort in SORTS:
        found = affects.get(sort) or {}
        if names := found.get("names"):
            yield sort, _listed(sort, names, found["total"])
    if affects.get("partial"):
        yield "and more", "the difference is too large to look at all of it"


def _listed(sort: str, names: list[str], total: int) -> str:
    if names == ["*"]:
        return EVERY[sort]
    shown = ", ".join(map(words.name, names[:SHOWN]))
    more = f" and {total - SHOWN:,} more" if total > SHOWN else ""
    return EACH.get(sort, "{}").format(shown + more)
