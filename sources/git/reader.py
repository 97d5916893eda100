"""From one commit to the changes since the commit before: only what differs is read and parsed.

`read` lists what a commit holds, compares it with what was held so far, and parses the blobs that
are new. Where nothing but plain files changed, the difference of two trees says all of it and
nothing is walked.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from pipeline.model import Broken, Change, Diagnostic, Origin, Place, Read, Removed
from pipeline.model import Path as FieldPath
from pipeline.model.messages import git as messages
from pipeline.model.messages import source as source_messages
from sources.git.address import Address
from sources.git.links import Found, Nowhere, follow
from sources.git.modules import ModuleError, Modules, Tree
from sources.git.objects import LINK, MODULE, TREE, DamagedError, Difference, Objects
from sources.git.walk import Leaf, Listing, Scene, Walk
from sources.ignore import IGNORE_FILE, TEMPLATES, Ignore
from sources.manifests import Manifests
from sources.settings import GitSettings
from sources.source import SourceContext

_SLICE = 0.003
"""Seconds of work after which the event loop runs."""
_LARGE = 256 * 1024
"""Bytes from which a file is parsed in a thread: it would hold the loop for too long."""
_NESTED = 5
"""Submodules within each other."""
_LFS = b"version https://git-lfs.github.com/spec/"
_LARGEST_POINTER = 1024


class RefusedError(Exception):
    """A commit is not read at all; `report` says why."""

    def __init__(self, report: Diagnostic) -> None:
        super().__init__(report.message)
        self.report = report


class Reader:
    """One path of one repository, as far as it was read."""

    def __init__(
        self, settings: GitSettings, context: SourceContext, address: Address, folder: Path
    ) -> None:
        self._settings = settings
        self._limits = context.limits
        self._address = address
        self._ignore = Ignore(settings)
        self._modules = Modules(settings, folder)
        self._manifests = Manifests(settings, context)
        self._slice = 0.0
        self._opened: dict[Path, Objects] = {}
        """The mirrors that are read from now."""
        self._read_at: dict[str, str] = {}
        """The commit at which each locator was read last."""
        self.held = Listing()

    def forget(self) -> None:
        """Begin anew: nothing was ever emitted."""
        self.held = Listing()
        self._read_at = {}

    def reaches(self, objects: Objects, commit: str) -> bool:
        """Whether a commit has anything at the path of the settings."""
        found = follow(objects, objects.tree(commit), self._settings.path)
        return isinstance(found, Found)

    async def read(self, objects: Objects, commit: str) -> tuple[Change, ...]:
        """What has changed since the commit that was read before; it is held from now on.

        Raises:
            DamagedError: the mirror cannot be read.
            RefusedError: the commit is not read at all, and what was held still is.
            UnreadableError: a submodule cannot be fetched now.
        """
        self._slice = time.perf_counter()
        self._opened = {objects.folder: objects}
        try:
            with ExitStack() as stack:
                listing, touched = await self._list(Tree(self._address, objects, commit), stack)
                if listing.refused:
                    raise RefusedError(listing.refused)
                changes = [change async for change in self._changes(listing, touched, commit)]
        finally:
            self._opened = {}
        self.held = listing
        for change in changes:
            self._read_at[change.locator] = commit
            if isinstance(change, Removed):
                del self._read_at[change.locator]
        return tuple(changes)

    def collections(self, objects: Objects, tree: str, path: str) -> frozenset[str]:
        """The collections of the resources that a path of a tree holds, whether it is read or not;
        none where there is nothing, or nothing that can be read. Blocking I/O."""
        found = follow(objects, tree, path)
        if isinstance(found, Nowhere) or found.mode in {TREE, MODULE}:
            return frozenset()
        if objects.size(found.id) > self._limits.file_bytes:
            return frozenset()
        held = self._manifests.read(path, objects.read(found.id))
        if isinstance(held, Broken):
            return frozenset()
        return frozenset(each.resource.key.collection for each in held.resources)

    def locate(self, folder: Path, origin: Origin, path: FieldPath) -> Place | None:
        """See `sources.source.Source.locate`. Blocking I/O."""
        leaf = self.held.files.get(origin.locator)
        try:
            if leaf and self._read_at.get(origin.locator) == origin.revision:
                data = Objects(leaf.folder).read(leaf.blob)
            else:
                objects = Objects(folder)
                found = follow(objects, objects.tree(origin.revision), origin.locator)
                if isinstance(found, Nowhere) or found.mode in {TREE, MODULE}:
                    return None
                data = objects.read(found.id)
        except DamagedError:
            return None
        return self._manifests.locate(data, origin, path)

    # --- what a commit holds ---

    async def _list(self, tree: Tree, stack: ExitStack) -> tuple[Listing, set[str] | None]:
        """What a commit holds; and where it may differ from what is held, None: anywhere."""
        root = tree.objects.tree(tree.commit)
        top = follow(tree.objects, root, self._settings.path)
        if top is Nowhere.GONE:
            return Listing(plain=False), None
        if isinstance(top, Nowhere):
            locator = self._settings.path
            report = source_messages.FILE_UNREADABLE.report(problem=top.value)
            raise RefusedError(report.at(self._settings.name, locator))
        quick = self._differing(tree.objects, top)
        return quick or (await self._walk(tree, top, stack), None)

    async def _walk(self, tree: Tree, top: Found, stack: ExitStack) -> Listing:
        self._ignore.forget()
        path = self._settings.path
        prefix = f"{path}/" if path and top.mode in {TREE, MODULE} else path
        scene = Scene(self._settings.name, self._ignore, prefix, self._settings.submodules)
        listing = Listing(top=top.id if top.mode == TREE else "")
        root = tree.objects.tree(tree.commit)
        walk = Walk(scene, tree.objects, root, listing)
        for _ in walk.steps(top):
            await self._breathe()
        await self._enter(scene, tree, listing, stack)
        for place, report in listing.lost.items():
            if any(locator.startswith(place) for locator in self.held.files):
                listing.said[place] = Broken(place, (report,))
        return listing

    async def _enter(self, scene: Scene, tree: Tree, listing: Listing, stack: ExitStack) -> None:
        """Walk the submodules, and theirs."""
        parents = dict.fromkeys(listing.modules, (tree, 1))
        while listing.modules:
            locator, module = listing.modules.popitem()
            parent, depth = parents[locator]
            try:
                _check_depth(depth)
                inner = await self._modules.enter(parent, module, stack)
            except ModuleError as error:
                report = messages.SUBMODULE_UNREADABLE.report(problem=str(error))
                listing.said[locator] = Broken(locator, (report.at(scene.source, locator),))
                continue
            self._opened[inner.objects.folder] = inner.objects
            root = inner.objects.tree(inner.commit)
            below = locator.removeprefix(scene.prefix)
            walk = Walk(scene, inner.objects, root, listing)
            for _ in walk.steps(Found("", TREE, root), below):
                await self._breathe()
            parents |= {each: (inner, depth + 1) for each in listing.modules if each not in parents}

    def _differing(self, objects: Objects, top: Found) -> tuple[Listing, set[str]] | None:
        """What a tree holds, by what it does not share with the one before; None if that cannot be
        told without a walk."""
        if top.mode != TREE or not (self.held.plain and self.held.top):
            return None
        try:
            differences = objects.differences(self.held.top, top.id)
        except DamagedError:
            return None  # the tree before may have been dropped
        if any(_walk_for(each) for each in differences):
            return None
        prefix = f"{self._settings.path}/" if self._settings.path else ""
        files = dict(self.held.files)
        for each in differences:
            if not each.mode:
                files.pop(prefix + each.path, None)
            elif self._ignore.wants(each.path):
                files[prefix + each.path] = Leaf(each.id, objects.folder)
        touched = {prefix + each.path for each in differences}
        return replace(self.held, top=top.id, files=files), touched

    async def _changes(
        self, listing: Listing, touched: set[str] | None, commit: str
    ) -> AsyncIterator[Change]:
        """What is new. What is out of sight below something broken stays held."""
        for locator, change in listing.said.items():
            if self.held.said.get(locator) != change:
                yield change
        for locator in self.held.said:
            if locator not in listing.said and locator not in listing.files:
                yield Removed(locator)
        for locator in self.held.files if touched is None else touched:
            await self._breathe()
            leaf = self.held.files.get(locator)
            if leaf is None or locator in listing.files or locator in listing.said:
                continue
            if listing.covers(locator):
                listing.files[locator] = leaf
            else:
                yield Removed(locator)
        for locator in tuple(listing.files if touched is None else touched):
            leaf = listing.files.get(locator)
            if leaf is not None and self.held.files.get(locator) != leaf:
                yield await self._parse(locator, leaf, commit)

    # --- reading a file ---

    async def _parse(self, locator: str, leaf: Leaf, commit: str) -> Read | Broken:
        await self._breathe()
        objects = self._opened[leaf.folder]
        size = objects.size(leaf.blob)
        if size > self._limits.file_bytes:
            return self._manifests.too_large(locator, size)
        data = objects.read(leaf.blob)
        if is_pointer(data):
            report = messages.LFS_POINTER.report().at(self._settings.name, locator)
            return Broken(locator, (report,))
        if len(data) < _LARGE:
            return self._manifests.read(locator, data, commit)
        return await asyncio.to_thread(self._manifests.read, locator, data, commit)

    async def _breathe(self) -> None:
        """Let the event loop run if this task has kept it for long."""
        if time.perf_counter() - self._slice > _SLICE:
            await asyncio.sleep(0)
            self._slice = time.perf_counter()


def is_pointer(data: bytes) -> bool:
    """Whether this only says where Git LFS keeps the content."""
    return len(data) <= _LARGEST_POINTER and data.startswith(_LFS)


def _check_depth(depth: int) -> None:
    if depth > _NESTED:
        raise ModuleError(f"there are more than {_NESTED} within each other")


def _walk_for(difference: Difference) -> bool:
    """Whether a path of this kind can change what is read elsewhere, or cannot be shown."""
    name = difference.path[difference.path.rfind("/") + 1 :]
    if (
        name == IGNORE_FILE
        or name in TEMPLATES
        or {LINK, MODULE} & {difference.mode, difference.before}
    ):
        return True
    return any("\ud800" <= each <= "\udfff" for each in difference.path)
