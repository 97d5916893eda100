"""JSON text to plain values, with the meaning of JSON and the places of YAML.

JSON is nearly YAML, so a place is found by composing the text as YAML. Where they differ (escapes
of surrogate pairs) the text is changed first without moving a character.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from pipeline.model import Diagnostic, Path, Place
from pipeline.model.messages import reading
from sources.manifests import guards, yamltext
from sources.manifests.parsed import FaultError, Parsed, placed
from sources.manifests.text import place_at
from sources.source import Limits

_SPACE = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


def load(text: str, limits: Limits, faults: list[Diagnostic]) -> Iterator[Parsed]:
    """Each value of the text: JSON values may follow one another.

    Raises:
        FaultError: the text cannot be parsed any further.
    """
    offset = _skip(text, 0)
    while offset < len(text):
        value, end, unique = _value(text, offset, limits)
        whole = _Whole(text[offset:end], place_at(text, offset))
        if not unique:
            faults.extend(whole.faults(limits))
        yield Parsed(value, whole.place.line, whole.locate)
        offset = _skip(text, end)


def _skip(text: str, offset: int) -> int:
    found = _SPACE.match(text, offset)
    return found.end() if found else offset


def _value(text: str, offset: int, limits: Limits) -> tuple[object, int, bool]:
    """The value that begins here, where it ends, and whether all its keys are unique."""
    repeated: list[bool] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(items)
        if len(fields) != len(items):
            repeated.append(True)
        return fields

    try:
        value, end = json.JSONDecoder(object_pairs_hook=pairs).raw_decode(text, offset)
    except json.JSONDecodeError as error:
        report = reading.SYNTAX.report(language="JSON", problem=_said(error))
        raise FaultError(placed(report, place_at(text, error.pos))) from error
    except RecursionError as error:
        raise _too_deep(text, offset, limits) from error
    except ValueError as error:
        report = reading.NO_CANONICAL_FORM.report(problem="a number has thousands of digits")
        raise FaultError(placed(report, place_at(text, offset))) from error
    if text.count("[", offset, end) + text.count("{", offset, end) > limits.depth:
        _check_depth(value, text, offset, limits)
    return value, end, not repeated


def _said(error: json.JSONDecodeError) -> str:
    return error.msg[:1].lower() + error.msg[1:]


def _check_depth(value: object, text: str, offset: int, limits: Limits) -> None:
    level, depth = [value], 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        if depth > limits.depth:
            raise _too_deep(text, offset, limits)
        level = [
            part for item in level for part in (item.values() if isinstance(item, dict) else item)
        ]


def _too_deep(text: str, offset: int, limits: Limits) -> FaultError:
    """The fault at its place, which only the YAML parser can tell."""
    try:
        guards.walk_depth(_SURROGATE.sub(r"\\u0041", text[offset:]), limits.depth)
    except FaultError as fault:
        found = fault.diagnostic
        shifted = _shift(_place(found), place_at(text, offset))
        return FaultError(placed(found, shifted))
    except yaml.YAMLError:
        pass  # not YAML: the place of the whole value has to do
    return FaultError(guards.too_deep(limits.depth, place_at(text, offset)))


class _Whole:
    """One JSON value in its file: finds places in it."""

    def __init__(self, text: str, place: Place) -> None:
        self._text = _SURROGATE.sub(r"\\u0041", text)
        self.place = place

    def locate(self, path: Path) -> Place:
        root = next(yamltext.compose(self._text))
        return _shift(yamltext.find(root, path), self.place)

    def faults(self, limits: Limits) -> list[Diagnostic]:
        """The duplicate keys, which the JSON parser notices without saying where."""
        found: list[Diagnostic] = []
        list(yamltext.load(self._text, limits, found))
        return [placed(fault, _shift(_place(fault), self.place)) for fault in found]


def _place(fault: Diagnostic) -> Place:
    return Place(fault.line, fault.column)


def _shift(place: Place, begin: Place) -> Place:
    """A place within a value, as a place in the file in which the value begins here."""
    column = place.column + begin.column - 1 if place.line == 1 else place.column
    return Place(place.line + begin.line - 1, column)
