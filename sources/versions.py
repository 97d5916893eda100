"""Ranges of versions, as npm writes them, and the highest of some names of tags that is in one."""

import re
from collections.abc import Iterable

from semantic_version import NpmSpec, Version

_GAP = re.compile(r"([<>=^~])\s+")


class Range:
    """A range: `1.x`, `^1.4`, `>=1.2 <2`, `>=1.2, <2`, `1.x || 3.x`.

    Raises:
        ValueError: the text is no range.
    """

    def __init__(self, text: str) -> None:
        try:
            self._spec = NpmSpec(" ".join(_GAP.sub(r"\1", text.replace(",", " ")).split()))
        except ValueError:
            raise ValueError(f"{text[:100]!r} is no range of versions; write it as ^1.4") from None

    def best(self, names: Iterable[str]) -> str:
        """The name of the highest version in the range, with or without a `v` in front; empty if
        none is in it. What is no version counts for nothing."""
        found = [(version, name) for name in names if (version := _version(name))]
        inside = [(version, name) for version, name in found if version in self._spec]
        return max(inside, default=(None, ""), key=lambda each: (each[0].precedence_key, each[1]))[
            1
        ]


def _version(name: str) -> Version | None:
    try:
        return Version(name.removeprefix("v"))
    except ValueError:
        return None
