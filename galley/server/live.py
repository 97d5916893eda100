"""What is live on a channel line: contents, views and digests, moved from version to version.

Everything that moves it is a job (`slices`), run one after the other. While one is under way the
parts belong to different versions and `settled` is False. The sum is checked: if the digest of what
the worker told is not the digest that it told, nothing is sent until it has told everything again.
"""

import hashlib
from collections.abc import Iterable
from sys import intern
from typing import NamedTuple

from galley.protocol.control import Change, Entry, Form, VersionNote
from galley.protocol.messages import Note, View
from galley.server.content import Content
from galley.server.forms import Forms
from galley.server.history import Was
from galley.server.slices import Job
from galley.server.views import LiveView, Views
from pipeline.model import Buckets, Key


class DamagedContentError(Exception):
    """What the worker told does not add up to the digest it told; open the line again."""


class Moved(NamedTuple):
    """What a new version did."""

    views: list[LiveView]
    """Those whose content is another one now."""
    unsynced: int
    """Subscriptions that had the old content of these."""
    changes: int
    """How many resources it changed."""


class Live:
    """The live version of one channel line."""

    def __init__(self) -> None:
        self.lineage = ""
        self.head: VersionNote | None = None
        self.note: Note | None = None
        """The head as subscribers are told of it."""
        self.content = Content()
        self.forms = Forms()
        self.views = Views()
        self.settled = False
        """Whether content, views and head belong together, so that they may be sent."""
        self._opening = ""
        self._seen: set[bytes] = set()
        self._staged: list[Change] = []
        """What the next version will have changed, as far as it is known."""

    def open(self, lineage: str) -> Job[None]:
        """A load begins; what is held is compared with it, and served on until it is whole."""
        self._opening = lineage
        self._seen = set()
        self._staged = []
        self.forms.tell(())
        if self.head is None:
            self.content = Content()
            self.views.all.buckets = Buckets()
        return
        yield

    def load(self, entries: Iterable[Entry]) -> Job[None]:
        """Part of a load."""
        if self.head is None:
            self._fill(entries)
            return
        for entry in entries:
            key = _key(entry)
            key_hash = key.hash
            self._seen.add(key_hash)
            held = self.views.all.buckets.get(key_hash)
            if held != entry.digest:
                self._staged.append(Change(*key, held, entry.digest, entry.content))
            yield 0.0

    def loaded(self, version: VersionNote | None) -> Job[Moved]:
        """The load is whole."""
        if self.head is not None:
            yield from self._unseen()
        self._seen = set()
        if version is None:
            self.lineage = self._opening
            return Moved([], 0, 0)
        return (yield from self.commit(version))

    def load_forms(self, forms: Iterable[Form]) -> Job[None]:
        """What resources are on the wires of meshes."""
        self.forms.put(forms)
        return
        yield

    def stage(self, changes: Iterable[Change]) -> Job[None]:
        """Part of the version that `commit` will name.

        Nobody is served before the first version: what makes it up is taken over as it comes, as
        a load is. To stage all there is would take as much memory again.
        """
        if self.head is not None:
            self._staged.extend(changes)
            return
        self._fill(Entry(*c[:3], c.digest, c.content) for c in changes if c.digest and c.content)
        return
        yield

    def commit(self, version: VersionNote) -> Job[Moved]:
        """What is staged makes up this version.

        Raises:
            DamagedContentError: they do not.
        """
        self.settled = False
        staged, self._staged = self._staged, []
        self.forms.begin()
        touched: dict[LiveView, list[Was]] = {}
        for change in staged:
            self._apply(change, touched)
            yield 0.0
        yield from self.forms.commit()
        everything = self.views.all
        everything.built = True
        if not touched.get(everything):
            everything.digest = everything.buckets.digest()
        views, unsynced = yield from self._advance(touched, version)
        if everything.digest != version.digest:
            raise DamagedContentError(
                f"version {version.number} should have digest {version.digest.hex()} and has "
                f"{everything.digest.hex()}; open the channel line again"
            )
        self.lineage = self._opening
        self.head = version
        self.note = _note(self.lineage, version)
        self.settled = True
        return Moved(views, unsynced, len(staged))

    def _fill(self, entries: Iterable[Entry]) -> None:
        self.views.all.buckets.fill(self._take(entry) for entry in entries)

    def _take(self, entry: Entry) -> tuple[bytes, bytes]:
        key = _key(entry)
        self.content.put(key, entry.content)
        return key.hash, entry.digest

    def _unseen(self) -> Job[None]:
        for key, content in self.content.selection(View()):
            if key.hash not in self._seen:
                digest = hashlib.sha256(content).digest()
                self._staged.append(Change(*key, digest, None, None))
            yield 0.0

    def _apply(self, change: Change, touched: dict[LiveView, list[Was]]) -> None:
        key = _key(change)
        key_hash = key.hash
        for live in self.views.concerned(key.collection, key.namespace):
            if not live.built and live is not self.views.all:
                live.late.append((key, key_hash, change.digest, change.content))
                continue
            was = live.put(key, key_hash, change.digest, change.content)
            if was is not None:
                touched.setdefault(live, []).append(was)
        if change.content is None:
            self.content.discard(key)
            self.forms.discard(key)
        else:
            self.content.put(key, change.content)

    def _advance(
        self, touched: dict[LiveView, list[Was]], version: VersionNote
    ) -> Job[tuple[list[LiveView], int]]:
        moved, unsynced = [], 0
        last = self.head.number if self.head else 0
        for live, changes in touched.items():
            synced = live.synced
            if live.advance(last, version.time, changes):
                moved.append(live)
                unsynced += synced
            yield 0.0
        return moved, unsynced


def _key(told: Entry | Change) -> Key:
    """The key, of which histories keep many: only the name is a text of its own."""
    return Key(intern(told.collection), intern(told.namespace), told.name)


def _note(lineage: str, version: VersionNote) -> Note:
    told = (version.number, version.kind, version.restores, version.time)
    return Note(lineage, *told, version.author, version.reason)
