"""The views that somebody subscribes to, each held once and kept up to date per change.

Changes find the views they concern by collection and namespace, so a change costs what the views
it touches cost, however many others there are. What a view holds it knows by digest alone
(`Buckets`); contents stay in `Content`.
"""

import hashlib
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from galley.protocol.messages import View
from galley.server.content import Content
from galley.server.history import History, Was
from galley.server.shared import Shared
from galley.server.slices import Job
from pipeline.model import Buckets, Key
from pipeline.model.resource import read_header

if TYPE_CHECKING:
    from galley.server.member import Member
    from galley.server.session import Subscription
    from galley.server.steps import Step

MOST_ROUTES = 4096
"""A view that names more pairs of collection and namespace is found by collection alone."""
MOST_IDLE = 64
"""Views that are kept although nobody subscribes to them, for those who come back."""

_numbers = itertools.count(1)

Hashed = tuple[Key, bytes, bytes | None, bytes | None]
"""Key, its hash, digest and content; the last two None if it is gone."""


class LiveView:
    """A view with what it holds now, and those who subscribe to it."""

    __slots__ = (
        "buckets",
        "building",
        "built",
        "digest",
        "followers",
        "generation",
        "history",
        "late",
        "number",
        "steps",
        "subscriptions",
        "synced",
        "view",
    )

    def __init__(self, view: View) -> None:
        self.view = view
        self.number = next(_numbers)
        """What updates of this view carry; unique in this process."""
        self.buckets = Buckets()
        self.digest = self.buckets.digest()
        self.built = False
        self.building: Shared[None] | None = None
        """The job that builds it."""
        self.late: list[Hashed] = []
        """Changes that came while it was being built."""
        self.history = History()
        self.generation = 1
        """Grows with every change of the content."""
        self.steps: dict[tuple[bytes | None, bool], Step] = {}
        """Messages to the present content by base and compression."""
        self.subscriptions: dict[Subscription, None] = {}
        self.followers: dict[Member, None] = {}
        """Clients of meshes that are served from it."""
        self.synced = 0
        """Subscriptions that have acknowledged the present content."""

    def put(
        self, key: Key, key_hash: bytes, digest: bytes | None, content: bytes | None
    ) -> Was | None:
        """Take one change over; the key with what it was here, or None if nothing changes."""
        if content is not None and not self.holds(content):
            digest = None
        was = self.buckets.get(key_hash)
        if was == digest:
            return None
        if digest is None:
            self.buckets.discard(key_hash)
        else:
            self.buckets.put(key_hash, digest)
        return key, was

    def advance(self, version: int, until: float, changes: list[Was]) -> bool:
        """The changes that `put` told are all; whether the content is another one than before.

        Args:
            version: the last version at which the view had its old content.
            until: when the new version was published.
        """
        old, self.digest = self.digest, self.buckets.digest()
        if old == self.digest:
            return False
        self.history.changed(old, version, until, tuple(changes))
        self.generation += 1
        self.steps.clear()
        self.synced = 0
        return True

    def build(self, content: Content) -> Job[None]:
        """Fill the view; changes that `late` collects meanwhile are taken over at the end."""
        fill = []
        for count, (key, body) in enumerate(content.selection(self.view), 1):
            if self.holds(body):
                fill.append((key.hash, _digest(body)))
            if count % 100 == 0:
                self.buckets.fill(fill)
                fill = []
                yield 0.0
        self.buckets.fill(fill)
        while self.late:
            late, self.late = self.late, []
            for change in late:
                self.put(*change)
                yield 0.0
        self.digest = self.buckets.digest()
        self.built = True

    def past(self, olds: list[tuple[Key, bytes | None, dict[str, str] | None]]) -> Job[Buckets]:
        """The content in which these keys had these digests and labels, all else being equal."""
        buckets = self.buckets.copy()
        for key, old, labels in olds:
            if not self.view.selects(key.collection, key.namespace):
                continue
            if old is None or not self.view.selects_labels(labels or {}):
                buckets.discard(key.hash)
            else:
                buckets.put(key.hash, old)
            yield 0.0
        return buckets

    def members(self) -> "Iterator[Member]":
        """Everybody who has it, or part of it."""
        yield from self.subscriptions
        yield from self.followers

    def holds(self, content: bytes) -> bool:
        """Whether a resource of a selected collection and namespace is in the view."""
        return not self.view.labels or self._labelled(content)

    def _labelled(self, content: bytes) -> bool:
        return self.view.selects_labels(read_header(content).labels)


class Views:
    """All views of one channel line; the unfiltered one is always there."""

    def __init__(self) -> None:
        self.all = LiveView(View())
        self._views: dict[View, LiveView] = {self.all.view: self.all}
        self._routes: dict[tuple[str | None, str | None], list[LiveView]] = {}
        self._idle: dict[LiveView, float] = {}
        self._add_routes(self.all)

    def __iter__(self) -> Iterator[LiveView]:
        return iter(tuple(self._views.values()))

    def __len__(self) -> int:
        return len(self._views)

    def get(self, view: View) -> LiveView:
        """The one view of that filter; a new one is not built yet."""
        live = self._views.get(view)
        if live is None:
            live = self._views[view] = LiveView(view)
            self._add_routes(live)
        self._idle.pop(live, None)
        return live

    def concerned(self, collection: str, namespace: str) -> Iterator[LiveView]:
        """Views that select resources of this collection and namespace, whatever the labels."""
        routes = self._routes
        for route in (
            (None, None),
            (collection, None),
            (None, namespace),
            (collection, namespace),
        ):
            for live in routes.get(route, ()):
                if route[1] is not None or live.view.selects(collection, namespace):
                    yield live

    def release(self, live: LiveView, now: float) -> None:
        """Nobody subscribes to it any more; it stays for a while."""
        if live is self.all or live.subscriptions or live.followers:
            return
        self._idle[live] = now
        while len(self._idle) > MOST_IDLE:
            self._drop(next(iter(self._idle)))

    def sweep(self, before: float) -> None:
        """Drop views that nobody has subscribed to since then."""
        for live, since in tuple(self._idle.items()):
            if since < before:
                self._drop(live)

    def _drop(self, live: LiveView) -> None:
        del self._idle[live], self._views[live.view]
        if live.building is not None:
            live.building.work.cancel()
        for route in _routes(live.view):
            self._routes[route].remove(live)
            if not self._routes[route]:
                del self._routes[route]

    def _add_routes(self, live: LiveView) -> None:
        for route in _routes(live.view):
            self._routes.setdefault(route, []).append(live)


def _routes(view: View) -> list[tuple[str | None, str | None]]:
    collections: tuple[str | None, ...] = view.collections or (None,)
    namespaces: tuple[str | None, ...] = view.namespaces or (None,)
    if len(collections) * len(namespaces) > MOST_ROUTES:
        namespaces = (None,)
    return list(itertools.product(collections, namespaces))


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
