"""What must be known of a YAML text before the C parser builds anything of it.

libyaml's composer calls itself once for each level of nesting and takes the process down at some
ten thousand levels, so depth is bounded first; aliases are bounded before they are written out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipeline.model import Diagnostic, Place
from pipeline.model.messages import reading
from sources.manifests.parsed import FaultError, placed
from sources.source import Limits

_SAFE_BRACKETS = 1500
"""So many brackets at most in a text nest at most so deep, which the parser bears."""
PARSERS_LIMIT = "exceeded maximum nesting depth"
"""What libyaml says where its own limit is passed, which newer ones have."""
_DEEP_WIDTH = 200
_DEEP_INDENT = re.compile(rf"[ \t?:-]{{{_DEEP_WIDTH}}}")
"""A block collection begins after nothing but these; so many of them allow 400 levels."""


def check_depth(text: str, limit: int) -> None:
    """Refuse a text that nests too deeply for the parser.

    Nearly every text is cleared by two counts; what is left is walked event by event. The exact
    limit is checked again while values are built, so a text cleared here may still be refused.

    Raises:
        FaultError: with the place where the limit is passed.
        yaml.YAMLError: the text is not YAML, seen before the limit was passed.
    """
    brackets = text.count("[") + text.count("{")
    if brackets > _SAFE_BRACKETS or (_wide(text) and _DEEP_INDENT.search(text)):
        walk_depth(text, limit)


def _wide(text: str) -> bool:
    """Whether any line is long enough to begin with a deep indent; the quicker of two looks."""
    return max(map(len, text.split("\n"))) >= _DEEP_WIDTH


def walk_depth(text: str, limit: int) -> None:
    """The same check without the short cut: event by event.

    Raises:
        FaultError: as for `check_depth`.
        yaml.YAMLError: as for `check_depth`.
    """
    depth = 0
    for event in _events(text, limit):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > limit:
            raise FaultError(too_deep(limit, place_of(event)))


def _events(text: str, limit: int) -> Iterator[Any]:
    """What the parser finds, one by one; it has a limit of its own, of a thousand brackets."""
    parser = CParser(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        if mark is None or error.problem != PARSERS_LIMIT:
            raise
        raise FaultError(too_deep(limit, Place(mark.line + 1, mark.column + 1))) from error


@dataclass(slots=True)
class Expansion:
    """How large a document becomes once its aliases are written out, without writing them out."""

    limits: Limits
    size: int
    """Characters of the text."""
    _sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    _open: set[int] = field(default_factory=set)

    def check(self, root: Node) -> None:
        """Refuse what grows too much, nests too deep through aliases, or holds itself.

        Raises:
            FaultError: with the place of the value at fault.
        """
        expanded, _ = self._measure(root, 0)
        if expanded > self.limits.alias_factor * self.size:
            report = reading.TOO_MUCH_EXPANSION.report(factor=self.limits.alias_factor)
            raise FaultError(placed(report, place_of(root)))

    def _measure(self, node: Node, depth: int) -> tuple[int, int]:
        """Size and height of a node with everything below it, each node looked at once."""
        if isinstance(node, ScalarNode):
            return len(node.value) + 1, 0
        if id(node) in self._open:
            raise FaultError(placed(reading.ALIAS_IN_ITSELF.report(), place_of(node)))
        known = self._sizes.get(id(node))
        if known is None:
            known = self._sizes[id(node)] = self._measure_parts(node, depth)
        if depth + known[1] > self.limits.depth:
            raise FaultError(too_deep(self.limits.depth, place_of(node)))
        return known

    def _measure_parts(self, node: Node, depth: int) -> tuple[int, int]:
        if depth >= self.limits.depth:
            raise FaultError(too_deep(self.limits.depth, place_of(node)))
        self._open.add(id(node))
        size, height = 1, 0
        for part in parts_of(node):
            below, levels = self._measure(part, depth + 1)
            size, height = size + below, max(height, levels)
        self._open.discard(id(node))
        return size, height + 1


def parts_of(node: Node) -> list[Node]:
    """The nodes right below a collection: items, or keys and values in turn."""
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []


def place_of(at: Any) -> Place:
    """Where a node or an event begins; their stubs allow for none, the C parser always tells."""
    mark = at.start_mark
    return Place(mark.line + 1, mark.column + 1)


def too_deep(limit: int, place: Place) -> Diagnostic:
    """The diagnostic for a value one level too deep."""
    return placed(reading.TOO_DEEP.report(limit=limit), place)
