"""What is live, as the clients of meshes read it: the forms of each resource by wire.

They follow what the worker tells. While it tells all of them (after a start, or with other wires)
no wire is `ready`, and nobody is sent anything: half of a state of the world would delete the rest.
"""

from collections.abc import Iterable, Iterator
from time import monotonic

from galley.protocol.control import Form
from galley.server.content import Content
from galley.server.slices import Job
from pipeline.model import Key

DEPARTED_SECONDS = 60.0
"""How long the form of a resource that went is kept."""


class Forms:
    """Wire to key to form."""

    def __init__(self) -> None:
        self.ready: frozenset[str] = frozenset()
        """Wires on which all that is live can be sent."""
        self._by_wire: dict[str, Content] = {}
        self._departed: dict[str, dict[Key, tuple[float, bytes]]] = {}
        """By wire, what went lately and when: some clients are told of that last."""
        self._staged: list[Form] = []

    def on(self, wire: str) -> Content:
        """What is live on a wire; of one version only while its line is settled."""
        return self._by_wire.setdefault(wire, Content())

    def tell(self, wires: Iterable[str]) -> None:
        """All forms that are live were told for these wires; none: they are about to be, or told
        again there are none any more."""
        ready, self.ready = self.ready, frozenset(wires)
        self._staged.clear()
        if self.ready or not ready:
            self._by_wire = {wire: self.on(wire) for wire in self.ready}

    def put(self, forms: Iterable[Form]) -> None:
        """Forms of what is live, or of the version that is next if a wire is ready."""
        if self.ready:
            self._staged.extend(forms)
            return
        for form in forms:
            self._take(form)

    def departed(self, wire: str, key: Key) -> bytes | None:
        """The last form of a resource that went within the last minute and did not come back."""
        found = self._departed.get(wire, {}).get(key)
        return found[1] if found else None

    def departed_of(self, wire: str, collection: str) -> Iterator[Key]:
        """What went of a collection within the last minute and did not come back."""
        return (key for key in self._departed.get(wire, ()) if key.collection == collection)

    def begin(self) -> None:
        """A version takes over."""
        oldest = monotonic() - DEPARTED_SECONDS
        for gone in self._departed.values():
            while gone and next(iter(gone.values()))[0] < oldest:
                del gone[next(iter(gone))]

    def discard(self, key: Key) -> None:
        """The version takes the key away."""
        for wire, forms in self._by_wire.items():
            if (form := forms.get(key)) is not None:
                self._departed.setdefault(wire, {})[key] = (monotonic(), form)
                forms.discard(key)

    def commit(self) -> Job[None]:
        """What was told of the version is live."""
        staged, self._staged = self._staged, []
        for form in staged:
            self._take(form)
            yield 0.0

    def _take(self, told: Form) -> None:
        key = Key(told.collection, told.namespace, told.name)
        for wire in {*told.forms, *self._by_wire}:
            form = told.forms.get(wire)
            if form is None:
                self.on(wire).discard(key)
            else:
                self.on(wire).put(key, form)
                self._departed.get(wire, {}).pop(key, None)
