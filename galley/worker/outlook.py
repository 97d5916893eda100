"""What a plan's candidate means: what its inputs bring, what was there before, what would wait."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from pipeline.engine.candidate import Candidate
from pipeline.engine.gate import Gate
from pipeline.engine.inputs import Said, SourceInputs, Unit, same_content
from pipeline.engine.quarantine import Quarantined
from pipeline.engine.trial import identity
from pipeline.model import Diagnostic, Level

Why: TypeAlias = Literal["refused", "parked", "quarantined"]

MOST = 500
"""Diagnostics that an answer lists."""
ORDER = (Level.ERROR, Level.WARNING, Level.INFO)


class Kept(NamedTuple):
    """A change unit that would be kept back."""

    unit: Unit
    why: Why
    before: bool
    """Whether it is kept back now, and the plan says the same of it."""
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What publishing a plan's inputs would do."""

    candidate: Candidate
    kept: tuple[Kept, ...]
    entries: tuple[Quarantined, ...]
    """Because of which units are in quarantine."""
    new: tuple[Diagnostic, ...]
    carried: tuple[Diagnostic, ...]

    @classmethod
    def of(
        cls,
        candidate: Candidate,
        gate: Gate,
        inputs: SourceInputs,
        remarks: Iterable[Diagnostic] = (),
    ) -> "Outlook":
        """Ask while the engine is at the candidate.

        Args:
            gate: of the fork.
            inputs: what the source, of which the fork says something else, has now.
            remarks: what checks outside of the pipeline, and wires, say besides.
        """
        kept = tuple(_kept(candidate, gate, inputs))
        fork = gate.ledger.sources[inputs.name]
        notes = [note for each in fork.notes.values() for note in each]
        known = {note.identity for each in inputs.notes.values() for note in each}
        new = [found for each in kept if not each.before for found in each.diagnostics]
        new += (*candidate.waiting, *gate.remarks(), *remarks)
        new += (note for note in notes if note.identity not in known)
        old = [found for each in kept if each.before for found in each.diagnostics]
        old += (note for note in notes if note.identity in known)
        old += _standing(gate, inputs.name)
        shown = _sorted(new)[:MOST]
        told = {each.identity for each in shown}
        carried = [each for each in _sorted(old) if each.identity not in told]
        entries = (gate.ledger.holding(unit) for unit in candidate.quarantined)
        return cls(
            candidate,
            kept,
            tuple(dict.fromkeys(each for each in entries if each)),
            tuple(shown),
            tuple(carried[: MOST - len(shown)]),
        )

    def outcome(self, *, held: bool) -> str:
        """What would become of the inputs, in the words of `PlanResult`."""
        whys = {each.why for each in self.kept if not each.before}
        for why in ("refused", "parked", "quarantined"):
            if why in whys:
                return why
        if self.candidate.waiting:
            return "waiting"
        if not self.candidate.outputs:
            return "unchanged"
        return "held" if held else "published"


def _kept(candidate: Candidate, gate: Gate, inputs: SourceInputs) -> Iterator[Kept]:
    fork = gate.ledger.sources[inputs.name]

    def before(unit: Unit) -> bool:
        said, now = fork.pending.get(unit.locator), inputs.pending.get(unit.locator)
        return said is not None and now is not None and _same(said, now)

    for refusal in candidate.refused:
        yield Kept(refusal.unit, "refused", before(refusal.unit), refusal.diagnostics)
    for refusal in candidate.parked:
        yield Kept(refusal.unit, "parked", before(refusal.unit), refusal.diagnostics)
    for unit in candidate.quarantined:
        yield Kept(unit, "quarantined", before(unit))


def _same(one: Said, other: Said) -> bool:
    errors = ([each.identity for each in said.errors] for said in (one, other))
    return same_content(one.resources, other.resources) and next(errors) == next(errors)


def _standing(gate: Gate, source: str) -> Iterator[Diagnostic]:
    """Errors and warnings on the source's resources that are live already."""
    fresh = {identity(finding) for finding in gate.trial.fresh()}
    for finding in gate.trial.engine.findings():
        if finding.diagnostic.level is not Level.INFO and identity(finding) not in fresh:
            placed = gate.place(finding)
            if placed.source == source:
                yield placed


def _sorted(found: list[Diagnostic]) -> list[Diagnostic]:
    """Each once, the most serious first."""
    return sorted(dict.fromkeys(found), key=lambda each: ORDER.index(each.level))
