"""What a command has found, as every format needs it; and what makes two findings the same one."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Found: TypeAlias = Mapping[str, Any]
"""A `DiagnosticResult` as a map."""

CARRIED = "carried"
"""State of a finding that was there before; it decides nothing."""

NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Report:
    """Findings on files, with paths as a forge wants them: from the root of the repository."""

    command: str
    """`galley validate`."""
    files: tuple[str, ...]
    """Every file that was read, with findings or without."""
    found: tuple[Found, ...]
    elsewhere: str
    """The file that stands for findings without one: formats that cannot do without."""
    decisive: frozenset[str] = frozenset({"error"})
    """Levels that make the command fail."""
    compared: bool = False
    """Whether it was asked which findings were there before."""
    verdict: str = ""
    """Why the command fails, besides or instead of findings, as a sentence."""

    def decides(self, found: Found) -> bool:
        """Whether a finding makes the command fail."""
        return found["level"] in self.decisive and found["state"] != CARRIED

    @property
    def new(self) -> Iterator[Found]:
        """The findings that were not there before."""
        return (each for each in self.found if each["state"] != CARRIED)

    def fingerprinted(self) -> Iterator[tuple[str, Found]]:
        """Every finding with what it is recognised by when lines have moved; each is unique.

        Numbers in the message do not count: they may be lines.
        """
        seen: Counter[str] = Counter()
        for each in self.found:
            message = NUMBER.sub("#", each["message"])
            parts = (each["code"], each["file"], each["resource"], each["field"], message)
            digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
            seen[digest] += 1
            yield f"{digest[:32]}:{seen[digest]}", each
