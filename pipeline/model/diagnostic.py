"""Something wrong with the user's configuration: a value, never an exception.

The texts and meanings of all codes are in `pipeline.analysis.messages`; whoever reports one builds
it there. A diagnostic of level `error` blocks its change unit, the others are shown.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from pipeline.model.canonical import Path
from pipeline.model.key import Key
from pipeline.model.origin import Origin


class Level(StrEnum):
    """How serious a diagnostic is; only `error` blocks."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what is wrong, on which resource or file, at which field."""

    code: str
    """Stable, never reused: `GAL0101`."""
    level: Level
    message: str
    """A sentence with a full stop that names the values concerned."""
    key: Key | None = None
    """The input resource at fault; None if no resource could be read."""
    path: Path = ()
    """The field within the manifest as written: `("spec", "http", 0, "route")`."""
    related: tuple[Key, ...] = ()
    """Other resources that the finding is about: what is missing, what it conflicts with."""
    source: str = ""
    locator: str = ""
    line: int = 0
    """Line from 1; 0 where unknown."""
    column: int = 0
    """Column from 1; 0 where unknown."""
    revision: str = ""
    """What the source called its state where this was found; empty where it has no name."""
    uid: str = ""
    generation: int = 0
    """Which object of a cluster it is, and which writing of it; see `Origin`."""

    @property
    def blocking(self) -> bool:
        return self.level is Level.ERROR

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes it the same finding when lines have moved."""
        return (self.code, self.key, self.path, self.message, self.source, self.locator)

    def at(self, source: str, locator: str, line: int = 0, column: int = 0) -> Self:
        """The same finding with its place filled in."""
        return replace(self, source=source, locator=locator, line=line, column=column)

    def at_origin(self, origin: Origin) -> Self:
        """The same finding at the place of a resource."""
        return replace(
            self,
            source=origin.source,
            locator=origin.locator,
            line=origin.line,
            revision=origin.revision,
            uid=origin.uid,
            generation=origin.generation,
        )

    def clause(self) -> str:
        """The message as the end of another sentence."""
        return f"{self.message[:1].lower()}{self.message[1:].removesuffix('.')}"

    def field(self) -> str:
        """The path as people write it: `spec.http[0].route`."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}"
        return text.removeprefix(".")

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.locator, self.line, self.column) if part)
        place += f"@{self.revision[:12]}" if self.revision else ""
        subject = str(self.key) if self.key else ""
        head = " ".join(part for part in (place, f"{self.level} {self.code}", subject) if part)
        return f"{head}: {self.message}"
