"""What a commit holds below a path: the files that are read, and what cannot be.

The same rules as for a folder on disk (`sources/files/listing.py`), over trees. The walk is a
generator that stops for breath after every entry. Locators are paths within the repository.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pipeline.model import Broken, Change, Diagnostic, Read
from pipeline.model.messages import git
from pipeline.model.messages import source as messages
from sources.git.links import Found, Nowhere, follow
from sources.git.objects import LINK, MODULE, TREE, Entry, Objects
from sources.ignore import IGNORE_FILE, TEMPLATES, Ignore
from sources.patterns import PatternError

_DEEPEST = 64
"""Folders below each other by way of links."""
_LARGEST_IGNORES = 1024 * 1024
"""Bytes of a `.galleyignore`."""


class Leaf(NamedTuple):
    """One file: a blob, and the mirror that it is in."""

    blob: str
    folder: Path


class Module(NamedTuple):
    """A submodule that is to be read: at which commit, and where in its own repository."""

    commit: str
    path: str


@dataclass(slots=True)
class Listing:
    """What a walk found."""

    top: str = ""
    """The tree that was walked; empty if it was a file."""
    files: dict[str, Leaf] = field(default_factory=dict)
    """Every file to be read, by locator."""
    said: dict[str, Change] = field(default_factory=dict)
    """What is said of places without reading them; a locator that ends in `/` stands for all below
    it."""
    modules: dict[str, Module] = field(default_factory=dict)
    """Submodules to be read, by locator."""
    lost: dict[str, Diagnostic] = field(default_factory=dict)
    """Links to nothing that may have led to a folder, as locators that end in `/`."""
    refused: Diagnostic | None = None
    """Why nothing at all is read."""
    plain: bool = True
    """Whether every file was found under its own name, and nothing else: then what two trees do
    not hold alike tells all that is new."""

    def covers(self, locator: str) -> bool:
        """Whether a locator that is not listed is missing for being unreadable, not for being
        gone."""
        return any(
            place.endswith("/") and locator.startswith(place)
            for place, change in self.said.items()
            if isinstance(change, Broken)
        )


@dataclass(frozen=True, slots=True)
class Scene:
    """What does not change while a source's trees are walked."""

    source: str
    ignore: Ignore
    prefix: str
    """The path of the settings, with a `/` if it is a folder: locators begin with it."""
    submodules: bool


class Walk:
    """One walk over a tree of one repository."""

    def __init__(self, scene: Scene, objects: Objects, root: str, listing: Listing) -> None:
        self._scene = scene
        self._objects = objects
        self._root = root
        self.listing = listing

    def steps(self, top: Found, below: str = "") -> Iterator[None]:
        """Walk on; every step is short.

        Args:
            top: the tree, or the one file, to be walked.
            below: its locator, relative to the path of the settings: a submodule's.

        Raises:
            DamagedError: the mirror cannot be read.
        """
        if top.mode == MODULE:
            self._module(below, Module(top.id, top.path))
            return
        if top.mode != TREE:
            self.listing.files[self._scene.prefix] = Leaf(top.id, self._objects.folder)
            self.listing.plain = False
            return
        yield from self._folder(below, top.id, (top.path,))

    def _folder(self, folder: str, tree: str, around: tuple[str, ...]) -> Iterator[None]:
        """List one folder; `around` are the real paths of it and of the folders it is in."""
        entries = list(self._objects.entries(tree))
        if not self._read_ignores(folder, entries, around[-1]):
            return
        template = next((each.name for each in entries if each.name in TEMPLATES), None)
        if template and not self._scene.ignore.hides(folder + template):
            self._break_whole(folder, messages.RENDER_FIRST.report(file=template))
            return
        for entry in entries:
            yield
            yield from self._entry(folder, entry, around)

    def _read_ignores(self, folder: str, entries: list[Entry], real: str) -> bool:
        """Take the folder's own rules in; whether they could be read."""
        if not any(each.name == IGNORE_FILE for each in entries):
            self._scene.ignore.rule(folder, None)
            return True
        found = self._small(follow(self._objects, self._root, f"{real}/{IGNORE_FILE}"))
        if found is None:
            problem = f"its {IGNORE_FILE} cannot be read"
            self._break_whole(folder, messages.FOLDER_UNREADABLE.report(problem=problem))
            return False
        text = self._objects.read(found.id).decode("utf-8", "replace")
        try:
            self._scene.ignore.rule(folder, text)
        except PatternError as error:
            problem = f"of its {IGNORE_FILE}, {error}"
            self._break_whole(folder, messages.FOLDER_UNREADABLE.report(problem=problem))
            return False
        return True

    def _small(self, found: Found | Nowhere) -> Found | None:
        """What was found, if it is a file and not far too large to hold rules."""
        if isinstance(found, Nowhere) or found.mode in {TREE, MODULE}:
            return None
        return found if self._objects.size(found.id) <= _LARGEST_IGNORES else None

    def _entry(self, folder: str, entry: Entry, around: tuple[str, ...]) -> Iterator[None]:
        locator, real = folder + entry.name, f"{around[-1]}/{entry.name}".lstrip("/")
        below = locator + "/"
        if entry.mode == LINK:
            yield from self._link(locator, real, around)
        elif entry.mode in {TREE, MODULE}:
            if self._scene.ignore.hides(below) or self._misnamed(below):
                return
            if entry.mode == TREE:
                yield from self._folder(below, entry.id, (*around, real))
            else:
                self._module(below, Module(entry.id, real))
        elif self._scene.ignore.wants(locator) and not self._misnamed(locator):
            self._file(locator, entry.id)

    def _link(self, locator: str, real: str, around: tuple[str, ...]) -> Iterator[None]:
        """A link to a file or a folder: followed, refused, or passed over."""
        found = follow(self._objects, self._root, real)
        if isinstance(found, Nowhere):
            self._lost(locator, found)
            return
        folder = found.mode == TREE
        name = locator + "/" if folder else locator
        ignore = self._scene.ignore
        if (ignore.hides(name) if folder else not ignore.wants(locator)) or self._misnamed(name):
            return
        self.listing.plain = False
        inside = self._inside(found.path, around[0])
        if folder:
            leads_back = any(f"{each}/".startswith(f"{found.path}/") for each in around)
            if not found.path or leads_back or len(around) > _DEEPEST:
                self._break(name, messages.LINK_LOOP.report(target=found.path or "/"))
            elif inside is None or ignore.hides(inside + "/"):
                yield from self._folder(name, found.id, (*around, found.path))
        elif inside is None or not ignore.wants(inside):
            self._target(locator, found)

    def _target(self, locator: str, found: Found) -> None:
        """The file that a link leads to; a submodule at the end of a link is nothing to read."""
        if found.mode == MODULE:
            self._break(locator, messages.FILE_UNREADABLE.report(problem="it is a submodule"))
        else:
            self._file(locator, found.id)

    def _lost(self, locator: str, why: Nowhere) -> None:
        """A link to nothing that is here: to a file, by its name, or else to a folder, which
        matters if anything was read through it."""
        report = (
            git.LINK_OUTSIDE.report()
            if why is Nowhere.OUTSIDE
            else messages.FILE_UNREADABLE.report(problem=why.value)
        )
        if self._scene.ignore.wants(locator):
            self._break(locator, report)
        elif not self._scene.ignore.hides(locator + "/"):
            whole = f"{self._scene.prefix}{locator}/"
            self.listing.lost[whole] = report.at(self._scene.source, whole)
            self.listing.plain = False

    def _module(self, locator: str, module: Module) -> None:
        self.listing.plain = False
        whole = self._scene.prefix + locator
        if self._scene.submodules:
            self.listing.modules[whole] = module
            return
        note = git.SUBMODULE_NOT_READ.report().at(self._scene.source, whole)
        self.listing.said[whole] = Read(whole, (), (note,))

    def _file(self, locator: str, blob: str) -> None:
        self.listing.files[self._scene.prefix + locator] = Leaf(blob, self._objects.folder)

    def _inside(self, path: str, top: str) -> str | None:
        """A path relative to the folder that is walked; None if it is not below it."""
        if not top:
            return path
        return path.removeprefix(f"{top}/") if path.startswith(f"{top}/") else None

    def _misnamed(self, locator: str) -> bool:
        """Whether the name is not UTF-8, which is reported under a name that can be shown."""
        try:
            locator.encode()
        except UnicodeEncodeError:
            raw = locator.encode("utf-8", "surrogateescape")
            self._break(raw.decode("utf-8", "backslashreplace"), messages.BAD_FILE_NAME.report())
            return True
        return False

    def _break_whole(self, folder: str, report: Diagnostic) -> None:
        """Nothing of a folder can be told: what it held stays; at the top, everything does."""
        if folder:
            self._break(folder, report)
        else:
            self.listing.refused = report.at(self._scene.source, self._scene.prefix)

    def _break(self, locator: str, report: Diagnostic) -> None:
        self.listing.plain = False
        whole = self._scene.prefix + locator
        self.listing.said[whole] = Broken(whole, (report.at(self._scene.source, whole),))
