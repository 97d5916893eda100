"""State of the world: every response holds all that is asked for, or what of it is new.

Clusters, listeners and all that istiod asks for come whole: what is missing is deleted. Of other
types a response may hold any part.
"""

from galley.mesh.message import Message
from galley.mesh.xds import requests
from galley.mesh.xds.requests import WILDCARD, Request
from galley.mesh.xds.session import XdsSession
from galley.mesh.xds.types import CLUSTER
from galley.mesh.xds.watch import TypeWatch
from galley.mesh.xds.writing import StateOfTheWorld, sotw_some
from pipeline.model import Key


class Sotw(XdsSession):
    """A stream of DiscoveryRequests."""

    def _read(self, data: bytes) -> Request:
        return requests.sotw(data)

    def _begin(self, watch: TypeWatch, request: Request) -> None:
        watch.named_any = watch.named_any or bool(request.names)
        watch.all = WILDCARD in request.names or (watch.asked.whole and not watch.named_any)
        watch.names = set(request.names) - {WILDCARD}
        watch.owed = set(watch.names)
        watch.said = watch.all or bool(watch.names)

    def _ask(self, watch: TypeWatch, request: Request) -> None:
        """Names count whatever the nonce is; an empty nonce begins anew. Without names everything
        is asked for only as long as none was ever named; then it is nothing."""
        if not request.nonce:
            watch.pending = None
            watch.at = watch.refused = None
            self._begin(watch, request)
            return
        if not request.names and not watch.named_any:
            return
        watch.named_any = True
        names = set(request.names) - {WILDCARD}
        everything = WILDCARD in request.names
        if everything == watch.all and names == watch.names:
            return
        watch.owed |= names - watch.names
        watch.owed &= names
        watch.said = watch.said or everything > watch.all
        watch.all, watch.names = everything, names

    def _response(self, watch: TypeWatch) -> Message | None:
        if watch.served.digest == watch.refused and not (watch.said or watch.owed):
            return None
        if watch.asked.whole and watch.all:
            return self._whole(watch)
        return self._some(watch)

    def _whole(self, watch: TypeWatch) -> Message | None:
        served = watch.served
        if watch.at == served.digest and not watch.said and not watch.leaving:
            return None
        if watch.at == served.digest and watch.leaving and not watch.said and self._still_named():
            return None
        step = served.since(watch.at) if watch.at is not None else None
        removed = step.removed if step else watch.served.departed_lately()
        kept = self._kept(watch, removed)
        mark = (watch.asked.url, frozenset(kept))
        message = served.everything(mark, StateOfTheWorld(served, watch.asked, kept.values()))
        if message is None:
            return None
        if kept:
            message.digest = b""  # more than what is live: having it is not having that
        if watch.asked.collection == CLUSTER:
            self._warm(watch, step)
        watch.at = served.digest
        return message

    def _kept(self, watch: TypeWatch, removed: frozenset[Key]) -> dict[Key, bytes]:
        """Clusters that went and must stay for now, with what they were."""
        if watch.asked.collection != CLUSTER:
            return {}
        leaving = self._leave(watch, removed)
        forms = {key: watch.served.departed(key) for key in sorted(leaving)}
        watch.leaving = frozenset(key for key, form in forms.items() if form)
        return {key: form for key, form in forms.items() if form}

    def _some(self, watch: TypeWatch) -> Message | None:
        served, asked = watch.served, watch.asked
        step = served.since(watch.at) if watch.at is not None else None
        if step is None:
            due = {served.key(name) for name in watch.names}
            if watch.all:
                due |= {key for key, _ in served.forms()}
        else:
            due = {served.key(name) for name in watch.owed} | watch.named(step.changed)
            if asked.whole and (due or watch.named(step.removed)):
                watch.said = True
            if asked.whole and watch.said:
                due = {served.key(name) for name in watch.names}
        there = {key for key in due if served.form(key) is not None}
        watch.at = served.digest
        if not there and not (asked.whole and watch.said):
            watch.said = False
            watch.owed.clear()
            if not watch.synced:
                watch.has(served.digest, served.number)
            return None
        keys = frozenset(there)
        message = served.message((asked.url, keys), lambda: sotw_some(served, asked, sorted(keys)))
        if asked.collection == CLUSTER:
            self._warm(watch, step)
        return message
