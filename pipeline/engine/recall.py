"""What one proposal takes from the memory of refusals, and what it gives back."""

from collections.abc import Iterable, Mapping
from itertools import chain

from pipeline.engine.candidate import Words
from pipeline.engine.claims import same_locator
from pipeline.engine.finding import Finding
from pipeline.engine.inputs import Unit
from pipeline.engine.ledger import Ledger
from pipeline.engine.meetings import Content, Met
from pipeline.engine.memory import Memory, Reason, Refused
from pipeline.engine.selection import Selection
from pipeline.model import Diagnostic, Key, Located
from pipeline.model.messages import stage as messages

PASSING = frozenset({messages.TOO_SLOW.code, messages.FAILED.code})
"""Diagnostics that the same inputs need not get again."""


class Recall:
    """The memory as one proposal uses it; the calls come in the order in which they stand here."""

    def __init__(self, memory: Memory | None, ledger: Ledger, selection: Selection) -> None:
        """Without a memory nothing is known, and nothing kept."""
        self._memory = memory
        self._ledger = ledger
        self._selection = selection
        self._judged: frozenset[Unit] | None = None
        """The units of the first selection that was judged."""
        self._reasons: dict[Unit, tuple[Reason, ...]] = {}

    def known(self, units: Iterable[Unit]) -> dict[Unit, list[Diagnostic]]:
        """Those of the pending units that are refused without being judged, and why."""
        memory, pending = self._memory, set(units)
        if memory is None:
            return {}
        stale = [
            unit
            for unit, refused in memory.refused.items()
            if unit not in pending or not self._stands(unit, refused)
        ]
        memory.forget([*stale, *memory.begin()])
        queue = list(pending - memory.refused.keys())
        while queue:
            content = self._content(queue.pop())
            queue.extend(memory.forget(memory.meetings.before_stages(content)))
        return {
            unit: [self._placed(reason) for reason in refused.reasons]
            for unit, refused in memory.refused.items()
        }

    def met(self, blocking: Iterable[Finding]) -> bool:
        """The selection was evaluated: whether it meets units that were remembered and are not any
        more. Then begin again; if not, what is dropped from here on will be remembered."""
        memory = self._memory
        if memory is None:
            return False
        memory.blamed(key for finding in blocking for key in finding.blames)
        gone = memory.forget(memory.stirred())
        if self._judged is None and not gone:
            self._judged = frozenset(self._selection.units)
            memory.trace()
        return bool(gone)

    def blamed(self, reasons: Mapping[Unit, Iterable[Reason]]) -> None:
        """The stages refuse these units. What follows from a parked one may not last."""
        for unit, found in reasons.items() if not self._selection.parked else ():
            kept = tuple(found)
            if not any(reason.diagnostic.code in PASSING for reason in kept):
                self._reasons[unit] = kept

    def keep(self) -> None:
        """The proposal is made: remember what it has dropped since it was first judged."""
        if self._memory is None:
            return
        trace = self._memory.traced()
        dropped: dict[Unit, Refused] = {}
        for unit in (self._judged or frozenset()) - self._selection.units:
            content = self._content(unit)
            reasons = self._reasons.get(unit, ())
            names = frozenset[Key]().union(*(reason.blames for reason in reasons))
            met = Met(content, names, trace.touches(content.keys), trace.needs(content.keys))
            dropped[unit] = Refused(met, reasons)
        self._memory.remember(dropped)

    def _stands(self, unit: Unit, refused: Refused) -> bool:
        """Whether the stages have refused a unit for what it still says."""
        return bool(refused.reasons) and refused.met.content.words == self._words(unit)

    def _content(self, unit: Unit) -> Content:
        kinds = self._ledger.kinds
        held = tuple(self._selection.held_by(unit))
        keys = frozenset(item.resource.key for item in held)
        claims = chain.from_iterable(map(self._ledger.claims.of, keys))
        versions = {
            (item.resource.key.collection, item.resource.api_version)
            for item in (*held, *claims)
            if not kinds.get(item.resource.key.collection)
        }
        return Content(self._words(unit), keys, frozenset(versions))

    def _words(self, unit: Unit) -> Words:
        return self._ledger.sources[unit.source].words(unit)

    def _placed(self, reason: Reason) -> Diagnostic:
        """The diagnostic where its resource is now: what is accepted, or would be in the place of
        what is, may be on other lines, or of a source of higher rank."""
        found, held = reason.diagnostic, reason.held
        if held is None or found.key is None:
            return found
        known = (self._ledger.accepted(found.key), *self._ledger.claims.of(found.key))
        same = [each for each in known if each and each.resource == held.resource]
        here = [each for each in same if same_locator(each, held)]
        now = max(chain(here, same), key=self._rank, default=None)
        return found.at(now.origin.source, now.origin.locator, now.origin.line) if now else found

    def _rank(self, held: Located) -> int:
        return self._ledger.rank(held.origin.source)
