"""A kind that was changed by a slip of the hand would delete what it names; here it is caught.

What the schemas know is told apart before (`sources.manifests`). A kind that nobody knows is caught
by what was accepted so far: one unit takes a resource away and brings one of the same name and of
nearly the same kind, which no schema tells to be a kind of its own.
"""

from collections.abc import Mapping
from difflib import SequenceMatcher

from pipeline.engine.inputs import Unit
from pipeline.engine.ledger import Ledger
from pipeline.engine.selection import Selection
from pipeline.model import Diagnostic, Key, Located
from pipeline.model.messages.structure import MISSPELT_KIND

CLOSE = 0.8
"""Share of letters in common from which two kinds are taken for one."""


def misspelt_kinds(
    ledger: Ledger, winners: Mapping[Key, Located | None], selection: Selection
) -> dict[Unit, list[Diagnostic]]:
    """Units in which a kind was probably misspelt since they were accepted."""
    lost: dict[tuple[str, ...], list[Key]] = {}
    for key, held in winners.items():
        if held is None:
            lost.setdefault(key[1:], []).append(key)
    reasons: dict[Unit, list[Diagnostic]] = {}
    for key, held in winners.items() if lost else ():
        if held is None or ledger.kinds.get(key.collection):
            continue
        for meant in (each for each in lost.get(key[1:], ()) if _close(key, each)):
            for unit in selection.touching(key) & selection.touching(meant):
                reasons.setdefault(unit, []).append(_report(held, meant))
    return reasons


def _close(new: Key, lost: Key) -> bool:
    group, _, kind = new.collection.partition("/")
    known_group, _, known = lost.collection.partition("/")
    if group != known_group or kind == known:
        return False
    return SequenceMatcher(None, kind, known).ratio() >= CLOSE


def _report(held: Located, meant: Key) -> Diagnostic:
    group, _, kind = held.resource.key.collection.partition("/")
    known = meant.collection.partition("/")[2]
    report = MISSPELT_KIND.report(key=meant, path=("kind",), kind=kind, group=group, known=known)
    return report.at_origin(held.origin)
