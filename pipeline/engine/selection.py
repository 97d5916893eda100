"""One choice of pending change units, narrowed down until it can be published."""

from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain
from types import MappingProxyType

from pipeline.engine.candidate import InputDelta
from pipeline.engine.claims import Claim, Claims, same_locator
from pipeline.engine.inputs import SourceInputs, Unit, same_resource
from pipeline.model import Diagnostic, Key, Located
from pipeline.model.messages.gate import ANOTHER_UNIT


class Selection:
    """The selected units, and the others with the reason why they are not."""

    def __init__(self, sources: Mapping[str, SourceInputs], claims: Claims) -> None:
        self._sources = sources
        self._claims = claims
        self.units: set[Unit] = set()
        self.refused: dict[Unit, list[Diagnostic]] = {}
        self.parked: dict[Unit, list[Diagnostic]] = {}
        self.quarantined: set[Unit] = set()
        self._touching: dict[Key, dict[Unit, list[Located]]] = {}
        """What the selected units say about each key; nothing where they give it up."""

    def start(
        self,
        units: Iterable[Unit],
        quarantined: Callable[[Unit], bool],
        known: Mapping[Unit, list[Diagnostic]] = MappingProxyType({}),
    ) -> None:
        """Select every pending unit that could be read, is not in quarantine, and is not `known` to
        be refused, with the reasons."""
        for unit in units:
            if errors := list(self._errors(unit)):
                self.refused[unit] = errors
            elif quarantined(unit):
                self.quarantined.add(unit)
            elif unit in known:
                self.refused[unit] = list(known[unit])
            else:
                self._select(unit)
        self._couple([*self.quarantined, *self.refused])

    def keys(self) -> list[Key]:
        """Every key that a selected unit says something about, sorted."""
        return sorted(key for key, units in self._touching.items() if units)

    def touching(self, key: Key) -> KeysView[Unit]:
        """The selected units that say something about a key."""
        return self._touching.get(key, {}).keys()

    def behind(self, key: Key, held: Located | None) -> AbstractSet[Unit]:
        """The selected units that are answerable for a key: the one that supplies it, or all that
        say something about it where what they say has let another one supply it."""
        touching = self.touching(key)
        if held is not None:
            unit = self._sources[held.origin.source].unit_of(held.origin.locator)
            if unit in touching:
                return {unit}
        return touching

    def claims_on(self, key: Key) -> Iterator[Claim]:
        """The claims on a key if the selected units were accepted."""
        owners = self._claims.of(key)
        for held in owners:
            if not self._speaks_of(held):
                yield Claim(held, None, owner=True)
        for unit, said in self._touching.get(key, {}).items():
            for held in said:
                yield Claim(held, unit, owner=any(same_locator(held, one) for one in owners))

    def refuse(self, reasons: Mapping[Unit, Iterable[Diagnostic]]) -> bool:
        """Drop units, and those that would lose something without them; whether any was."""
        dropped = self._drop(reasons, self.refused)
        self._couple(dropped)
        return bool(dropped)

    def park(self, reasons: Mapping[Unit, Iterable[Diagnostic]]) -> bool:
        """Drop units that would delete too much; whether any was dropped."""
        dropped = self._drop(reasons, self.parked)
        self._couple(dropped)
        return bool(dropped)

    def locators(self, unit: Unit) -> Iterable[str]:
        return self._sources[unit.source].locators(unit)

    def held_by(self, unit: Unit) -> Iterator[Located]:
        """All that a pending unit says something about: what is accepted of it, and what it
        says."""
        inputs = self._sources[unit.source]
        accepted = (inputs.accepted.get(locator, ()) for locator in self.locators(unit))
        return chain(chain.from_iterable(accepted), self._said_by(unit))

    def deltas(self, units: Iterable[Unit]) -> Iterator[InputDelta]:
        """What accepting these units does to each input, in order."""
        for unit in sorted(units):
            inputs = self._sources[unit.source]
            for locator in sorted(self.locators(unit)):
                yield from _deltas(inputs, locator)

    def _select(self, unit: Unit) -> None:
        self.units.add(unit)
        for key in self._keys_of(unit):
            self._touching.setdefault(key, {})[unit] = []
        for held in self._said_by(unit):
            self._touching[held.resource.key][unit].append(held)

    def _keys_of(self, unit: Unit) -> set[Key]:
        return {item.resource.key for item in self.held_by(unit)}

    def _speaks_of(self, held: Located) -> bool:
        """Whether a selected unit says something about the locator of an accepted resource."""
        inputs = self._sources[held.origin.source]
        return (
            inputs.unit_of(held.origin.locator) in self.units
            and held.origin.locator in inputs.pending
        )

    def _drop(
        self, reasons: Mapping[Unit, Iterable[Diagnostic]], into: dict[Unit, list[Diagnostic]]
    ) -> list[Unit]:
        dropped = [unit for unit in sorted(reasons) if unit in self.units]
        for unit in dropped:
            self.units.discard(unit)
            into.setdefault(unit, []).extend(reasons[unit])
            for key in self._keys_of(unit):
                del self._touching[key][unit]
        return dropped

    def _couple(self, dropped: Iterable[Unit]) -> None:
        """A unit that gives up a key which a dropped unit was to take over must wait as well."""
        given_up = any([] in said.values() for said in self._touching.values())
        queue = list(dropped) if given_up else []
        while queue:
            unit = queue.pop()
            losers = {loser for key in self._gained(unit) for loser in self._losing(key)}
            why = f"a resource moves from here to {unit}, which is held back."
            reasons = {
                loser: [ANOTHER_UNIT.report(why=why).at(loser.source, loser.locator)]
                for loser in losers
            }
            queue.extend(self._drop(reasons, self.refused))

    def _gained(self, unit: Unit) -> Iterator[Key]:
        inputs = self._sources[unit.source]
        for locator in self.locators(unit):
            held = {item.resource.key for item in inputs.accepted.get(locator, ())}
            for item in inputs.says(locator):
                if item.resource.key not in held:
                    yield item.resource.key

    def _losing(self, key: Key) -> Iterator[Unit]:
        """Selected units of accepted owners of a key that no longer say it."""
        for held in self._claims.of(key):
            unit = self._sources[held.origin.source].unit_of(held.origin.locator)
            said = self._touching.get(key, {}).get(unit)
            if said is not None and not any(same_locator(held, item) for item in said):
                yield unit

    def _said_by(self, unit: Unit) -> Iterator[Located]:
        inputs = self._sources[unit.source]
        for locator in self.locators(unit):
            yield from inputs.says(locator)

    def _errors(self, unit: Unit) -> Iterator[Diagnostic]:
        inputs = self._sources[unit.source]
        yield from inputs.errors
        for locator in self.locators(unit):
            if said := inputs.pending.get(locator):
                yield from said.errors


def _deltas(inputs: SourceInputs, locator: str) -> Iterator[InputDelta]:
    """What accepting one locator does to each of its inputs."""
    old = {held.resource.key: held for held in inputs.accepted.get(locator, ())}
    new = {held.resource.key: held for held in inputs.says(locator)}
    for key in sorted(old.keys() | new.keys()):
        if not same_resource(old.get(key), new.get(key)):
            yield InputDelta(inputs.name, locator, key, old.get(key), new.get(key))
