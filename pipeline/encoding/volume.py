"""How long a response with all of a collection is, for clients that take only so much at once.

Clients of the Mesh Config Protocol are sent a collection whole, in one message of gRPC, of which
they take 4 MiB unless told otherwise. What is longer than that is not sent to them at all, so that
it is told of before it comes to that.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from pipeline.encoding.istio import MCP
from pipeline.encoding.wire import ServedWire, UncarriableError
from pipeline.model import Diagnostic, Key, Resource
from pipeline.model.messages import encoding as messages

WIRE = MCP.name
NEARLY = 0.8
"""Share of the limit from which on it is told of."""
ENVELOPE = 256
"""Bytes of a response, at most, besides its resources: version, collection and nonce."""

A_TIME = 1_500_000_000.123456
"""Stands for when a key is first published, where that is not known yet."""


class Volume:
    """Bytes that the resources of each collection take; kept up to date by the keys that change."""

    def __init__(self) -> None:
        self._sizes: dict[Key, int] = {}
        self._totals: Counter[str] = Counter()

    @property
    def totals(self) -> Mapping[str, int]:
        """By collection; one without resources is not listed."""
        return self._totals

    def put(self, sizes: Mapping[Key, int]) -> None:
        """These keys take so much now; 0: nothing, as they are gone or cannot be sent."""
        for key, size in sizes.items():
            self._totals[key.collection] += size - self._sizes.pop(key, 0)
            if size:
                self._sizes[key] = size
            if not self._totals[key.collection]:
                del self._totals[key.collection]

    def clear(self) -> None:
        self._sizes.clear()
        self._totals.clear()

    def after(self, sizes: Mapping[Key, int]) -> Mapping[str, int]:
        """The totals of the collections of these keys, should they take so much."""
        totals = {key.collection: self._totals[key.collection] for key in sizes}
        for key, size in sizes.items():
            totals[key.collection] += size - self._sizes.get(key, 0)
        return totals


def size_of(wire: ServedWire, resource: Resource) -> int:
    """Of the resource's form, to some bytes; 0 if it has none."""
    collection = resource.key.collection
    try:
        encoded = wire.encode(resource, resource.document())
    except UncarriableError:
        return 0
    return len(wire.form(collection, encoded, A_TIME))


def of_all(wires: Iterable[ServedWire], resources: Iterable[Resource]) -> Mapping[str, int]:
    """The totals of all of these, if the wire is among the wires."""
    volume = Volume()
    for wire in wires:
        if wire.name == WIRE:
            carried = (each for each in resources if wire.carries(each.key.collection))
            volume.put({each.key: size_of(wire, each) for each in carried})
    return volume.totals


def too_long(totals: Mapping[str, int], limit: int) -> Iterator[Diagnostic]:
    """Collections that are too long for a response of at most `limit` bytes, or nearly so."""
    for collection, total in sorted(totals.items()):
        size = total + ENVELOPE
        if size < NEARLY * limit:
            continue
        message = messages.COLLECTION_TOO_LONG if size > limit else messages.COLLECTION_LONG
        yield message.report(
            collection=collection,
            wire=WIRE,
            size=size,
            limit=limit,
            percent=int(100 * size / limit),
        )
