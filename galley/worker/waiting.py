"""What waits for the sake of a quarantine: because of what, and what to do about it."""

from collections.abc import Iterator
from typing import Any

from pipeline.engine.inputs import SourceInputs, Unit, UnitOf, at_revision
from pipeline.engine.ledger import Ledger
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Diagnostic, Key, Located
from pipeline.model.messages.gate import QUARANTINED, REVISION_WAITS

FACTS = ("rollback", "target", "reason")


def waiting_for(ledger: Ledger, inputs: SourceInputs) -> Quarantined | None:
    """An entry because of which something of a source waits; None if nothing does."""
    return next((entry for _, entry in _holding(ledger, inputs)), None)


def waiting(ledger: Ledger) -> Iterator[Diagnostic]:
    """A word on each change unit that waits."""
    for inputs in ledger.sources.values():
        for unit, entry in _holding(ledger, inputs):
            yield waits(ledger, inputs, entry, unit.locator)


def waiting_whole(ledger: Ledger, inputs: SourceInputs) -> Diagnostic | None:
    """Why all of a source waits; None if it does not."""
    entry = waiting_for(ledger, inputs) if inputs.unit is UnitOf.REVISION else None
    return waits(ledger, inputs, entry) if entry else None


def waits(
    ledger: Ledger, inputs: SourceInputs, entry: Quarantined, locator: str = ""
) -> Diagnostic:
    """Why a change unit waits: one locator, or the whole of a source at a revision."""
    held = ledger.accepted_of(inputs.name, entry.key) if entry.key else None
    said = next(_said(inputs, entry.key, locator), held)
    facts: dict[str, Any] = {name: getattr(entry, name) for name in FACTS}
    if inputs.unit is UnitOf.LOCATOR:
        report = QUARANTINED.report(key=entry.key, **facts).at(inputs.name, locator)
    else:
        subject = f"{entry.key}{_more(ledger, entry)}"
        revision = inputs.revision[:12] or "that it is at"
        report = REVISION_WAITS.report(
            key=entry.key, name=subject, source=inputs.name, revision=revision, **facts
        ).at(inputs.name, "")
    if said and (not locator or said.origin.locator == locator):
        report = report.at_origin(said.origin)
    return at_revision(inputs.revision, [report])[0]


def _holding(ledger: Ledger, inputs: SourceInputs) -> Iterator[tuple[Unit, Quarantined]]:
    if ledger.quarantine.of_source(inputs.name):
        for unit in inputs.units():
            entry = ledger.holding(unit)
            if entry is not None:
                yield unit, entry


def _said(inputs: SourceInputs, key: Key | None, locator: str) -> Iterator[Located]:
    """Where a pending unit says something of a key."""
    places = (inputs.pending[locator],) if locator else inputs.pending.values()
    for said in places:
        yield from (item for item in said.resources if item.resource.key == key)


def _more(ledger: Ledger, entry: Quarantined) -> str:
    """How many other resources the same rollback took back."""
    taken = ledger.quarantine.of_source(entry.source)
    others = len({each.key for each in taken if each.rollback == entry.rollback}) - 1
    return f" and {others} more" if others else ""
