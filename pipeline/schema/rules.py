"""The rules of a schema (`x-kubernetes-validations`) and its lists, at the nodes where they stand.

A tree holds the nodes at or below which there is anything to judge, so a walk goes nowhere else.
Rules that mention `oldSelf` have a tree of their own: they judge an update, not a state. What is
walked, and what is not, follows apiextensions-apiserver (pkg/apiserver/schema/cel/validation.go).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.model import Path
from pipeline.schema import lists
from pipeline.schema.bound import BoundRule
from pipeline.schema.cel import ABSENT
from pipeline.schema.correlation import field_of, identity, items_by_identity, list_keys
from pipeline.schema.problems import Problem
from pipeline.schema.vocabulary import Schema


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a schema with something to judge, at it or below."""

    schema: Schema
    rules: tuple[BoundRule, ...]
    listed: bool
    """Whether it is a list of type `set` or `map` whose items are to be told apart."""
    fields: Mapping[str, "Node"]
    values: "Node | None"
    items: "Node | None"
    parts: tuple["Node", ...]
    """What stands below `allOf`: further rules for the same value."""
    keys: tuple[str, ...]
    """What tells the items of a list of type `map` apart."""


Pick = Callable[[Schema, Schema, Path], tuple[BoundRule, ...]]
"""The rules of a node: where they stand, what the value's schema is, where it is."""


def tree(schema: Schema | None, pick: Pick, *, with_lists: bool) -> Node | None:
    """The nodes of a schema with rules that `pick` gives, or with lists; None: there are none."""
    return _Tree(pick, with_lists).node(schema, schema, ()) if schema else None


class _Tree(NamedTuple):
    """What makes the nodes.

    `standing` is where rules are looked for: the node of `schema` itself, or a part of its `allOf`.
    """

    pick: Pick
    with_lists: bool

    def node(self, standing: Schema, schema: Schema, at: Path) -> Node | None:
        without_lists = _Tree(self.pick, with_lists=False)
        parts = (without_lists.node(part, schema, at) for part in standing.get("allOf") or ())
        found = Node(
            schema=schema,
            rules=self.pick(standing, schema, at),
            listed=self.with_lists and lists.is_judged(schema),
            fields=dict(self._declared(standing, schema, at)),
            values=self._below("additionalProperties", standing, schema, at),
            items=self._below("items", standing, schema, at),
            parts=tuple(part for part in parts if part is not None),
            keys=list_keys(schema),
        )
        held = (found.rules, found.listed, found.fields, found.values, found.items, found.parts)
        return found if any(held) else None

    def _below(self, keyword: str, standing: Schema, schema: Schema, at: Path) -> Node | None:
        rules, values = standing.get(keyword), schema.get(keyword)
        if not isinstance(rules, Mapping) or not isinstance(values, Mapping):
            return None
        return self.node(rules, values, (*at, "*"))

    def _declared(self, standing: Schema, schema: Schema, at: Path) -> Iterator[tuple[str, Node]]:
        declared = schema.get("properties") or {}
        for name, below in (standing.get("properties") or {}).items():
            found = self.node(below, declared[name], (*at, name)) if name in declared else None
            if found is not None:
                yield name, found


def violations(
    node: Node | None, value: Any, at: Path = (), *, rules: bool = True
) -> Iterator[Problem]:
    """What lists and `rules` say of a value; a null is judged by what is around it."""
    if node is None or value is None:
        return
    for rule in node.rules if rules else ():
        problem = rule.violation(value, at)
        if problem is not None:
            yield problem
    for part in node.parts:
        yield from violations(part, value, at, rules=rules)
    if isinstance(value, dict):
        for name, held in value.items():
            below = node.fields.get(name) or node.values
            yield from violations(below, held, (*at, name), rules=rules)
    elif isinstance(value, list):
        if node.listed:
            yield from lists.repeated(value, node.schema, at)
        for index, item in enumerate(value if node.items else ()):
            yield from violations(node.items, item, (*at, index), rules=rules)


def transitions(node: Node, value: Any, old: Any, at: Path = ()) -> Iterator[Problem]:
    """What the rules say of an update; `old` is what the value corresponds to, or ABSENT."""
    if value is None:
        return
    for rule in node.rules:
        problem = rule.transition(value, ABSENT if old is None else old, at)
        if problem is not None:
            yield problem
    for part in node.parts:
        yield from transitions(part, value, old, at)
    for below, held, before, where in _children(node, value, old, at):
        yield from transitions(below, held, before, where)


def _children(node: Node, value: Any, old: Any, at: Path) -> Iterator[tuple[Node, Any, Any, Path]]:
    if isinstance(value, dict):
        for name, held in value.items():
            below = node.fields.get(name) or node.values
            if below is not None:
                yield below, held, field_of(old, name), (*at, name)
    elif isinstance(value, list) and node.items is not None:
        before = items_by_identity(old, node.keys)
        for index, item in enumerate(value):
            name_of = identity(item, node.keys)
            was = before.get(name_of, ABSENT) if name_of else ABSENT
            yield node.items, item, was, (*at, index)
