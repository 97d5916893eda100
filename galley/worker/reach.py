"""How far a rollback reaches: which inputs and outputs it restores, and what it takes back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from galley.store.store import Store
from galley.store.values import Difference, InputDifference, StoredInput, Version
from galley.worker.channel import Channel, now
from galley.worker.loading import contents, located, resource
from galley.worker.problems import RefusedError
from pipeline.engine.candidate import InputDelta
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key, Located, Resource


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a channel that is rolled back; empty fields stand for everything."""

    collection: str = ""
    namespace: str = ""
    resource: Key | None = None

    @property
    def whole(self) -> bool:
        return self == WHOLE

    def __contains__(self, key: Key) -> bool:
        return (
            (not self.collection or key.collection == self.collection)
            and (not self.namespace or key.namespace == self.namespace)
            and (self.resource is None or key == self.resource)
        )

    def shown(self) -> dict[str, str]:
        named = {
            "collection": self.collection,
            "namespace": self.namespace,
            "resource": str(self.resource or ""),
        }
        return {name: value for name, value in named.items() if value}


WHOLE = Scope()
"""Everything of the channel."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a rollback to `target` changes."""

    target: Version
    whole: bool
    inputs: tuple[InputDelta, ...]
    outputs: Mapping[Key, Resource | None]
    """For a whole rollback, exactly the target's outputs where they differ from what is live."""
    quarantine: tuple[Quarantined, ...]
    """With `rollback` 0: the new version's number is not known yet."""
    environment: bytes
    """Digest of the environment that is in force afterwards."""


async def reach(channel: Channel, target: Version, scope: Scope, reason: str) -> Reach:
    """Read from the store what rolling back to `target` within `scope` means.

    Raises:
        RefusedError: the target was purged.
        StoreDamagedError: a body that is needed is not what it should be.
    """
    if not target.restorable:
        raise RefusedError(
            "refused",
            f"Version {target.number} cannot be restored: one of its resources was purged.",
            remedy="Choose another version: `galley history` lists them.",
        )
    head = channel.number
    differences = await channel.store.run(lambda store: store.input_difference(head, target.number))
    chosen = [item for item in differences if item.key in scope]
    taken = await channel.store.run(lambda store: store.input_changes(target.number, head))
    environment = target.environment if scope.whole else channel.environment.digest
    entries = [
        Quarantined(source, key, digest, 0, target.number, now(), reason, version)
        for source, key, digest, version in taken
        if key in scope
    ]
    if environment != channel.environment.digest:
        entries += await channel.store.run(
            lambda store: list(_environments(store, channel, target, reason))
        )
    deltas = tuple(await _deltas(channel, chosen))
    return Reach(
        target,
        scope.whole,
        deltas,
        await _outputs(channel, head, target, deltas) if scope.whole else {},
        tuple(entries),
        environment,
    )


async def _deltas(channel: Channel, differences: list[InputDifference]) -> list[InputDelta]:
    live = channel.ledger.live
    restored = [item.new for item in differences if item.new]
    held = await located(channel.store, restored, live)
    by_input = dict(zip(map(_place, restored), held, strict=True))
    return [
        InputDelta(
            item.source,
            item.locator,
            item.key,
            _accepted(channel, item),
            by_input[_place(item.new)] if item.new else None,
        )
        for item in differences
    ]


async def _outputs(
    channel: Channel, head: int, target: Version, deltas: tuple[InputDelta, ...]
) -> dict[Key, Resource | None]:
    """The target's outputs that are not live; a body that an input has as well is read once."""
    changes: list[Difference] = await channel.store.run(
        lambda store: store.difference(head, target.number)
    )
    known = {delta.new.resource.digest: delta.new.resource for delta in deltas if delta.new}
    missing = {item.new for item in changes if item.new} - known.keys()
    bodies = await contents(channel.store, missing)
    return {item.key: _resource(item, known, bodies) for item in changes}


def _resource(
    item: Difference, known: Mapping[bytes, Resource], bodies: Mapping[bytes, bytes]
) -> Resource | None:
    if item.new is None:
        return None
    return known.get(item.new) or resource(item.key, item.new, bodies)


def _environments(
    store: Store, channel: Channel, target: Version, reason: str
) -> Iterator[Quarantined]:
    """The environments that the versions after `target` brought, and the one wanted now."""
    digests = {channel.environment.digest}
    if channel.wanted:
        digests.add(channel.wanted.digest)
    before = channel.number + 1
    while versions := store.versions(before=before, limit=200):
        digests.update(v.environment for v in versions if v.number > target.number)
        before = versions[-1].number
        if before <= target.number:
            break
    for digest in sorted(digests - {target.environment}):
        yield Quarantined("", None, digest, 0, target.number, now(), reason)


def _place(item: StoredInput) -> tuple[str, str, Key]:
    return item.origin.source, item.origin.locator, item.key


def _accepted(channel: Channel, item: InputDifference) -> Located | None:
    source = channel.ledger.sources.get(item.source)
    held = source.accepted.get(item.locator, ()) if source else ()
    return next((one for one in held if one.resource.key == item.key), None)
