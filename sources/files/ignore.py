"""What of a folder is not read: hidden names, foreign names, `exclude`, `.galleyignore`."""

import fnmatch
import re
from collections.abc import Iterable, Iterator

from pathspec import GitIgnoreSpec

from sources.files.place import hidden
from sources.settings import FilesSettings

IGNORE_FILE = ".galleyignore"


class Ignore:
    """The rules of one source; the files named `.galleyignore` are added as they are found."""

    def __init__(self, settings: FilesSettings) -> None:
        wanted = "|".join(fnmatch.translate(pattern) for pattern in settings.include)
        self._wanted = re.compile(wanted or r"(?!)")
        self._exclude = GitIgnoreSpec.from_lines(settings.exclude) if settings.exclude else None
        self._folders: dict[str, GitIgnoreSpec] = {}

    def replace(self, folders: dict[str, str]) -> None:
        """Take these texts of `.galleyignore`, by folder (`""`, `a/`, `a/b/`), for all others."""
        self._folders = {
            folder: GitIgnoreSpec.from_lines(text.splitlines()) for folder, text in folders.items()
        }

    def wants(self, locator: str) -> bool:
        """Whether this file is read."""
        name = locator[locator.rfind("/") + 1 :]
        return bool(self._wanted.match(name)) and not self.hides(locator)

    def hides(self, locator: str) -> bool:
        """Whether a file, or a folder whose locator ends in `/`, is passed over."""
        if hidden(locator):
            return True
        if self._exclude is None and not self._folders:
            return False
        return any(self._hides(part) for part in _parts(locator))

    def _hides(self, locator: str) -> bool:
        """Whether a pattern names it; the patterns of the nearest folder decide first."""
        for folder in reversed(list(_folders(locator))):
            spec = self._folders.get(folder)
            verdict = spec.check_file(locator[len(folder) :]).include if spec else None
            if verdict is not None:
                return bool(verdict)
        return self._exclude is not None and self._exclude.match_file(locator)


def _folders(locator: str) -> Iterator[str]:
    """The folders around it, outermost first: `""`, `a/`, `a/b/`."""
    yield ""
    for found in re.finditer("/", locator[:-1]):
        yield locator[: found.end()]


def _parts(locator: str) -> Iterable[str]:
    """Every folder on the way, and the thing itself: a hidden folder hides what is in it."""
    return [*list(_folders(locator))[1:], locator]
