"""One stream of MCP: the table of decisions that the original's source followed.

Every collection has at most one unanswered response. A watch is armed by a request (the first, an
acknowledgement, a refusal) and disarmed by the response that it gets; what is refused is not sent
again until there is something else.
"""

import logging

from galley.mesh.mcp import requests
from galley.mesh.mcp.collections import SYNTHETIC, TRIGGER, collection_of
from galley.mesh.mcp.requests import UNIMPLEMENTED, Request
from galley.mesh.mcp.watch import CollectionWatch
from galley.mesh.mcp.writing import Full, incremental
from galley.mesh.message import Message
from galley.mesh.node import Node
from galley.mesh.served import NOTHING, Step
from galley.mesh.session import NEVER, Members, Opening, StreamError
from galley.mesh.trace import refused

log = logging.getLogger("galley.mesh")

WIRE = "mcp"
MOST_COLLECTIONS = 256
"""Collections on one stream."""
NAME_LENGTH = 512
"""Characters of a collection's name."""
MOST_NAMES = 100_000
"""Resources of one collection that a sink may say it has."""


class McpSession:
    """A stream of RequestResources; see `galley.mesh.session.Session`."""

    def __init__(self, opening: Opening, *, max_message: int, strict: bool) -> None:
        """Wait for the first request.

        Args:
            max_message: bytes of the longest response that is sent.
            strict: whether a collection that the original never had ends the stream.
        """
        self.due = NEVER
        self._opening = opening
        self._max_message = max_message
        self._strict = strict
        self._node = Node()
        self._members = Members(opening)
        self._watches: dict[str, CollectionWatch] = {}

    def take(self, data: bytes) -> None:
        request = requests.read(data)
        if request.collection == TRIGGER and request.code == UNIMPLEMENTED:
            return
        if len(request.held) > MOST_NAMES:
            raise StreamError("RESOURCE_EXHAUSTED", f"more than {MOST_NAMES} names that it has")
        watch = self._watches.get(request.collection) or self._watch(request)
        pending = watch.pending
        nonce = request.nonce
        if pending is not None and (nonce == pending.nonce or not nonce):
            watch.heard(nonce and pending.nonce, "ack" if request.error is None else "nack")
            self._answered(watch, pending, request)
        elif nonce:
            watch.heard(nonce, "stale")
            log.info(
                "%s answers with nonce %r for %s, which is not the last one.",
                watch.member.label,
                nonce[:64],
                watch.type,
            )
            return
        else:
            watch.heard("", "asks")
            watch.begin(dict(request.held))
        watch.armed = True
        watch.incremental = request.incremental

    def next(self) -> Message | None:
        for watch in self._watches.values():
            if watch.armed and not watch.idle and watch.ready:
                watch.settle()
                message = self._response(watch)
                if message is not None:
                    watch.armed = False
                    return watch.send(message)
        return None

    def leave(self) -> None:
        self._members.leave()

    def _watch(self, request: Request) -> CollectionWatch:
        name = request.collection
        if len(name) > NAME_LENGTH:
            raise StreamError("INVALID_ARGUMENT", f"a collection of {len(name)} characters")
        collection = collection_of(name)
        if collection is None and self._strict:
            raise StreamError("INVALID_ARGUMENT", f'unsupported collection "{name}"')
        if len(self._watches) >= MOST_COLLECTIONS:
            raise StreamError("RESOURCE_EXHAUSTED", f"more than {MOST_COLLECTIONS} collections")
        told = request.told()
        if request.sink or told:
            self._node = Node(id=request.sink, metadata=lambda: told)
        place = self._opening.place(WIRE, self._node)
        line = place.companion if collection == SYNTHETIC else place.line
        served = line.served(WIRE, collection or NOTHING, place.view)
        member = self._members.of(served, WIRE, self._node)
        if collection is None:
            log.warning("%s asks for %r, of which there is nothing.", member.label, name[:200])
        watch = self._watches[name] = CollectionWatch(member, served, name)
        member.begin(watch)
        return watch

    def _answered(self, watch: CollectionWatch, pending: Message, request: Request) -> None:
        """The response that was out is acknowledged or refused."""
        watch.pending = None
        if request.error is None:
            watch.has(pending.digest, pending.version)
            return
        refused(watch, pending, f"{request.error} (code {request.code})")
        watch.forget()

    def _response(self, watch: CollectionWatch) -> Message | None:
        served = watch.served
        if served.digest in (watch.at, watch.refused):
            watch.oversize = False
            return None
        message = self._incremental(watch) if watch.incremental else None
        message = message or served.everything((watch.type,), Full(served, watch.type))
        if message is None:
            return None
        if len(message.data) > self._max_message:
            self._too_large(watch, message)
            return None
        watch.oversize = False
        watch.at = served.digest
        watch.held = {}
        return message

    def _incremental(self, watch: CollectionWatch) -> Message | None:
        """What is new; None if all there is must be told, as a removal alone is ignored by the
        sinks there are, or as nobody knows what the sink has."""
        served = watch.served
        step = _compared(watch) if watch.at is None else served.since(watch.at)
        if step is None or (step.removed and not step.changed):
            return None
        changed, removed = step.changed, step.removed
        return served.message(
            (watch.type, changed, removed),
            lambda: incremental(served, watch.type, sorted(changed), sorted(removed)),
        )

    def _too_large(self, watch: CollectionWatch, message: Message) -> None:
        """It stays at what it has; said once until it gets something again."""
        if watch.oversize:
            return
        watch.oversize = True
        watch.member.unsent()
        log.error(
            "%s is not sent version %d of %s: it takes %d bytes, and max_message is %d.",
            watch.member.label,
            message.version,
            watch.type,
            len(message.data),
            self._max_message,
            extra={"channel": watch.served.line.channel.name},
        )


def _compared(watch: CollectionWatch) -> Step | None:
    """What is new to a sink that told what it has; None: it told nothing."""
    served, held = watch.served, watch.held
    if not held:
        return None
    there = {key: served.resource_version(key) for key, _ in served.forms()}
    had = {served.key(name): version for name, version in held.items()}
    changed = frozenset(key for key, version in there.items() if had.get(key) != version)
    return Step(changed, frozenset(had.keys() - there.keys()), changed - had.keys())
