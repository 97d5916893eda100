"""One entry of the catalogue: a stable code, how it reads, what it means, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.model.canonical import Path
from pipeline.model.diagnostic import Diagnostic, Level
from pipeline.model.key import Key


@dataclass(frozen=True, slots=True)
class Message:
    """A kind of diagnostic. `report` builds the diagnostic itself from facts."""

    code: str
    """`GAL0101`; never reused, retired ones stay in the catalogue as comments."""
    level: Level
    title: str
    """A few words for tables: `duplicate map key`."""
    template: str
    """A sentence with a full stop, with the facts in braces."""
    meaning: str
    """Why it matters, and what happens to the configuration meanwhile."""
    example: str
    """A short manifest or setting that gets it."""
    remedy: str
    """What to do about it."""
    istio: str = ""
    """The codes under which Istio's own analysis knows it, with blanks between: `IST0109`."""

    def report(
        self,
        *,
        key: Key | None = None,
        path: Path = (),
        related: Iterable[Key] = (),
        level: Level | None = None,
        **facts: object,
    ) -> Diagnostic:
        """The diagnostic with these facts; its place is filled in by `Diagnostic.at`."""
        return Diagnostic(
            code=self.code,
            level=level or self.level,
            message=self.template.format(**facts),
            key=key,
            path=path,
            related=tuple(related),
        )
