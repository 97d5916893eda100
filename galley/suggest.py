"""The nearest known name for a misspelt one: settings, parameters, codes, names of commands."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a complaint: `; did you mean 'reason'?`, or a full stop if nothing is near."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]!r}?" if found else "."
