"""Observed resources: facts about the world (Pods, Endpoints), not configuration.

They pass no gate: the latest is what is, and they never hold a candidate back. This keeps what each
locator last held of them and says what a batch changes, and what of it the store has not learnt:
from the store a new process knows what a locator held that cannot be read just then.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from pipeline.engine.ledger import Spot
from pipeline.model import Batch, Change, Key, Located, Origin, Read, Removed, Resource


@dataclass(slots=True)
class Observed:
    """What every source has observed, by locator."""

    is_observed: Callable[[str], bool]
    """Whether a collection is observed."""
    owed: dict[Spot, Resource | None] = field(default_factory=dict)
    """What has changed at which place since the store learnt of it."""
    _held: dict[tuple[str, str], dict[Key, Resource]] = field(default_factory=dict)

    def load(self, items: Iterable[Located]) -> None:
        """What the store has kept."""
        for item in items:
            place = (item.origin.source, item.origin.locator)
            self._held.setdefault(place, {})[item.resource.key] = item.resource

    def sources(self) -> set[str]:
        """Those that have observed something."""
        return {source for source, _ in self._held}

    def split(self, batch: Batch) -> tuple[Batch, dict[Key, Resource | None]]:
        """The batch without its observed resources, and what these change."""
        changes: dict[Key, Resource | None] = {}
        kept: list[Change] = []
        for change in batch.changes:
            if isinstance(change, Read):
                mine, rest = self._partition(change.resources)
                self._hold((batch.source, change.locator), mine, changes)
                kept.append(replace(change, resources=rest) if mine else change)
            else:
                if isinstance(change, Removed):
                    self._hold((batch.source, change.locator), {}, changes)
                kept.append(change)
        if batch.complete:
            self._forget_unmentioned(batch, changes)
        return replace(batch, changes=tuple(kept)), changes

    def resources(self) -> dict[Key, Resource]:
        """Everything that is observed now."""
        return {key: item for held in self._held.values() for key, item in held.items()}

    def origin_of(self, key: Key) -> Origin | None:
        """Where something observed is held; None if it is nowhere."""
        for (source, locator), held in self._held.items():
            if key in held:
                return Origin(source, "", locator)
        return None

    def _partition(
        self, resources: tuple[Located, ...]
    ) -> tuple[dict[Key, Resource], tuple[Located, ...]]:
        mine = {
            item.resource.key: item.resource
            for item in resources
            if self.is_observed(item.resource.key.collection)
        }
        if not mine:
            return mine, resources
        return mine, tuple(item for item in resources if item.resource.key not in mine)

    def _hold(
        self,
        place: tuple[str, str],
        now: dict[Key, Resource],
        changes: dict[Key, Resource | None],
    ) -> None:
        before = self._held.pop(place, {})
        if now:
            self._held[place] = now
        different: dict[Key, Resource | None] = dict.fromkeys(before.keys() - now.keys())
        different.update({key: item for key, item in now.items() if before.get(key) != item})
        changes.update(different)
        self.owed.update({(*place, key): item for key, item in different.items()})

    def _forget_unmentioned(self, batch: Batch, changes: dict[Key, Resource | None]) -> None:
        mentioned = {change.locator for change in batch.changes}
        below = tuple(name for name in mentioned if name.endswith("/"))
        for source, locator in list(self._held):
            in_scope = source == batch.source and locator.startswith(batch.scope)
            spoken_for = locator in mentioned or (below and locator.startswith(below))
            if in_scope and not spoken_for:
                self._hold((source, locator), {}, changes)
