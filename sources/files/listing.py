"""A walk over everything in the folder: what there is to read, and what cannot be.

The walk is a generator that stops for breath after every file or folder, so that the caller can
let the event loop run in between however large the folder is.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.model import Broken, Diagnostic
from pipeline.model.messages import source as messages
from sources.files.place import Look, LostError, Signature, Tree, look, said
from sources.ignore import IGNORE_FILE, TEMPLATES, Ignore
from sources.patterns import PatternError

_DEEPEST = 64
"""Folders below each other; more is a loop that nobody has noticed."""


@dataclass(slots=True)
class Listing:
    """What a walk found."""

    files: dict[str, Signature] = field(default_factory=dict)
    """Every file to be read, by locator."""
    broken: dict[str, Broken] = field(default_factory=dict)
    """What cannot be read; a locator that ends in `/` stands for all below it."""
    folders: set[str] = field(default_factory=set)
    """Every folder that was listed; the top is the empty text."""
    links: dict[str, str] = field(default_factory=dict)
    """Real path of every link that is followed, and the locator of the link."""

    def covers(self, locator: str) -> bool:
        """Whether a locator that is not listed is missing for being unreadable, not for being
        gone."""
        return any(place.endswith("/") and locator.startswith(place) for place in self.broken)


class Walk:
    """One walk over a tree."""

    def __init__(self, source: str, tree: Tree, ignore: Ignore) -> None:
        self._source = source
        self._tree = tree
        self._ignore = ignore
        self.listing = Listing()

    def steps(self) -> Iterator[None]:
        """Walk on; every step is short.

        Raises:
            OSError: the top cannot be listed.
            LostError: the top is a folder of templates.
        """
        if self._tree.single:
            self._file(self._tree.single, self._tree.look(self._tree.single))
            return
        yield from self._folder("", (os.path.realpath(self._tree.top),))

    def _folder(self, folder: str, around: tuple[str, ...]) -> Iterator[None]:
        """List one folder; `around` are the real paths of it and of the folders it is in."""
        try:
            with os.scandir(self._tree.at(folder)) as found:
                entries = sorted(found, key=lambda entry: entry.name)
            self._read_ignores(folder, entries)
        except OSError as error:
            if not folder:
                raise
            self._break(folder, messages.FOLDER_UNREADABLE.report(problem=said(error)))
            return
        except PatternError as error:
            problem = f"of its {IGNORE_FILE}, {error}"
            self._break_whole(folder, messages.FOLDER_UNREADABLE.report(problem=problem))
            return
        self.listing.folders.add(folder)
        template = next((entry.name for entry in entries if entry.name in TEMPLATES), None)
        if template and not self._ignore.hides(folder + template):
            self._break_whole(folder, messages.RENDER_FIRST.report(file=template))
            return
        for entry in entries:
            yield
            yield from self._entry(folder, entry, around)

    def _read_ignores(self, folder: str, entries: list["os.DirEntry[str]"]) -> None:
        rules = None
        for entry in entries:
            if entry.name == IGNORE_FILE:
                with open(entry.path, encoding="utf-8", errors="replace") as text:  # noqa: PTH123  # a name from scandir
                    rules = text.read()
        self._ignore.rule(folder, rules)

    def _entry(
        self, folder: str, entry: "os.DirEntry[str]", around: tuple[str, ...]
    ) -> Iterator[None]:
        locator = folder + entry.name
        if entry.is_symlink():
            yield from self._link(locator, entry.path, around)
        elif entry.is_dir(follow_symlinks=False):
            below = locator + "/"
            if not self._ignore.hides(below) and not self._misnamed(below):
                yield from self._folder(below, (*around, os.path.realpath(entry.path)))
        elif self._ignore.wants(locator) and not self._misnamed(locator):
            self._file(locator, look(entry.path))

    def _link(self, locator: str, path: str, around: tuple[str, ...]) -> Iterator[None]:
        """A link to a file or a folder: followed, refused, or passed over."""
        real = os.path.realpath(path)
        folder = os.path.isdir(real)  # noqa: PTH112  # plain strings all through the walk
        name = locator + "/" if folder else locator
        if self._ignore.hides(name) if folder else not self._ignore.wants(locator):
            return
        inside = os.path.relpath(real, around[0])
        if real == around[0] or real in around or len(around) > _DEEPEST:
            self._break(name, messages.LINK_LOOP.report(target=inside))
        elif inside == ".." or inside.startswith("../"):
            self._outside(name, real, path)
        elif folder and self._ignore.hides(inside + "/"):
            self.listing.links[real] = name
            yield from self._folder(name, (*around, real))
        elif not folder and (not self._ignore.wants(inside) or not os.path.lexists(real)):
            self.listing.links[real] = locator
            self._file(locator, look(path))

    def _outside(self, name: str, real: str, path: str) -> None:
        """A link out of the folder; one that leads nowhere at all is merely unreadable."""
        found = look(path)
        if found.problem:
            self._file(name, found)
        else:
            self._break(name, messages.LINK_OUTSIDE.report(target=real))

    def _file(self, locator: str, found: Look) -> None:
        if found.signature is not None:
            self.listing.files[locator] = found.signature
        elif found.problem:
            self._break(locator, messages.FILE_UNREADABLE.report(problem=found.problem))

    def _misnamed(self, locator: str) -> bool:
        """Whether the name is not UTF-8, which is reported under a name that can be shown."""
        try:
            locator.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(locator).decode("utf-8", "backslashreplace")
            self._break(shown, messages.BAD_FILE_NAME.report())
            return True
        return False

    def _break_whole(self, folder: str, report: Diagnostic) -> None:
        """Nothing of a folder can be told: what it held stays; at the top, everything does."""
        if not folder:
            raise LostError(report.message, report)
        self._break(folder, report)

    def _break(self, locator: str, report: Diagnostic) -> None:
        self.listing.broken[locator] = Broken(locator, (report.at(self._source, locator),))
