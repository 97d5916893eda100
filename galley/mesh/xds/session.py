"""What both kinds of xDS streams do: take requests, and tell what is due in the right order.

Make before break: clusters, their endpoints, listeners, routes; clusters that went go last. Routes
that may name a new cluster wait until it is warm, for a while; nothing else waits for that.
"""

import logging
from abc import ABC, abstractmethod
from time import monotonic

from galley.mesh.message import Message
from galley.mesh.node import Node
from galley.mesh.served import NOTHING, Step
from galley.mesh.session import NEVER, Members, Opening, StreamError
from galley.mesh.trace import refused
from galley.mesh.xds.requests import Request
from galley.mesh.xds.types import CLUSTER, ENDPOINTS, MESH_CONFIG, REFERRING, Type, type_of
from galley.mesh.xds.warming import endpoints_for
from galley.mesh.xds.watch import TypeWatch
from pipeline.model import Key

log = logging.getLogger("galley.mesh")

MOST_TYPES = 64
"""Types on one stream."""
MOST_NAMES = 100_000
"""Names of one type on one stream."""
WARM_SECONDS = 10.0
"""How long routes wait for new clusters to become warm."""
RETURN_SECONDS = 2.0
"""How long a client that comes back keeps clusters that went meanwhile: what it asks for after its
clusters tells which routes it has."""
PATIENCE_SECONDS = 1.0
"""How long newer clusters wait for an acknowledgement, which is withheld while clusters warm."""


class XdsSession(ABC):
    """One stream; see `galley.mesh.session.Session`."""

    def __init__(self, opening: Opening, only: str = "") -> None:
        """`only`: the one type URL of a service that is not aggregated."""
        self.due = NEVER
        self._opening = opening
        self._only = only
        self._node = Node()
        self._members = Members(opening)
        self._watches: dict[str, TypeWatch] = {}
        self._ordered: list[TypeWatch] = []
        self._cold_until = 0.0
        """Until when routes wait for clusters that are not warm; 0: they do not."""
        self._returning_until = 0.0
        """Until when it is not known which routes the client came back with; 0: it came anew."""

    # Requests.

    def take(self, data: bytes) -> None:
        request = self._read(data)
        if request.node is not None:
            self._node = request.node
        url = request.url or self._only
        if not url or (self._only and url != self._only):
            raise StreamError("INVALID_ARGUMENT", f"type_url {url!r} cannot be asked for here")
        watch = self._watches.get(url)
        if watch is None:
            if request.returns and not self._returning_until:
                self._returning_until = monotonic() + RETURN_SECONDS
            watch = self._watch(type_of(url))
            watch.heard(request.nonce, "asks")
            self._begin(watch, request)
        else:
            self._judge(watch, request)
            self._ask(watch, request)
        if max(len(watch.names), len(request.held or ())) > MOST_NAMES:
            raise StreamError("RESOURCE_EXHAUSTED", f"more than {MOST_NAMES} names of {url}")

    def leave(self) -> None:
        self._members.leave()

    def _watch(self, asked: Type) -> TypeWatch:
        if len(self._watches) >= MOST_TYPES:
            raise StreamError("RESOURCE_EXHAUSTED", f"more than {MOST_TYPES} types on one stream")
        place = self._opening.place(asked.wire, self._node)
        served = place.line.served(asked.wire, asked.collection, place.view)
        member = self._members.of(served, asked.wire, self._node)
        watch = TypeWatch(member, served, asked)
        member.begin(watch)
        self._watches[asked.url] = watch
        self._ordered = sorted(self._watches.values(), key=lambda each: each.asked.rank)
        if asked.collection == NOTHING:
            log.info("%s asks for %s, of which there is nothing.", member.label, asked.url)
        return watch

    def _judge(self, watch: TypeWatch, request: Request) -> None:
        """Acknowledged, refused, or neither: about another response than the last."""
        pending = watch.pending
        if watch.asked.collection == MESH_CONFIG:
            pending = watch.last  # counts as received at once, and may be refused all the same
        if pending is None or request.nonce != pending.nonce:
            last = watch.last.nonce if watch.last else ""
            watch.heard(request.nonce, "asks" if request.nonce in {"", last} else "stale")
            return
        watch.heard(pending.nonce, "ack" if request.error is None else "nack")
        watch.pending = None
        if watch.asked.collection == CLUSTER:
            self._cold_until = 0.0
        if request.error is None:
            if pending.digest:
                watch.has(pending.digest, pending.version)
            return
        refused(watch, pending, request.error)
        watch.at = watch.acked

    @abstractmethod
    def _read(self, data: bytes) -> Request:
        """The request in these bytes."""

    @abstractmethod
    def _begin(self, watch: TypeWatch, request: Request) -> None:
        """The first request for a type on this stream, whatever nonce or error it carries."""

    @abstractmethod
    def _ask(self, watch: TypeWatch, request: Request) -> None:
        """A later one: what is asked for from now on."""

    # Responses.

    def next(self) -> Message | None:
        self.due = NEVER
        for watch in self._ordered:
            if watch.idle or not watch.ready:
                continue
            now = monotonic()
            if self._waits(watch, now):
                continue
            if not watch.leaving:
                watch.settle()
            message = self._response(watch)
            if message is not None:
                return self._send(watch, message, now)
        return None

    @abstractmethod
    def _response(self, watch: TypeWatch) -> Message | None:
        """What is due of a type; None: nothing, or it is being assembled."""

    def _waits(self, watch: TypeWatch, now: float) -> bool:
        """Whether it is not the turn of this type, which is not `idle`."""
        collection = watch.asked.collection
        if collection in REFERRING:
            if self._cold_until > now:
                self.due = min(self.due, self._cold_until)
                return True
            if self._clusters_are_due():
                return True
        if watch.pending is None:
            return False
        patient_until = watch.sent + PATIENCE_SECONDS
        if patient_until > now:
            self.due = min(self.due, patient_until)
            return True
        return False

    def _clusters_are_due(self) -> bool:
        """Whether clusters that routes may name have not been sent yet."""
        return any(
            each.at != each.served.digest != each.refused
            for each in self._ordered
            if each.asked.collection == CLUSTER
        )

    def _send(self, watch: TypeWatch, message: Message, now: float) -> Message:
        message = watch.send(message)
        watch.sent = now
        watch.said = False
        watch.owed.clear()
        if watch.asked.collection == MESH_CONFIG and message.count:
            watch.pending = None  # istiod does not acknowledge it
            watch.has(message.digest, message.version)
        return message

    def _warm(self, watch: TypeWatch, step: Step | None) -> None:
        """Clusters go out: their endpoints follow, and routes wait for those that are new."""
        endpoints = next(
            (each for each in self._ordered if each.asked.collection == ENDPOINTS), None
        )
        if step is None or not step.changed:
            return
        if endpoints is not None:
            fetched = endpoints_for(watch.served, watch.named(step.changed))
            endpoints.owed |= {name for name in fetched if endpoints.asks_for(name)}
        if watch.named(step.added):
            self._cold_until = monotonic() + WARM_SECONDS

    def _still_named(self) -> bool:
        """Whether routes may be in use that were there before the clusters that are sent now."""
        if self._returning_until > monotonic():
            self.due = min(self.due, self._returning_until)
            return True
        return any(
            each.at is not None and not self._is_settled(each)
            for each in self._ordered
            if each.asked.collection in REFERRING
        )

    def _is_settled(self, watch: TypeWatch) -> bool:
        if watch.pending is not None:
            return False
        return watch.at == watch.served.digest or not self._concerns(watch)

    def _concerns(self, watch: TypeWatch) -> bool:
        """Whether anything that it asks for is another one now."""
        step = watch.served.since(watch.at) if watch.at is not None else None
        return step is None or bool(watch.named(step.changed) or watch.named(step.removed))

    def _leave(self, watch: TypeWatch, removed: frozenset[Key]) -> frozenset[Key]:
        """Clusters that went, and are kept for as long as routes may name them."""
        kept = watch.leaving | removed
        gone = frozenset(key for key in kept if watch.served.form(key) is None)
        watch.leaving = gone if gone and self._still_named() else frozenset()
        return watch.leaving
