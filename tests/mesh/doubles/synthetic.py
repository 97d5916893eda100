"""Pilot's other subscription, to the services of clusters as synthetic ServiceEntries.

Since Istio 1.4, where MeshConfig subscribes `SERVICE_REGISTRY`. In 1.4 it has a connection of its
own; in 1.5 it shares Pilot's: `SyntheticEntries(pilot.connection)`.
"""

from typing import Any

from tests.mesh.doubles.messages import Message
from tests.mesh.doubles.pilot import ALPHA, SYNTHETIC, keep, split
from tests.mesh.doubles.sink import Sink
from tests.mesh.doubles.stored import Change, Name, Stored
from tests.mesh.doubles.transport import Connection


class SyntheticEntries(Sink):
    """The one client that asks for deltas.

    A response without resources is ACKed and otherwise ignored: an empty collection never makes it
    synced, and a delta that only removes removes nothing. Yet the versions that it tells on its
    next stream follow what it ACKed.
    """

    def __init__(self, address: str | Connection, **given: Any) -> None:
        """Prepare; arguments are those of `Sink`."""
        super().__init__(address, (SYNTHETIC,), node="SSEMCP", incremental=True, **given)
        self.full_pushes: list[Name] = []
        """Entries of which the service changed."""
        self.endpoint_pushes: list[Name] = []
        """Entries of which a delta changed the endpoints alone."""

    @property
    def entries(self) -> dict[Name, Stored]:
        return self.store[SYNTHETIC]

    def _apply(self, response: Message) -> None:
        if not response.resources:
            return
        self.synced_collections.add(SYNTHETIC)
        before = self.entries
        after = dict(before) if response.incremental else {}
        if response.incremental:
            for name in map(split, response.removed_resources):
                if after.pop(name, None):
                    self.events.append(Change("delete", SYNTHETIC, name))
        for resource in response.resources:
            self._put(after, before, resource, delta=response.incremental)
        self.store[SYNTHETIC] = after

    def _put(
        self,
        after: dict[Name, Stored],
        before: dict[Name, Stored],
        resource: Message,
        *,
        delta: bool,
    ) -> None:
        name, found = split(resource.metadata.name), keep(resource)
        if found is None or not self._valid(SYNTHETIC, name, resource):
            self.dropped.append((SYNTHETIC, name))
            return
        old = before.get(name)
        self.events.append(Change("update" if old else "add", SYNTHETIC, name))
        if old is None or _annotation(old, "serviceVersion") != _annotation(
            found, "serviceVersion"
        ):
            self.full_pushes.append(name)
        elif delta and _annotation(old, "endpointsVersion") != _annotation(
            found, "endpointsVersion"
        ):
            self.endpoint_pushes.append(name)
        after[name] = found


def _annotation(entry: Stored, name: str) -> str:
    return entry.annotations.get(ALPHA + name, "")
