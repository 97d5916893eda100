"""The outputs of the live version, with the digest of the set kept up to date."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pipeline.model import Buckets, Key, Resource


class Tally(NamedTuple):
    """What a set of changed outputs amounts to."""

    added: int
    changed: int
    deleted: int
    resources: int
    digest: bytes


class Live(dict[Key, Resource]):
    """Outputs by key. Change it only through `put_all`, which keeps the digest right."""

    def __init__(self, outputs: Iterable[Resource] = ()) -> None:
        super().__init__((resource.key, resource) for resource in outputs)
        self._buckets = Buckets((key.hash, resource.digest) for key, resource in self.items())

    @property
    def digest(self) -> bytes:
        return self._buckets.digest()

    def differences(self, outputs: Mapping[Key, Resource | None]) -> dict[Key, Resource | None]:
        """Those of these outputs that are not what is live, in order of their keys."""
        return {key: outputs[key] for key in sorted(outputs) if self.get(key) != outputs[key]}

    def tally(self, changes: Mapping[Key, Resource | None]) -> Tally:
        """Counts and digest of what `put_all` would lead to."""
        added = sum(1 for key, now in changes.items() if now and key not in self)
        deleted = sum(1 for now in changes.values() if not now)
        buckets = self._buckets.copy()
        _put(buckets, changes)
        changed = len(changes) - added - deleted
        return Tally(added, changed, deleted, len(self) + added - deleted, buckets.digest())

    def adopt(self, outputs: Mapping[Key, Resource]) -> None:
        """Hold these very objects wherever they are equal to what is live: one body, not two."""
        for key, held in self.items():
            made = outputs.get(key)
            if made is not None and made == held:
                self[key] = made

    def put_all(self, changes: Mapping[Key, Resource | None]) -> None:
        """Take over the outputs of a new version."""
        _put(self._buckets, changes)
        for key, now in changes.items():
            if now:
                self[key] = now
            else:
                self.pop(key, None)


def _put(buckets: Buckets, changes: Mapping[Key, Resource | None]) -> None:
    if not len(buckets):
        buckets.fill((key.hash, now.digest) for key, now in changes.items() if now)
        return
    for key, now in changes.items():
        if now:
            buckets.put(key.hash, now.digest)
        else:
            buckets.discard(key.hash)
