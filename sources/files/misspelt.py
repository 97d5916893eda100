"""A kind that was changed by a slip of the hand would delete what it names; here it is caught.

`sources.manifests.scopes` knows kinds by name. What it does not know (a kind without schema, in a
group of the user's own) is caught by what the file held before: the same name, and nearly the same
kind of the same group, which no schema tells to be a kind of its own.
"""

from difflib import SequenceMatcher

from pipeline.model import Broken, Diagnostic, Key, Kinds, Located, Read
from pipeline.model.messages import structure
from sources.files.held import Held
from sources.manifests import Manifests

_CLOSE = 0.8
"""Share of letters in common from which two kinds are taken for one."""


def refuse(
    change: Read, held: Held, *, kinds: Kinds, manifests: Manifests, data: bytes
) -> Broken | None:
    """The refusal of a file in which a kind was probably misspelt since it was read last."""
    holding = held.get(change.locator)
    if holding is None:
        return None
    now = {one.resource.key: one for one in change.resources}
    lost = [key for key in holding.keys if key not in now]
    new = [one for key, one in now.items() if key not in holding.keys]
    errors = tuple(
        _report(one, meant, manifests, data)
        for one in new
        if kinds.get(one.resource.key.collection) is None
        and (meant := next((key for key in lost if _close(one.resource.key, key)), None))
    )
    return Broken(change.locator, errors) if errors else None


def _close(new: Key, lost: Key) -> bool:
    group, _, kind = new.collection.partition("/")
    known_group, _, known = lost.collection.partition("/")
    if (group, new[1:]) != (known_group, lost[1:]) or kind == known:
        return False
    return SequenceMatcher(None, kind, known).ratio() >= _CLOSE


def _report(one: Located, meant: Key, manifests: Manifests, data: bytes) -> Diagnostic:
    group, _, kind = one.resource.key.collection.partition("/")
    known = meant.collection.partition("/")[2]
    report = structure.MISSPELT_KIND.report(
        key=meant, path=("kind",), kind=kind, group=group, known=known
    )
    place = manifests.locate(data, one.origin, ("kind",))
    line, column = (place.line, place.column) if place else (one.origin.line, 0)
    return report.at(one.origin.source, one.origin.locator, line, column)
