"""What the cases of a suite are given: files, folders, and manifests written in the suite."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from galley.cli.suites.loading import SuiteFile
from galley.cli.suites.model import Manifest
from galley.cli.suites.pipelines import SOURCE, Pipeline
from pipeline.model import Broken, Diagnostic, Origin, Place, Read
from pipeline.model import Path as Field
from pipeline.model.messages import source as messages
from sources.files.listing import Walk
from sources.files.place import LostError, Tree, said
from sources.files.reading import Content, read
from sources.ignore import Ignore
from sources.manifests import Manifests, Parsed
from sources.settings import FilesSettings
from sources.source import SourceContext


class Fixtures:
    """Reads what cases are given, each file once; knows where its fields are.

    A locator is the path from the suite's folder; of what is written in the suite, its own name.
    """

    def __init__(self, file: SuiteFile, pipeline: Pipeline) -> None:
        self._file = file
        self._pipeline = pipeline
        self._context = SourceContext(pipeline.environment.kinds, pipeline.settings.limits)
        self._read: dict[Path, tuple[Read | Broken, ...]] = {}
        self._texts: dict[str, tuple[Manifests, bytes]] = {}
        self._written: dict[int, dict[Field, Parsed]] = {}
        """Manifests of the suite by the line on which they begin, and by their places."""

    def reads(self, *places: Field) -> dict[str, Read | Broken]:
        """What is read of the items at some places of the suite, by locator."""
        found: dict[str, Read | Broken] = {}
        written: list[Parsed] = []
        for where, item in self._items(places):
            if isinstance(item, str):
                found.update((each.locator, each) for each in self._path(self._file.folder / item))
            else:
                document = self._file.parsed.item(item, *where)
                self._written.setdefault(document.line, {})[where] = document
                written.append(document)
        if written:
            own = self._file.path.name
            found[own] = self._manifests(self._pipeline.sources[-1]).take(own, written)
        return found

    def locate(self, origin: Origin, path: Field) -> Place | None:
        """Line and column of a field, as a source says it."""
        if origin.locator == self._file.path.name:
            there = tuple(self._written.get(origin.line, {}).values())
            return there[0].locate(path) if len(there) == 1 else None
        manifests, data = self._texts.get(origin.locator, (None, b""))
        return manifests.locate(data, origin, path) if manifests else None

    def _items(self, places: Iterable[Field]) -> Iterator[tuple[Field, str | Manifest]]:
        """Each item with its own place."""
        for where in places:
            held = self._file.at(where)
            if isinstance(held, list):
                yield from (((*where, number), item) for number, item in enumerate(held))
            elif held is not None:
                yield where, held

    def _path(self, path: Path) -> tuple[Read | Broken, ...]:
        if path not in self._read:
            self._read[path] = tuple(self._of(path))
        return self._read[path]

    def _of(self, path: Path) -> Iterator[Read | Broken]:
        settings = self._pipeline.reads(path.resolve())
        if path.is_dir():
            yield from self._folder(path, settings)
        else:
            yield self._content(path, settings)

    def _folder(self, path: Path, settings: FilesSettings) -> Iterator[Read | Broken]:
        """What a source of files would read there."""
        tree = Tree(path)
        walk = Walk(SOURCE, tree, Ignore(settings))
        locator = f"{self._locator(path)}/"
        try:
            tree.enter()
            deque(walk.steps(), maxlen=0)
        except (OSError, LostError) as error:
            yield Broken(locator, (_lost(error).at(SOURCE, locator),))
            return
        for name, broken in walk.listing.broken.items():
            yield _below(locator, name, broken)
        for name in walk.listing.files:
            yield self._content(path / name, settings)

    def _content(self, path: Path, settings: FilesSettings) -> Read | Broken:
        locator, manifests = self._locator(path), self._manifests(settings)
        limit = self._context.limits.file_bytes
        found = read(str(path), limit)
        if isinstance(found, Content):
            self._texts[locator] = (manifests, found.data)
            return manifests.read(locator, found.data)
        problem = getattr(found, "problem", "") or f"it is larger than {limit:,} bytes, or changing"
        report = messages.FILE_UNREADABLE.report(problem=problem)
        return Broken(locator, (report.at(SOURCE, locator),))

    def _locator(self, path: Path) -> str:
        return Path(os.path.relpath(path, self._file.folder)).as_posix()

    def _manifests(self, settings: FilesSettings) -> Manifests:
        return Manifests(settings, self._context)


def _below(folder: str, name: str, broken: Broken) -> Broken:
    locator = folder + name
    return Broken(locator, tuple(replace(each, locator=locator) for each in broken.errors))


def _lost(error: OSError | LostError) -> Diagnostic:
    """Why nothing can be told of a folder."""
    if isinstance(error, OSError):
        return messages.FOLDER_UNREADABLE.report(problem=said(error))
    return error.report or messages.FOLDER_UNREADABLE.report(problem=str(error))
