"""YAML text to plain values: libyaml parses and composes, the meaning of scalars is our own.

This is the hottest code of a cold start, so a value is built in one walk over the composed nodes,
and nothing is kept for the case that something is wrong: places are found again from the nodes.
"""

import operator
from collections.abc import Iterator
from functools import partial
from typing import Any, TypeAlias

import yaml
from yaml._yaml import CParser
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from pipeline.model import Diagnostic, Path, Place
from pipeline.model.messages import Message, reading
from sources.manifests import guards, scalars
from sources.manifests.parsed import FaultError, Parsed, placed
from sources.manifests.text import place_at
from sources.source import Limits

_Node: TypeAlias = Any
"""A composed node; where the text gives no tag, ours says whether the scalar was plain."""


def load(text: str, limits: Limits, faults: list[Diagnostic]) -> Iterator[Parsed]:
    """Each document that is not empty. Faults after which parsing can go on go into `faults`.

    Raises:
        FaultError: the text cannot be parsed any further.
    """
    try:
        guards.check_depth(text, limits.depth)
        aliases = "*" in text and "&" in text
        for root in compose(text):
            if aliases:
                guards.Expansion(limits, len(text)).check(root)
            builder = Builder(limits.depth, faults)
            value = builder.build(root, 0)
            if value is not None:
                yield Parsed(value, root.start_mark.line + 1, partial(find, root))
    except ReaderError as error:
        raise FaultError(_reader_fault(error, text)) from error
    except yaml.MarkedYAMLError as error:
        raise FaultError(_syntax_fault(error)) from error


def find(root: Node, path: Path) -> Place:
    """Where a field is: its key in a map, the item in a list; the nearest parent if not there."""
    node, place = root, guards.place_of(root)
    for step in path:
        found = _step(node, step)
        if found is None:
            break
        named, node = found
        place = guards.place_of(named)
    return place


class _Composer(CParser):
    """libyaml's composer, which is asked only whether a scalar was plain.

    The composer calls these three for every node; the two that do nothing are built-in functions,
    which cost a fraction of a method.
    """

    ascend_resolver = tuple
    descend_resolver = operator.is_

    def resolve(self, _kind: type[Node], _value: str, implicit: Any) -> Any:
        """What becomes the node's tag where the text gives none: True for a plain scalar."""
        return implicit[0] if implicit.__class__ is tuple else True


def compose(text: str) -> Iterator[Node]:
    """The composed nodes of each document, for those who look for places."""
    composer = _Composer(text)
    while composer.check_node():
        node = composer.get_node()
        if node is not None:
            yield node


class Builder:
    """Plain values from nodes, with every duplicate key and mistaken value reported."""

    __slots__ = ("_depth", "_faults")

    def __init__(self, depth: int, faults: list[Diagnostic]) -> None:
        self._depth = depth
        self._faults = faults

    def build(self, node: _Node, depth: int) -> Any:
        """The value of a node, `depth` levels below the top of the document."""
        kind = node.__class__
        if kind is ScalarNode:
            return self._scalar(node)
        if depth >= self._depth:
            raise FaultError(guards.too_deep(self._depth, guards.place_of(node)))
        if kind is MappingNode:
            return self._map(node, depth + 1)
        below = depth + 1
        return [self.build(item, below) for item in node.value]

    def _scalar(self, node: _Node) -> scalars.Scalar:
        tag = node.tag
        if tag is True:
            return scalars.plain(node.value)
        if tag is False:
            text: str = node.value
            return text
        try:
            return scalars.tagged(node.value, tag)
        except scalars.TagMismatchError:
            name = tag.removeprefix(scalars.TAG_PREFIX)
            self._fault(reading.TAG_MISMATCH, node, tag=f"!!{name}")
            return None

    def _map(self, node: _Node, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: set[str] | None = None
        plain, scalar = scalars.plain, ScalarNode
        for key, value in node.value:
            name = plain(key.value) if key.tag is True and key.__class__ is scalar else None
            if name.__class__ is not str or name == "<<":
                if _is_merge(key):
                    merged = merged or set()
                    self._merge(result, merged, value, depth)
                    continue
                name = self._name(key)
                if name is None:
                    continue
            if name in result and (merged is None or name not in merged):
                self._duplicate(node, name, key)
            elif merged:
                merged.discard(name)
            # The commonest value by far, without a call of our own.
            if value.tag is True and value.__class__ is scalar:
                result[name] = plain(value.value)
            else:
                result[name] = self.build(value, depth)
        return result

    def _name(self, key: _Node) -> str | None:
        """A key as text; reported, and None, where it can be none."""
        if key.__class__ is not ScalarNode:
            kind = "a map" if key.__class__ is MappingNode else "a list"
            self._fault(reading.BAD_FIELD_NAME, key, kind=kind)
            return None
        value = self._scalar(key)
        name = scalars.field_name(value)
        if name is None:
            kind = "null" if value is None else f"the number {value!s:.40}"
            self._fault(reading.BAD_FIELD_NAME, key, kind=kind)
        return name

    def _merge(self, into: dict[str, Any], merged: set[str], value: Node, depth: int) -> None:
        """`<<`: as kubectl does it, later entries of the map win, earlier items of a list do."""
        maps = value.value if value.__class__ is SequenceNode else [value]
        if any(item.__class__ is not MappingNode for item in maps):
            self._fault(reading.BAD_MERGE, value)
            return
        for item in reversed(maps):
            fields = self.build(item, depth)
            into.update(fields)
            merged.update(fields)

    def _duplicate(self, node: MappingNode, name: str, key: Node) -> None:
        first = next(other for other, _ in node.value if _name_of(other) == name)
        line = first.start_mark.line + 1
        self._fault(reading.DUPLICATE_FIELD, key, name=name, line=line)

    def _fault(self, message: Message, node: Node, **facts: Any) -> None:
        self._faults.append(placed(message.report(**facts), guards.place_of(node)))


def _is_merge(key: _Node) -> bool:
    kind, tag = key.__class__, key.tag
    if kind is not ScalarNode:
        return False
    return bool(key.value == "<<" if tag is True else tag == scalars.TAG_PREFIX + "merge")


def _name_of(key: _Node) -> str | None:
    kind, tag = key.__class__, key.tag
    if kind is not ScalarNode or _is_merge(key):
        return None
    try:
        value = key.value if tag is False else scalars.plain(key.value)
        return scalars.field_name(scalars.tagged(key.value, tag) if isinstance(tag, str) else value)
    except scalars.TagMismatchError:
        return None


def _step(node: Node, step: str | int) -> tuple[Node, Node] | None:
    """The node that names a field and the node of its value."""
    if isinstance(step, int):
        if node.__class__ is SequenceNode and step < len(node.value):
            return node.value[step], node.value[step]
        return None
    if node.__class__ is not MappingNode:
        return None
    found = [(key, value) for key, value in node.value if _name_of(key) == step]
    return found[-1] if found else _merged_step(node, step)


def _merged_step(node: MappingNode, step: str) -> tuple[Node, Node] | None:
    for item in _merged(node):
        if item is not node and (found := _step(item, step)):
            return found
    return None


def _merged(node: MappingNode) -> Iterator[Node]:
    """The maps that `<<` brings in."""
    for key, value in node.value:
        if _is_merge(key):
            yield from value.value if value.__class__ is SequenceNode else [value]


def _reader_fault(error: ReaderError, text: str) -> Diagnostic:
    offset = len(text.encode()[: error.position].decode(errors="ignore"))
    problem = f"the control character {text[offset : offset + 1]!r} is not allowed"
    return placed(reading.SYNTAX.report(language="YAML", problem=problem), place_at(text, offset))


def _syntax_fault(error: yaml.MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    said = [error.problem or "unreadable"]
    if error.context:
        begin = error.context_mark
        since = f" that began on line {begin.line + 1}" if begin else ""
        said.append(f"{error.context}{since}")
    report = reading.SYNTAX.report(language="YAML", problem=" ".join(said))
    return placed(report, Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1))
