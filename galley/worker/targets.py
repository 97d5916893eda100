"""Which version a rollback means: a number, `previous`, `last-good`, a time, a digest."""

import re
from collections.abc import Iterator

from galley.store.store import Store
from galley.store.values import Delivery, Version
from galley.worker.channel import now
from galley.worker.problems import RefusedError, conflict, not_found, usage

BAKED = 300.0
"""Seconds for which a version must have been live to be called good."""

HAD = 0.95
"""Share of the subscribers connected throughout that must have had it."""

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

_AGO = re.compile(r"@?(\d+)([smhd])( ago)?")
_DIGEST = re.compile(r"(sha:|sha256:)?([0-9a-f]{4,64})")


def resolve(store: Store, text: str, head: Version) -> Version:
    """The version that `text` names.

    Raises:
        RefusedError: no version is named so, or (for `last-good`) none is known to be good.
        UnknownVersionError: a number that is not in the history.
    """
    text = text.strip() or "previous"
    if text == "previous":
        return _previous(store, head)
    if text == "last-good":
        return _last_good(store, head)
    if text.isdecimal() and len(text) < 16:
        return store.version(int(text))
    if ago := _AGO.fullmatch(text):
        return _at(store, now() - int(ago[1]) * UNITS[ago[2]], text)
    if digest := _DIGEST.fullmatch(text):
        return _by_digest(store, digest[2])
    raise usage(
        f"{text!r} names no version.",
        "Write a number, `previous`, `last-good`, a time such as `2h`, or a digest such as "
        "`sha:1f3a`.",
    )


def _previous(store: Store, head: Version) -> Version:
    for version in _history(store, head):
        if not version.rolled_back_by and version.digest != head.digest:
            return version
    raise not_found("There is no earlier version that was not itself rolled back.")


def _last_good(store: Store, head: Version) -> Version:
    received = store.received()
    nobody = True
    for version in (head, *_history(store, head)):
        delivery = received.get(version.number)
        nobody = nobody and not (delivery and delivery.connected)
        if _good(version, delivery):
            if version.digest == head.digest:
                raise conflict(f"The live version {head.number} is itself the last good one.")
            return version
    if nobody:
        raise conflict(
            "No subscriber was connected, so no version is known to be good.",
            "Name a version: `galley history` lists them.",
        )
    raise not_found("No version is known to be good.", "Name one: `galley history` lists them.")


def _good(version: Version, delivery: Delivery | None) -> bool:
    """Live long enough, not rolled back, had by nearly all, refused by none."""
    lived = (version.ended or now()) - version.time
    if delivery is None or not delivery.connected or lived < BAKED:
        return False
    had = delivery.had >= delivery.connected * HAD
    return had and not delivery.refused and not version.rolled_back_by


def _at(store: Store, moment: float, text: str) -> Version:
    version = store.live_at(moment)
    if version is None:
        raise not_found(f"Nothing was live yet {text.removesuffix(' ago').lstrip('@')} ago.")
    return version


def _by_digest(store: Store, prefix: str) -> Version:
    versions = store.by_digest(prefix)
    if not versions:
        raise not_found(f"No version has a digest that begins with {prefix}.")
    if len({version.digest for version in versions}) > 1:
        raise RefusedError("usage", f"Several digests begin with {prefix}.", remedy="Write more.")
    return versions[0]


def _history(store: Store, head: Version) -> Iterator[Version]:
    """All earlier versions, newest first."""
    before = head.number
    while versions := store.versions(before=before, limit=200):
        yield from versions
        before = versions[-1].number
