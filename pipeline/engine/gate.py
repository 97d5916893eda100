"""The gate: which pending change units are published next, and which are kept back and why.

A published version is always stages(accepted + selected pending change units) under one
environment. The gate starts with all pending units, drops those that a blocking diagnostic names,
and tries again until none is dropped. It decides only; the worker commits, then calls `accept`.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.engine.budget import Change, DeletionBudget, Share
from pipeline.engine.candidate import Candidate, InputDelta, Named, Refusal, units_id
from pipeline.engine.claims import resolve
from pipeline.engine.finding import Finding
from pipeline.engine.inputs import Return, Said, Unit, at_revision
from pipeline.engine.ledger import Ledger
from pipeline.engine.memory import Reason
from pipeline.engine.misspelt import misspelt_kinds
from pipeline.engine.opinions import Opinions
from pipeline.engine.recall import Recall
from pipeline.engine.selection import Selection
from pipeline.engine.trial import Trial
from pipeline.engine.versions import version_conflicts
from pipeline.model import Diagnostic, Key, Located, Resource
from pipeline.model.messages.gate import EVERYTHING_WAITS


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an operator asks of one proposal; by default nothing."""

    confirm: str = ""
    """Id of the parked units that may delete as much as they do."""
    override: frozenset[Key] | None = frozenset()
    """Keys whose quarantine is overridden; None: all."""


class Gate:
    """The decision what is published next, over the inputs in a ledger."""

    def __init__(
        self,
        ledger: Ledger,
        trial: Trial,
        budget: DeletionBudget,
        *,
        isolate: bool = True,
        remembers: bool = True,
    ) -> None:
        """`remembers`: whether refusals that still stand are taken from earlier proposals; it makes
        no difference but time."""
        self.ledger = ledger
        self.trial = trial
        self.budget = budget
        self.isolate = isolate
        self.remembers = remembers
        self.opinions = Opinions()
        self._turn = 0
        """Counts how often the accepted inputs have changed."""

    def propose(self, now: float, wishes: Wishes | None = None) -> Generator[None, None, Candidate]:
        """Choose among all pending units; yields between slices of work so that others breathe.

        The engine is left at the candidate: follow with `accept` or `withdraw`.
        """
        wishes = wishes or Wishes()
        while (candidate := (yield from self._propose(now, wishes))) is None:
            yield from self.withdraw()
        return candidate

    def repeat(self, candidate: Candidate) -> Generator[None, None, Candidate]:
        """Propose once more what was proposed before and still `stands`, whatever the sources have
        said since; follow with `accept` or `withdraw`."""
        yield from self.trial.move(candidate.winners)
        return replace(candidate, checked=True)

    def stands(self, candidate: Candidate) -> bool:
        """Whether the accepted inputs and the environment are what the candidate follows on."""
        return candidate.turn == self._turn

    def _propose(self, now: float, wishes: Wishes) -> Generator[None, None, Candidate | None]:
        """One way from all units to a candidate; None: it met refusals that were remembered."""
        selection = Selection(self.ledger.sources, self.ledger.claims)
        recall = Recall(self.trial.memory if self.remembers else None, self.ledger, selection)
        units = set(self.ledger.units())
        kept = self.opinions.known(units, self.ledger.sources, now)
        known = {**recall.known(units - kept.keys()), **kept}
        selection.start(self.ledger.units(), lambda unit: self._held(unit, wishes), known)
        while True:
            resolution = resolve(selection.keys(), selection.claims_on, self.ledger.rank)
            if selection.refuse(resolution.conflicts):
                continue
            winners = self.ledger.changed(resolution.winners)
            if selection.refuse(version_conflicts(self.ledger, winners, selection)):
                continue
            if selection.refuse(misspelt_kinds(self.ledger, winners, selection)):
                continue
            yield from self.trial.move(winners)
            blocking = self.trial.blocking()
            if recall.met(blocking):
                return None
            blamed = self._blamed(blocking, selection)
            recall.blamed(blamed)
            if selection.refuse(_diagnostics(blamed)):
                continue
            if self._park(now, wishes, selection):
                continue
            if not self.isolate and selection.units and (selection.refused or selection.parked):
                _refuse_all(selection)
                continue
            candidate = self._candidate(selection, blocking)
            candidate, refused = self.opinions.judge(candidate, self.ledger.live, now)
            if selection.refuse(refused):
                continue
            recall.keep()
            return candidate

    def withdraw(self) -> Generator[None, None, None]:
        """Put the engine back to the accepted inputs."""
        yield from self.trial.move({})
        self.trial.settle()

    def accept(self, candidate: Candidate, now: float, *, written: bool = True) -> None:
        """The candidate was published, or not `written` as a version because it changes no output:
        its inputs are the accepted ones from here on.

        The first publication uses up nothing of the budget.
        """
        self._turn += 1
        first = not self.ledger.live
        shares = {key: self.ledger.share(key) for key in self.trial.applied}
        self.ledger.accept(candidate, written=written)
        self.trial.memory.accepted(candidate.inputs)
        if not first:
            self._note(now, shares)
        self.trial.settle()

    def install(self, trial: Trial) -> None:
        """Another environment, or other settings, are in force: the engine is another one."""
        self._turn += 1
        self.opinions.clear()
        self.trial = trial

    def restore(
        self,
        inputs: Iterable[InputDelta],
        outputs: Mapping[Key, Resource | None],
        returns: Mapping[str, Return],
        now: float,
    ) -> None:
        """A rollback was published: what it brings back is there again, what it deletes is exempt
        from the budget."""
        self._turn += 1
        self.opinions.clear()
        shares = {key: self.ledger.share(key) for key in self.trial.applied}
        self.ledger.restore(inputs, outputs, returns)
        self._note(now, {key: None for key in shares if self.ledger.share(key) != shares[key]})
        self.trial.settle()
        self.trial.memory.clear()

    def origin_of(self, key: Key) -> Located | None:
        """The input under a key, as applied now or as accepted."""
        applied = self.trial.applied
        return (applied.get(key) or None) if key in applied else self.ledger.accepted(key)

    def place(self, finding: Finding) -> Diagnostic:
        """The finding's diagnostic with the place of the resource that it is about."""
        held = self._found_on(finding)
        return finding.diagnostic.at_origin(held.origin) if held else finding.diagnostic

    def place_output(self, found: Diagnostic) -> Diagnostic:
        """A diagnostic on an output as one on the input that it is made of, at its place."""
        if found.key is None:
            return found
        root = (self.trial.engine.parents(found.key) or (found.key,))[0]
        held = self.origin_of(root)
        named = replace(found, key=root)
        return named.at_origin(held.origin) if held else named

    def remarks(self) -> list[Diagnostic]:
        """What is newly found about the candidate without blocking it; ask before `withdraw`."""
        return [self.place(found) for found in self.trial.fresh() if not found.diagnostic.blocking]

    def _found_on(self, finding: Finding) -> Located | None:
        key = finding.diagnostic.key or finding.subject
        return self.origin_of(key) or self.ledger.accepted(key)

    def _held(self, unit: Unit, wishes: Wishes) -> bool:
        override = wishes.override
        return override is not None and self.ledger.holding(unit, override) is not None

    def _note(self, now: float, shares: Mapping[Key, Share | None]) -> None:
        """Count what has become of keys, each with the share that it belonged to."""
        for key, before in shares.items():
            share = self.ledger.share(key)
            if share and share != before:
                self.budget.note(share, Change(now, key, added=True))
            elif before and not share:
                self.budget.note(before, Change(now, key, added=False))

    def _blamed(
        self, blocking: Iterable[Finding], selection: Selection
    ) -> dict[Unit, list[Reason]]:
        """The units that each blocking finding names, with its diagnostic. Newcomers among rivals
        come first and alone: whatever else is found may be their doing."""
        ordered = sorted(blocking, key=lambda finding: finding.order)
        new = self._reasons(ordered, lambda finding: self._newcomers(finding, selection))
        return new or self._reasons(ordered, lambda finding: self._named(finding, selection))

    def _reasons(
        self, findings: Iterable[Finding], named: Callable[[Finding], set[Unit]]
    ) -> dict[Unit, list[Reason]]:
        reasons: dict[Unit, list[Reason]] = {}
        for finding in findings:
            for unit in named(finding):
                reason = Reason(self.place(finding), self._found_on(finding), finding.blames)
                reasons.setdefault(unit, []).append(reason)
        return reasons

    def _named(self, finding: Finding, selection: Selection) -> set[Unit]:
        """A deletion that breaks what refers to it comes first, then the resource itself, then
        whatever else its run has read: the fewest changes are held back that way."""
        applied = self.trial.applied
        blamed = [key for key in sorted(finding.blames) if key in applied]
        deletions = [key for key in blamed if applied[key] is None]
        for keys in (deletions, [finding.subject], blamed):
            if units := self._behind(keys, selection):
                return units
        return set()

    def _newcomers(self, finding: Finding, selection: Selection) -> set[Unit]:
        """Those behind rivals that were not there before."""
        new = (key for key in finding.rivals if self.ledger.accepted(key) is None)
        return self._behind(new, selection)

    def _behind(self, keys: Iterable[Key], selection: Selection) -> set[Unit]:
        applied = self.trial.applied
        changed = (key for key in keys if key in applied)
        return {unit for key in changed for unit in selection.behind(key, applied[key])}

    def _park(self, now: float, wishes: Wishes, selection: Selection) -> bool:
        gone = [key for key, held in self.trial.applied.items() if held is None]
        deleted = [(share, key) for key in gone if (share := self.ledger.share(key))]
        trips = {trip.share: trip.diagnostic for trip in self.budget.trips(now, deleted)}
        if not trips:
            return False
        reasons: dict[Unit, list[Diagnostic]] = {}
        for share, key in deleted:
            for unit in selection.touching(key) if share in trips else ():
                found = reasons.setdefault(unit, [])
                if trips[share] not in found:
                    found.append(trips[share].at(unit.source, unit.locator))
        if wishes.confirm and wishes.confirm == _id_of(reasons, selection):
            return False
        return selection.park(reasons)

    def _candidate(self, selection: Selection, blocking: list[Finding]) -> Candidate:
        outputs = self.ledger.differences(self.trial.touched, self.trial.engine.outputs)
        tally = self.ledger.live.tally(outputs)
        return Candidate(
            units=frozenset(selection.units),
            inputs=tuple(selection.deltas(selection.units)),
            outputs=outputs,
            digest=tally.digest,
            added=tally.added,
            changed=tally.changed,
            deleted=tally.deleted,
            resources=tally.resources,
            refused=self._refusals(selection.refused),
            parked=self._refusals(selection.parked),
            parked_id=_id_of(selection.parked, selection) if selection.parked else "",
            waiting=tuple(self.place(finding) for finding in blocking),
            quarantined=tuple(sorted(selection.quarantined)),
            words=self._words(selection.units),
            winners=self.trial.applied,
            named=self._named_by(selection, outputs) if self.opinions.answers else {},
            turn=self._turn,
        )

    def _words(self, units: Iterable[Unit]) -> dict[str, dict[str, Said]]:
        words: dict[str, dict[str, Said]] = {}
        for unit in units:
            words.setdefault(unit.source, {}).update(self.ledger.sources[unit.source].words(unit))
        return words

    def _refusals(self, reasons: Mapping[Unit, list[Diagnostic]]) -> tuple[Refusal, ...]:
        """With the revision at which each unit says what is refused."""
        revisions = {unit: self.ledger.sources[unit.source].revision for unit in reasons}
        return tuple(
            Refusal(unit, at_revision(revisions[unit], found))
            for unit, found in sorted(reasons.items())
        )

    def _named_by(self, selection: Selection, outputs: Iterable[Key]) -> dict[Key, Named]:
        """What is behind each output that changes, and each input."""
        roots = {key: self.trial.engine.parents(key) or (key,) for key in outputs}
        roots.update({key: (key,) for key in self.trial.applied})
        return {key: self._named_for(parents, selection) for key, parents in roots.items()}

    def _named_for(self, parents: tuple[Key, ...], selection: Selection) -> Named:
        """The first of the parents that changes stands for all of them."""
        changed = (parent for parent in parents if selection.touching(parent))
        first = next(changed, parents[0])
        units = frozenset().union(*map(selection.touching, parents))
        return Named(self.origin_of(first) or self.ledger.accepted(first), units)


def _refuse_all(selection: Selection) -> None:
    count = len(selection.refused) + len(selection.parked)
    reasons = {
        unit: [EVERYTHING_WAITS.report(count=count).at(unit.source, unit.locator)]
        for unit in selection.units
    }
    selection.refuse(reasons)


def _diagnostics(reasons: Mapping[Unit, list[Reason]]) -> dict[Unit, list[Diagnostic]]:
    return {unit: [reason.diagnostic for reason in found] for unit, found in reasons.items()}


def _id_of(units: Iterable[Unit], selection: Selection) -> str:
    def changes() -> Iterator[tuple[Unit, Key, bytes | None, bytes | None]]:
        for unit in units:
            for delta in selection.deltas([unit]):
                old = delta.old.resource.digest if delta.old else None
                new = delta.new.resource.digest if delta.new else None
                yield unit, delta.key, old, new

    return units_id(changes())
