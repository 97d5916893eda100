"""Delta: every response holds what is new of what is asked for, and the names of what went."""

from galley.mesh.message import Message
from galley.mesh.served import Step, name_of
from galley.mesh.session import StreamError
from galley.mesh.xds import requests
from galley.mesh.xds.requests import WILDCARD, Request
from galley.mesh.xds.session import XdsSession
from galley.mesh.xds.types import CLUSTER
from galley.mesh.xds.watch import TypeWatch
from galley.mesh.xds.writing import Delta, delta_some
from pipeline.model import Key


class DeltaXds(XdsSession):
    """A stream of DeltaDiscoveryRequests."""

    def _read(self, data: bytes) -> Request:
        return requests.delta(data)

    def _begin(self, watch: TypeWatch, request: Request) -> None:
        watch.all = (not request.names and watch.asked.whole) or WILDCARD in request.names
        watch.names = set(request.names) - {WILDCARD}
        watch.held = dict(request.held or {})
        watch.said = watch.all

    def _ask(self, watch: TypeWatch, request: Request) -> None:
        """What is subscribed to is sent, known or not; what is unsubscribed while everything is
        asked for, as well."""
        if not request.names and not request.unsubscribe:
            return  # as in an acknowledgement
        names = request.names - {WILDCARD}
        watch.names |= names
        watch.owed |= names
        if WILDCARD in request.names and not watch.all:
            watch.all = True
            watch.owed |= {name_of(key) for key, _ in watch.served.forms()}
            watch.said = True
        if WILDCARD in request.unsubscribe:
            watch.all = False
        dropped = request.unsubscribe - {WILDCARD}
        watch.names -= dropped
        if watch.all:
            watch.owed |= dropped
        else:
            watch.owed &= watch.names

    def _response(self, watch: TypeWatch) -> Message | None:
        served = watch.served
        if served.digest == watch.refused and not watch.owed:
            return None
        if watch.held is not None or watch.at is None:
            return self._first(watch, watch.held or {})
        if watch.at == served.digest and not (watch.owed or watch.said or watch.leaving):
            return None
        step = served.since(watch.at)
        if step is None:
            raise StreamError("ABORTED", "too much has changed meanwhile; come back")
        return self._step(watch, step)

    def _first(self, watch: TypeWatch, held: dict[str, str]) -> Message | None:
        """What a client has to be told that comes with this, or with nothing."""
        served, asked = watch.served, watch.asked
        if watch.all and not held:
            message = served.everything((asked.url,), Delta(served, asked))
            if message is None:
                return None
            self._brought(watch, None)
            return message
        changed, removed = _differences(watch, held)
        if watch.asked.collection == CLUSTER and held:
            removed -= self._leave(watch, removed)
        self._brought(watch, Step(changed, removed, frozenset()))
        return self._message(watch, changed, removed)

    def _step(self, watch: TypeWatch, step: Step) -> Message | None:
        served = watch.served
        changed, removed = watch.named(step.changed), watch.named(step.removed)
        if watch.owed:
            owed = {served.key(name) for name in watch.owed}
            changed |= {key for key in owed if served.version_of(key)}
            removed |= owed - changed
        if watch.asked.collection == CLUSTER:
            before = watch.leaving
            leaving = self._leave(watch, removed)
            removed = (removed | before) - leaving
            removed = frozenset(key for key in removed if served.form(key) is None)
        self._brought(watch, step)
        return self._message(watch, changed, removed)

    def _brought(self, watch: TypeWatch, step: Step | None) -> None:
        """This leads to what is live."""
        if watch.asked.collection == CLUSTER:
            self._warm(watch, step)
        watch.held = None
        watch.at = watch.served.digest

    def _message(
        self, watch: TypeWatch, changed: frozenset[Key], removed: frozenset[Key]
    ) -> Message | None:
        served, asked = watch.served, watch.asked
        if not changed and not removed and not watch.said:
            watch.owed.clear()
            if not watch.synced and not watch.leaving:
                watch.has(served.digest, served.number)
            return None
        return served.message(
            (asked.url, changed, removed),
            lambda: delta_some(served, asked, sorted(changed), sorted(removed)),
        )


def _differences(watch: TypeWatch, held: dict[str, str]) -> tuple[frozenset[Key], frozenset[Key]]:
    """What is new to a client that has these versions, and what of them is not there."""
    served = watch.served
    if watch.all:
        versions = served.versions()
    else:
        named = ((name, served.version_of(served.key(name))) for name in watch.names)
        versions = {name: version for name, version in named if version}
    changed = {name for name, version in versions.items() if held.get(name) != version}
    had = held.keys() if watch.all else held.keys() & watch.names
    removed = (had | watch.names) - versions.keys()
    return frozenset(map(served.key, changed)), frozenset(map(served.key, removed))
