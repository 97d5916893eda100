"""Who may change which path or collection: the rules of the settings, applied to one change."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sources.git.trust.signatures import Signer
from sources.ignore import IGNORE_FILE, TEMPLATES
from sources.patterns import Patterns
from sources.settings import PathRule


@dataclass(frozen=True, slots=True)
class Author:
    """Who answers for a change."""

    committer: str
    """Mail address that the commit names."""
    signer: Signer | None = None
    """Whose key has signed; None if nobody's whose word is taken."""

    def __str__(self) -> str:
        return str(self.signer) if self.signer else self.committer


class Rule:
    """One entry of the settings."""

    def __init__(self, settings: PathRule) -> None:
        self._settings = settings
        self._paths = Patterns(settings.paths)

    @property
    def by_collection(self) -> bool:
        """Whether it asks which resources a file holds."""
        return bool(self._settings.collections)

    @property
    def by_signer(self) -> bool:
        return bool(self._settings.signers)

    @property
    def allowed(self) -> str:
        """Who may, for people."""
        return ", ".join((*self._settings.signers, *self._settings.committers))

    def covers(self, path: str) -> bool:
        """Whether it is about a path; what can put other files out of sight always is."""
        hides = path.rpartition("/")[2] in {IGNORE_FILE, *TEMPLATES}
        return hides or self._paths.match(path)

    def covered(self, collections: Iterable[str]) -> str:
        """The first of these collections that it is about; empty if none is."""
        wanted = self._settings.collections
        return next(
            (each for each in sorted(collections) if each in wanted or _kind(each) in wanted), ""
        )

    def allows(self, author: Author) -> bool:
        answers = author.signer.answers_to() if author.signer else ()
        return _any(self._settings.signers, answers) or _any(
            self._settings.committers, (author.committer,)
        )


def _kind(collection: str) -> str:
    return collection.rpartition("/")[2]


def _any(patterns: Iterable[str], texts: tuple[str, ...]) -> bool:
    """Mail addresses are compared without regard to case; nothing else in a name differs by it."""
    return any(
        fnmatchcase(text.casefold(), pattern.casefold()) for pattern in patterns for text in texts
    )
