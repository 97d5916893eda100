"""What a rollback puts into quarantine: the inputs and environments that it takes back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from galley.store.store import Store
from galley.store.values import Version
from galley.worker.channel import Channel, now
from pipeline.engine.candidate import InputDelta
from pipeline.engine.quarantine import Quarantined
from pipeline.model import Key


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


async def taken_back(
    channel: Channel, target: Version, scope: Scope, deltas: Iterable[InputDelta], reason: str
) -> tuple[Quarantined, ...]:
    """The entries of a rollback to `target`, with `rollback` 0: its number is not known yet.

    Args:
        deltas: how the rollback changes the accepted inputs.
    """
    head = channel.number
    stored = await channel.store.run(lambda store: store.input_changes(target.number, head))
    restored = _restored(deltas)
    entries = [
        Quarantined(
            *(source, key, digest, 0, target.number, now(), reason, version),
            stays=_stays(channel, restored, source, key),
        )
        for source, key, digest, version in chain(stored, _accepted_since(channel, head))
        if key in scope
    ]
    really = {(entry.source, entry.key) for entry in entries if entry.digest != entry.stays}
    chosen = [entry for entry in entries if (entry.source, entry.key) in really]
    if scope.whole and target.environment != channel.environment.digest:
        chosen += await channel.store.run(
            lambda store: list(_environments(store, channel, target, reason))
        )
    return tuple(chosen)


def _accepted_since(channel: Channel, head: int) -> Iterator[tuple[str, Key, bytes | None, int]]:
    """What was accepted since the live version without another one, as if the next had brought it:
    no output shows it."""
    for source, key in {(source, key) for source, _, key in channel.ledger.owed}:
        held = channel.ledger.accepted_of(source, key)
        yield source, key, held.resource.digest if held else None, head + 1


Restored = Mapping[tuple[str, Key], bytes | None]
"""Source and key to a digest, or to None."""


def _restored(deltas: Iterable[InputDelta]) -> Restored:
    """What each source gets back under a key, wherever that is; a resource may have moved."""
    restored: dict[tuple[str, Key], bytes | None] = {}
    for delta in deltas:
        place = (delta.source, delta.key)
        digest = delta.new.resource.digest if delta.new else None
        restored[place] = digest or restored.get(place)
    return restored


def _stays(channel: Channel, restored: Restored, source: str, key: Key) -> bytes | None:
    """What a source has under a key after the rollback."""
    if (source, key) in restored:
        return restored[source, key]
    held = channel.ledger.accepted_of(source, key)
    return held.resource.digest if held else None


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
