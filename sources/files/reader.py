"""What a folder held, what of it may have changed, and the changes that are not yet emitted.

`walk` looks at everything, `notice` takes what the system notifies; both only put places on the
desk. `attend` looks at the places that are due, reads those that have settled and decodes them.
What comes of it waits in `pending`, one change for each locator, until it is emitted.
"""

import asyncio
import time

from watchfiles import Change as Notice

from pipeline.model import Broken, Change, Read, Removed
from pipeline.model.messages import source as messages
from sources.files import reading
from sources.files.desk import Desk, Due
from sources.files.held import UNREAD, Held, digest_of, digest_of_errors
from sources.files.listing import Listing, Walk
from sources.files.place import Look, LostError, Signature, Tree
from sources.files.watch import Changes
from sources.ignore import IGNORE_FILE, Ignore, hidden
from sources.manifests import Manifests
from sources.settings import FilesSettings
from sources.source import SourceContext

_SLICE = 0.003
"""Seconds of work after which the event loop runs."""
_LARGE = 256 * 1024
"""Bytes from which a file is parsed in a thread: it would hold the loop for too long."""
_RESTLESS = 5.0
"""Seconds after which a file that keeps changing is reported."""


class Reader:
    """One folder, or one file, as far as it was read."""

    def __init__(self, settings: FilesSettings, context: SourceContext) -> None:
        self._name = settings.name
        self._limits = context.limits
        self._known = context.known
        self._ignore = Ignore(settings)
        self._links: dict[str, str] = {}
        self._folders: set[str] = set()
        self._slice = 0.0
        self.manifests = Manifests(settings, context)
        self.tree = Tree(settings.path)
        self.held = Held()
        self.desk = Desk(settings.settle)
        self.pending: dict[str, Change] = {}
        """What is to be emitted next."""
        self.scan: bool | None = None
        """Whether a walk is wanted; True if what it finds was put in place whole."""
        self.grown = False
        """Whether the last walk found folders that the one before it did not."""

    def forget(self) -> None:
        """Begin anew: nothing was ever emitted."""
        self.held = Held()
        self.pending = {}
        self.desk.clear()

    def take(self) -> tuple[Change, ...]:
        """The pending changes, to be emitted now."""
        changes = tuple(self.pending.values())
        self.pending = {}
        for change in changes:
            if isinstance(change, Removed):
                self.held.drop(change.locator)
        return changes

    def doubt(self) -> None:
        """The folder was lost: what seemed to be removed may only have been out of sight."""
        self.desk.clear()
        self.pending = {
            locator: change
            for locator, change in self.pending.items()
            if not isinstance(change, Removed)
        }

    # --- notifications ---

    def notice(self, changes: Changes) -> None:
        """Turn notifications into places to look at. Called for every change, so it is quick."""
        kinds: dict[str, set[Notice]] = {}
        for notice, path in changes:
            if locator := self._locator(path):
                kinds.setdefault(locator, set()).add(notice)
        moved = any(notices == {Notice.deleted} for notices in kinds.values())
        for locator, notices in kinds.items():
            self._notice_one(locator, notices, moved=moved)

    def _locator(self, path: str) -> str | None:
        """The locator of a path as the watcher names it: what lies behind a link that is followed
        has the link's name."""
        links, above = self._links, path
        while links and above:
            if link := links.get(above):
                return link + path[len(above) + 1 :]
            above = above.rpartition("/")[0]
        return self.tree.locator(path)

    def want_scan(self, *, whole: bool = False) -> None:
        """Ask for a walk; `whole`: everything it finds was put in place by a rename."""
        self.scan = bool(self.scan) or whole

    def _notice_one(self, locator: str, notices: set[Notice], *, moved: bool) -> None:
        placed = notices == {Notice.added}
        name = locator[locator.rfind("/") + 1 :]
        if self.tree.single:
            if locator == self.tree.single:
                self.desk.changed(locator, trusted=placed)
        elif name in {"..data", IGNORE_FILE}:
            self.want_scan(whole=name == "..data")
        elif self._ignore.wants(locator):
            known = locator in self.held
            self.desk.changed(locator, trusted=placed and (moved or known))
        elif not hidden(locator) and self._maybe_folder(locator):
            self.want_scan()

    def _maybe_folder(self, locator: str) -> bool:
        return locator + "/" in self._folders or self.tree.is_folder(locator)

    # --- looking at everything ---

    async def walk(self, patience: float = 0.0) -> None:
        """Look at everything: what is not as it was goes to the desk, what is broken is pending.

        `patience` are the seconds at least for which a file must be missing.

        Raises:
            OSError: the top cannot be listed.
            LostError: the top is not what it was.
        """
        whole, self.scan = bool(self.scan), None
        walk = Walk(self._name, self.tree, self._ignore)
        for _ in walk.steps():
            await self._breathe()
        self.tree.check()
        found = walk.listing  # not kept: it is as large as what is held
        self.grown = bool(self._folders) and not found.folders <= self._folders
        self._links, self._folders = found.links, found.folders
        await self._compare(found, whole=whole, patience=patience)
        for broken in found.broken.values():
            self._keep(broken, UNREAD)

    async def _compare(self, listing: Listing, *, whole: bool, patience: float) -> None:
        for locator, signature in listing.files.items():
            await self._breathe()
            if not self.held.unchanged(locator, signature):
                self.desk.listed(locator, Look(signature), trusted=whole)
        for locator in self.held:
            await self._breathe()
            known = locator in listing.files or locator in listing.broken
            if not known and not listing.covers(locator):
                self.desk.listed(locator, Look(), patience=patience)

    # --- looking at one place ---

    async def attend(self) -> None:
        """Look at every place that is due.

        Raises:
            LostError: the top is not what it was.
        """
        for locator, due in self.desk.ready():
            await self._attend_one(locator, due)
            await self._breathe()

    async def _attend_one(self, locator: str, due: Due) -> None:
        seen = due.seen.signature if due.seen else None
        if seen is None and not due.trusted:
            self._look(locator, due)
            return
        # Opening the file is the second look: it tells size and time as well as a look would.
        content = reading.read(self.tree.at(locator), self._limits.file_bytes)
        if isinstance(content, Look):
            self._wait(locator, due, content)
        elif not due.trusted and content.signature != seen:
            self._wait(locator, due, Look(content.signature))
        else:
            await self._read(locator, due, content)

    def _look(self, locator: str, due: Due) -> None:
        """Look at a place at which no file was seen so far, or one that is not to be read now."""
        found = Look() if self._hides(locator) else self.tree.look(locator)
        if found != due.seen:
            self._wait(locator, due, found)
        else:
            self._absent(locator, found)

    def _hides(self, locator: str) -> bool:
        """Whether the rules have come to leave it out."""
        if self.tree.single:
            return False
        folder = locator.endswith("/")
        return self._ignore.hides(locator) if folder else not self._ignore.wants(locator)

    def _wait(self, locator: str, due: Due, found: Look) -> None:
        """Look again later; a file that never stops changing is reported meanwhile."""
        self.desk.again(due, found)
        if time.monotonic() - due.since > _RESTLESS:
            self._restless(locator)

    def give_up(self) -> None:
        """Report what has not stopped changing so far, and was not read: it keeps what it held."""
        for locator in self.desk:
            if locator not in self.pending:
                self._restless(locator)

    def _restless(self, locator: str) -> None:
        report = messages.NEVER_SETTLES.report(seconds=_RESTLESS)
        self._keep(Broken(locator, (report.at(self._name, locator),)), UNREAD)

    async def _read(
        self, locator: str, due: Due, content: reading.Content | reading.Oversize
    ) -> None:
        if isinstance(self.pending.get(locator), Removed):
            del self.pending[locator]
        if isinstance(content, reading.Oversize):
            self.desk.done(locator)
            self._keep(self.manifests.too_large(locator, content.size), content.signature)
            return
        digest = digest_of(content.data)
        if self.held.same(locator, digest):
            self.desk.done(locator)
            self.held.seen(locator, content.signature)
            return
        begun = time.monotonic()
        change = await self._decode(locator, content.data)
        if isinstance(change, Read):
            change = self._known(change)
        if isinstance(change, Read) and self.held.loses(change) and due.confirm != digest:
            due.confirm = digest
            self.desk.again(due, Look(content.signature))
            return
        if due.at < begun:  # else it was notified again, while it was decoded in a thread
            self.desk.done(locator)
        self.held.put(change, content.signature, digest)
        self.pending[locator] = change

    async def _decode(self, locator: str, data: bytes) -> Read | Broken:
        if len(data) < _LARGE:
            return self.manifests.read(locator, data)
        return await asyncio.to_thread(self.manifests.read, locator, data)

    def _absent(self, locator: str, found: Look) -> None:
        """There is no file, as two looks agreed.

        Raises:
            LostError: there is no folder either.
        """
        self.desk.done(locator)
        if found.problem:
            report = messages.FILE_UNREADABLE.report(problem=found.problem)
            self._keep(Broken(locator, (report.at(self._name, locator),)), UNREAD)
            return
        self.tree.check()
        if self.tree.single:
            raise LostError("no such file")
        folder = self.tree.is_folder(locator)
        if folder and not locator.endswith("/"):
            self.want_scan()
        if locator not in self.held:
            return
        # A folder that can be listed again holds its files under names of their own.
        self.pending[locator] = Removed(locator)
        if folder and locator.endswith("/"):
            self.held.drop(locator)
            self.pending[locator] = Read(locator, ())

    def _keep(self, broken: Broken, signature: Signature) -> None:
        """A place cannot be read; nothing to emit if that was known."""
        digest = digest_of_errors(broken)
        if not self.held.same(broken.locator, digest):
            self.pending[broken.locator] = broken
        self.held.put(broken, signature, digest)

    async def _breathe(self) -> None:
        """Let the event loop run if this task has kept it for long."""
        if time.perf_counter() - self._slice > _SLICE:
            await asyncio.sleep(0)
            self._slice = time.perf_counter()
