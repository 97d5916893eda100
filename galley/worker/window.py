"""The deletion budget's window after a restart: what was deleted before still counts."""

from galley.store.store import Store
from galley.store.values import InputDifference, Version, VersionKind
from galley.worker.channel import Channel, now
from pipeline.engine.budget import Change, Share
from pipeline.model import Key

PAGE = 200
"""Versions read at once."""


async def rebuild(channel: Channel) -> None:
    """Note what the versions of the window have added and deleted, as when they were published.

    The accepted inputs of the live version are in the ledger already. Of a key that came and went
    within the window nothing is noted.

    Raises:
        StoreError: the store cannot be read.
    """
    since = now() - channel.gate.budget.limits.window
    recent, differences, moved = await channel.store.run(lambda store: _read(store, since))
    held, gone = _sides(differences)
    newest = recent[max(recent)]
    for number, source, key in sorted(moved):
        version = recent.get(number, newest)  # it may not be kept any more
        share = Share(key.collection, source)
        if (source, key) in held and channel.ledger.share(key) == share:
            channel.gate.budget.note(share, Change(version.time, key, added=True))
        exempt = version.kind is VersionKind.ROLLBACK
        if (source, key) in gone and channel.ledger.accepted(key) is None and not exempt:
            channel.gate.budget.note(share, Change(version.time, key, added=False))


def _read(
    store: Store, since: float
) -> tuple[dict[int, Version], list[InputDifference], set[tuple[int, str, Key]]]:
    """The versions since a time, how their inputs differ from what was live then, and the last of
    them that changed each input."""
    recent = _recent(store, since)
    base, head = min(recent), max(recent)
    last: dict[tuple[str, Key], int] = {}
    for source, key, _, number in store.input_changes(base, head):
        last[source, key] = max(number, last.get((source, key), 0))
    moved = {(number, *place) for place, number in last.items()}
    return recent, store.input_difference(base, head), moved


def _recent(store: Store, since: float) -> dict[int, Version]:
    """The version that was live at a time, or the first there is, and all after it."""
    found: dict[int, Version] = {}
    before = 0
    while versions := store.versions(before=before, limit=PAGE):
        for version in versions:
            found[version.number] = version
            if version.time <= since:
                return found
        before = versions[-1].number
    return found


def _sides(
    differences: list[InputDifference],
) -> tuple[set[tuple[str, Key]], set[tuple[str, Key]]]:
    """(source, key) of what is there now and was not, and of what was there and is not."""
    old = {(item.source, item.key) for item in differences if item.old}
    new = {(item.source, item.key) for item in differences if item.new}
    return new - old, old - new
