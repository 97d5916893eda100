"""What a path of an Ingress matches, in the terms of a VirtualService, and which path comes first.

Kubernetes wants prefixes to match element by element: `/foo` matches `/foo/bar` and not `/foobar`.
A prefix in a VirtualService is one of characters, so each becomes two matches. Of several paths the
longest comes first, and of equal ones the exact one (Ingress, "Multiple matches"). What is specific
to the implementation means what it does in istiod: a path at its word, or with `/*` or `.*` at its
end a prefix.
"""

from enum import IntEnum
from typing import Any, NamedTuple

PATH_TYPES = ("Exact", "Prefix", "ImplementationSpecific")
_EVERYTHING = {"", "*", "/*", ".*"}


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
    def conditions(self) -> list[dict[str, Any]]:
        """The `match` of a route; empty if it has none."""
        if self.form is Form.EXACT:
            return [{"uri": {"exact": self.path}}]
        if self.form is Form.ELEMENTS:
            return [{"uri": {"exact": self.path}}, {"uri": {"prefix": f"{self.path}/"}}]
        return [{"uri": {"prefix": self.path}}] if self.path else []

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
