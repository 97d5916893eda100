"""What an evaluation says: findings with whom to blame, what changed, and which stages failed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter

from pipeline.model import Diagnostic, Key, Resource


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic together with the inputs whose change can have caused it.

    Two findings are equal when diagnostic, subject and stage are.
    """

    diagnostic: Diagnostic
    """Its key is always an input key: a finding on a derived resource names the parent."""
    subject: Key
    """The input key whose run reported it."""
    blames: frozenset[Key] = field(compare=False)
    """Input keys: the subject and, where it blocks, the parents of all that its run read and the
    keys it missed."""
    stage: str = ""
    """Name of the stage that reported it."""
    rivals: frozenset[Key] = field(default=frozenset(), compare=False)
    """Input keys of which one too many claims something: none is more at fault than the others, so
    whoever was there before keeps it."""

    @property
    def order(self) -> tuple[object, ...]:
        """Sorts findings by resource, then code, then field; no two that differ are alike."""
        found, key = self.diagnostic, self.diagnostic.key or self.subject
        return (key, found.code, found.field(), found.message, self.stage, self.subject)


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, sorted; equal ones put together whom they blame."""
    found: dict[Finding, Finding] = {}
    for one in findings:
        known = found.get(one)
        if known is not None and known.blames != one.blames:
            found[one] = replace(one, blames=known.blames | one.blames)
        elif known is None:
            found[one] = one
    return tuple(sorted(found.values(), key=attrgetter("order")))


@dataclass(frozen=True, slots=True)
class Defect:
    """A stage that raised or was too slow: for the log, besides its blocking diagnostic."""

    stage: str
    key: Key
    """The resource as the stage saw it."""
    problem: str
    """Type and text of the exception, or how long the call took."""
    detail: str = field(default="", compare=False)
    """The traceback."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one call of `Engine.apply` has changed; everything in sorted order."""

    changed: Mapping[Key, Resource | None]
    """Outputs that differ from before the call; None: gone."""
    added: tuple[Finding, ...]
    """Findings that were not there before. Besides what `Engine.findings` says, each blames the
    inputs whose change made its stage run: a deletion leaves nothing else to name."""
    removed: tuple[Finding, ...]
    ran: Mapping[str, int]
    """Calls by stage name."""
    defects: tuple[Defect, ...] = ()
