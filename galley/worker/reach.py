"""How far a rollback reaches: which inputs and outputs it restores, and what it takes back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from galley.store.store import Store
from galley.store.values import Difference, InputDifference, StoredInput, Version
from galley.worker.channel import Channel
from galley.worker.loading import contents, located, resource
from galley.worker.problems import RefusedError
from galley.worker.provenance import embodied_since
from galley.worker.taking_back import Scope, taken_back
from pipeline.engine.candidate import InputDelta
from pipeline.engine.inputs import Return, same_resource
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key, Resource


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
    returns: Mapping[str, Return]
    """Where it brings the sources of these inputs."""


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
    environment = target.environment if scope.whole else channel.environment.digest
    deltas = (*await _deltas(channel, chosen), *_owed(channel, chosen, scope))
    return Reach(
        target,
        scope.whole,
        deltas,
        await _outputs(channel, head, target, deltas) if scope.whole else {},
        await taken_back(channel, target, scope, deltas, reason),
        environment,
        await channel.store.run(partial(_returns, target, _returning(deltas))),
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
            channel.ledger.accepted_at(item.source, item.locator, item.key),
            by_input[_place(item.new)] if item.new else None,
        )
        for item in differences
    ]


def _owed(
    channel: Channel, differences: list[InputDifference], scope: Scope
) -> Iterator[InputDelta]:
    """Inputs that were accepted since the live version, which no output shows: they go back too."""
    known = {(item.source, item.locator, item.key) for item in differences}
    for spot, stored in channel.ledger.owed.items():
        if spot not in known and spot[2] in scope:
            yield InputDelta(*spot, channel.ledger.accepted_at(*spot), stored)


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


def _returning(deltas: Iterable[InputDelta]) -> set[str]:
    """The sources that get something else; what was accepted without a version may be as it was at
    the target already, and only the store does not know."""
    return {each.source for each in deltas if not same_resource(each.old, each.new)}


def _returns(target: Version, sources: set[str], store: Store) -> dict[str, Return]:
    return {
        name: Return(target.revisions.get(name, ""), embodied_since(store, target, name))
        for name in sources
    }


def _place(item: StoredInput) -> tuple[str, str, Key]:
    return item.origin.source, item.origin.locator, item.key
