"""Semantic versions: Kubernetes' functions `semver` and `isSemver` (semver.org, version 2.0.0)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.schema.cel.errors import CelError
from pipeline.schema.cel.overloads import typed
from pipeline.schema.cel.values import LARGEST_UINT
from pipeline.schema.digits import whole


@dataclass(frozen=True, slots=True)
class Semver:
    """A version; what is behind a `+` is kept and never compared."""

    numbers: tuple[int, int, int]
    before: tuple[str, ...]
    """The parts of the pre-release."""

    @property
    def order(self) -> tuple[Any, ...]:
        """A key that orders versions."""
        parts = tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in self.before)
        return (self.numbers, not self.before, parts)


_NUMBER = "(0|[1-9][0-9]*)"
_SEMVER = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    r"(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
    r"(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)


def parse_semver(text: str) -> Semver | None:
    """A version; None: it is none."""
    found = _SEMVER.fullmatch(text)
    if found is None:
        return None
    *numbers, before = found.groups()
    parts = tuple(before.split(".")) if before else ()
    held = [whole(digits, LARGEST_UINT) for digits in (*numbers, *filter(str.isdigit, parts))]
    major, minor, patch = held[:3]
    if None in held or major is None or minor is None or patch is None:
        return None
    return Semver((major, minor, patch), parts)


def _normalized(text: str) -> str | None:
    """Without a `v` and leading zeros, and with three numbers; None: that cannot be."""
    parts = [_without_zeros(part) for part in text.removeprefix("v").split(".", 2)]
    if len(parts) < 3 and re.search("[+-]", parts[-1]):
        return None
    return ".".join([*parts, "0", "0"][:3])


def _without_zeros(part: str) -> str:
    if len(part) <= 1:
        return part
    rest = part.lstrip("0")
    return rest if rest[:1].isdigit() else f"0{rest}"


@typed(str, bool)
def _parsed(text: str, normalize: bool = False) -> Semver | None:  # CEL's own signature
    written = _normalized(text) if normalize else text
    return None if written is None else parse_semver(written)


def _semver(text: Any, *normalize: Any) -> Semver:
    found: Semver | None = _parsed(text, *normalize)
    if found is None:
        raise CelError("Invalid Semantic Version")
    return found


def _number(place: int) -> Callable[..., int]:
    return typed(Semver)(lambda version: version.numbers[place])


MEMBERS: Mapping[str, Callable[..., Any]] = {
    "major": _number(0),
    "minor": _number(1),
    "patch": _number(2),
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "isSemver": lambda *values: _parsed(*values) is not None,
    "semver": _semver,
}
