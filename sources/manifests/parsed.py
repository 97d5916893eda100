"""What the parsers hand on: plain values that can say where their fields are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from pipeline.model import Diagnostic, Path, Place

Locate: TypeAlias = Callable[[Path], Place]
"""Line and column of a field; of its nearest parent if it is not there."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """One document, or one item of a List."""

    value: object
    line: int
    """Line on which it begins, from 1."""
    locate: Locate

    def item(self, value: object, *path: str | int) -> "Parsed":
        """The part of it at this path, as a document of its own."""
        whole = self.locate
        return Parsed(value, whole(path).line, lambda below: whole((*path, *below)))


class FaultError(Exception):
    """The text cannot be parsed further; carries the diagnostic, with line and column."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def placed(diagnostic: Diagnostic, place: Place) -> Diagnostic:
    """The diagnostic with line and column; source and locator are filled in by `decoder`."""
    return diagnostic.at("", "", place.line, place.column)
