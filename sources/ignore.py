"""What of a folder is not read: hidden names, foreign names, `exclude`, `.galleyignore`.

Whatever the folder is in: locators here are relative to it, with `/`; that of a folder ends in one.
"""

import fnmatch
import re
from collections.abc import Iterable, Iterator

from sources.patterns import Patterns
from sources.settings import FolderSettings

IGNORE_FILE = ".galleyignore"
TEMPLATES = frozenset(
    {"kustomization.yaml", "kustomization.yml", "Kustomization", "Chart.yaml", "Chart.yml"}
)
"""Files whose folder holds what manifests are made of, and not manifests."""


class Ignore:
    """The rules of one source; the files named `.galleyignore` are taken in as they are found."""

    def __init__(self, settings: FolderSettings) -> None:
        wanted = "|".join(fnmatch.translate(pattern) for pattern in settings.include)
        self._wanted = re.compile(wanted or r"(?!)")
        self._exclude = Patterns(settings.exclude) if settings.exclude else None
        self._folders: dict[str, Patterns] = {}

    def rule(self, folder: str, text: str | None) -> None:
        """Take the text of the `.galleyignore` in a folder (`""`, `a/`, `a/b/`); None: it has none.

        Raises:
            PatternError: a line of it is no pattern; the folder's rules stay as they were.
        """
        if text is None:
            self._folders.pop(folder, None)
        else:
            self._folders[folder] = Patterns(text.splitlines())

    def forget(self) -> None:
        """Drop what any `.galleyignore` has said."""
        self._folders.clear()

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
            verdict = spec.decide(locator[len(folder) :]) if spec else None
            if verdict is not None:
                return verdict
        return self._exclude is not None and self._exclude.match(locator)


def hidden(locator: str) -> bool:
    """Whether a part of the path begins with a dot."""
    return locator.startswith(".") or "/." in locator


def _folders(locator: str) -> Iterator[str]:
    """The folders around it, outermost first: `""`, `a/`, `a/b/`."""
    yield ""
    for found in re.finditer("/", locator[:-1]):
        yield locator[: found.end()]


def _parts(locator: str) -> Iterable[str]:
    """Every folder on the way, and the thing itself: a hidden folder hides what is in it."""
    return [*list(_folders(locator))[1:], locator]
