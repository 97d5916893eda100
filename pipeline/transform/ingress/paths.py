"""What a path of an Ingress matches, in the terms of a VirtualService, and which path comes first.

Kubernetes wants prefixes to match element by element: `/foo` matches `/foo/bar` and not `/foobar`.
A prefix in a VirtualService is one of characters, so each becomes two matches. Of several paths the
longest comes first, and of equal ones the exact one (Ingress, "Multiple matches"). What is specific
to the implementation means what it does in istiod: a path at its word, or with `/*` or `.*` at its
end a prefix.
"""

from enum import IntEnum
from typing import NamedTuple, TypeAlias

PATH_TYPES = ("Exact", "Prefix", "ImplementationSpecific")
_EVERYTHING = {"", "*", "/*", ".*"}


Condition: TypeAlias = tuple[str, str]
"""`exact` or `prefix`, and a path; an empty prefix is met by every request."""


class Form(IntEnum):
    """How a path is compared, the narrowest first."""

    EXACT = 0
    ELEMENTS = 1
    """It, or anything below it."""
    CHARACTERS = 2
    """Anything that begins so."""


class Match(NamedTuple):
    """What requests a path is for; an empty path of characters is for all of them."""

    form: Form
    path: str

    @property
    def order(self) -> tuple[int, int, str]:
        """Sorts matches by what must come first."""
        return (-len(self.path), self.form, self.path)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The alternatives; a route is for a request that meets one of them."""
        if self.form is Form.EXACT:
            return (("exact", self.path),)
        if self.form is Form.ELEMENTS:
            return (("exact", self.path), ("prefix", f"{self.path}/"))
        return (("prefix", self.path),)

    def __str__(self) -> str:
        kinds = ("exactly {}", "{} and below", "all that begins with {}")
        return kinds[self.form].format(self.path) if self.path else "every other path"


EVERYTHING = Match(Form.CHARACTERS, "")
"""What a default backend is for."""


def match_of(path: str, path_type: str) -> Match:
    """What a path of one of the `PATH_TYPES` matches."""
    if path_type == "Exact":
        return Match(Form.EXACT, path)
    if path_type == "Prefix":
        return _below(path)
    if path in _EVERYTHING:
        return EVERYTHING
    if path.endswith("/*"):
        return _below(path.removesuffix("/*"))
    if path.endswith(".*"):
        return Match(Form.CHARACTERS, path.removesuffix(".*"))
    return Match(Form.EXACT, path)


def _below(path: str) -> Match:
    """Slashes at the end make no difference; below the root is everything that has a path."""
    bare = path.rstrip("/")
    return Match(Form.ELEMENTS, bare) if bare else Match(Form.CHARACTERS, "/")


class Taken:
    """What the routes so far leave of the requests to a host; asked at the cost of a path."""

    def __init__(self) -> None:
        self._exact: set[str] = set()
        self._prefixes: set[str] = set()
        self._lengths: set[int] = set()

    def left(self, match: Match) -> list[Condition]:
        """The conditions of the next route that some request may still meet; they are taken now."""
        found = [condition for condition in match.conditions if not self._takes(condition)]
        for form, path in found:
            self._take(form, path)
        return found

    def _takes(self, condition: Condition) -> bool:
        form, path = condition
        if form == "exact" and path in self._exact:
            return True
        return any(path[:length] in self._prefixes for length in self._lengths)

    def _take(self, form: str, path: str) -> None:
        if form == "exact":
            self._exact.add(path)
            return
        begins = "" if path == "/" else path  # every path begins with a slash
        self._prefixes.add(begins)
        self._lengths.add(len(begins))
