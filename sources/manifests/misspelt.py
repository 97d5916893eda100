"""Kinds that are misspelt: a key is deleted when its file is read without it, so a kind that nobody
knows must not be taken for a new one if it is nearly one of those that its group has."""

from difflib import get_close_matches
from functools import lru_cache

from pipeline.model import Kinds


def meant_kind(group: str, kind: str, kinds: Kinds) -> str:
    """The kind of this group that an unknown kind is probably a misspelling of; else empty."""
    if kinds.get(f"{group}/{kind}") is not None:
        return ""
    return _closest(
        kind, frozenset(other.kind for other in kinds if (other.group or "core") == group)
    )


@lru_cache(maxsize=1024)
def _closest(kind: str, known: frozenset[str]) -> str:
    near = get_close_matches(kind, sorted(known), n=1, cutoff=0.85)
    return near[0] if near else ""
