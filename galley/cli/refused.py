"""What subscribers refused, as people read it: who, why, and where what they named comes from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from galley.cli import words


def lines(refusals: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Two lines and more for each: who and why, then a resource each."""
    for each in refusals:
        yield head(each)
        for named in each["resources"]:
            reason = named["reason"] if named["reason"] != each["reason"] else ""
            yield words.clean(f"    {origin(named)}" + (f": {reason}" if reason else ""))


def head(of: Mapping[str, Any]) -> str:
    """Who refused which version, when and why, and whether that is over."""
    since = f", over since {words.when(of['settled'])}" if of["settled"] else ""
    kind = " for now" if of["kind"] == "retry" else ""
    return words.clean(
        f"{of['subscriber']} ({of['wire']}) refused version {of['version']}{kind} "
        f"{words.when(of['time'])}{since}: {of['reason']}"
    )


def origin(of: Mapping[str, Any]) -> str:
    """A resource that was named: `VirtualService/prod/a: team routes.yaml:3, a1b2c3d Fix (Ann)`."""
    name = words.name(of["resource"])
    if not of["source"]:
        return name
    brought = f", {words.commit(of['brought_by'])}" if of["brought_by"] else ""
    return f"{name}: {of['source']} {words.place(of)}{brought}"
