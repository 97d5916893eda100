"""What a resource has to do with the others, before it is there.

The others are what the channel would publish now: the accepted inputs, and of the pending ones
those that the gate has not refused.
"""

from collections.abc import Collection, Generator
from dataclasses import dataclass

from pipeline.engine.alone import stages_alone
from pipeline.engine.claims import resolve
from pipeline.engine.finding import Finding
from pipeline.engine.gate import Gate
from pipeline.engine.inputs import Unit
from pipeline.engine.selection import Selection
from pipeline.engine.trial import identity
from pipeline.model import Diagnostic, Key, Located
from pipeline.model.messages.gate import KEY_CLAIMED


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One thing that the channel would say of a resource and others."""

    diagnostic: Diagnostic
    new: bool
    """Whether it would not be said without the resource."""


def foresee(
    gate: Gate, mine: Located, refused: Collection[Unit]
) -> Generator[None, None, tuple[Foreseen, ...]]:
    """What becomes of a resource from its source, besides what is said of it alone.

    Yields between slices of work; the engine is left at the accepted inputs, where it has to be
    before.

    Args:
        mine: the resource, at the place where its source will have it.
        refused: pending units that will not be published, as far as is known.
    """
    rival = _rival(gate, mine)
    if rival is not None:
        return rival
    try:
        return (yield from _with(gate, mine, refused))
    finally:
        yield from gate.withdraw()


def _with(
    gate: Gate, mine: Located, refused: Collection[Unit]
) -> Generator[None, None, tuple[Foreseen, ...]]:
    trial, key = gate.trial, mine.resource.key
    others = _others(gate, refused)
    yield from trial.move(others)
    before = {identity(finding) for finding in trial.fresh()}
    before |= {identity(finding) for finding in trial.engine.findings_of(key)}
    yield from trial.move({**others, key: mine})
    alone = stages_alone(trial.engine.environment)
    found = (*trial.engine.findings_of(key), *trial.fresh())
    told = {  # what several claim is said of none of them alone
        identity(each): each for each in found if each.rivals or each.stage not in alone
    }
    return tuple(
        Foreseen(gate.place(finding), name not in before)
        for name, finding in told.items()
        if name not in before or _is_about(finding, key)
    )


def _is_about(finding: Finding, key: Key) -> bool:
    return key in (finding.subject, finding.diagnostic.key)


def _others(gate: Gate, refused: Collection[Unit]) -> dict[Key, Located | None]:
    """What the pending units that are left would change, without a word on who claims what twice:
    the gate sees to that."""
    ledger = gate.ledger
    selection = Selection(ledger.sources, ledger.claims)
    units = [unit for unit in ledger.units() if unit not in refused]
    selection.start(units, lambda unit: ledger.holding(unit) is not None)
    resolution = resolve(selection.keys(), selection.claims_on, ledger.rank)
    return ledger.changed(resolution.winners)


def _rival(gate: Gate, mine: Located) -> tuple[Foreseen, ...] | None:
    """What follows where another source supplies the key: nothing, or that it stays so."""
    ledger, key = gate.ledger, mine.resource.key
    owner = ledger.accepted(key)
    if owner is None or owner.origin.source == mine.origin.source:
        return None
    ours, theirs = ledger.rank(mine.origin.source), ledger.rank(owner.origin.source)
    if ours != theirs:
        return None if ours > theirs else ()
    claimed = KEY_CLAIMED.report(key=key, name=key, other=owner.origin).at_origin(mine.origin)
    return (Foreseen(claimed, new=True),)
