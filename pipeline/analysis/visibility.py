"""Who sees a resource: `exportTo`, as Istio reads it.

An index holds a name under `places`, and what somebody sees beside a resource is found under
`meeting`: a thousand namespaces that keep a name each to themselves never look at each other.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from pipeline.analysis.mesh.settings import MESH, mesh_of
from pipeline.loose import items
from pipeline.model import Document, Resource
from pipeline.stage import Reader

Scope: TypeAlias = frozenset[str]
"""Namespaces; with `*` in it, all of them."""

EVERYWHERE: Scope = frozenset({"*"})


def scope_of(document: Document, namespace: str, default: Sequence[str] = ()) -> Scope:
    """The namespaces that a resource is visible in; without a word those of the default, or all."""
    return as_scope(items(document.body, "spec", "exportTo") or default, namespace)


def as_scope(said: Sequence[object], namespace: str) -> Scope:
    """What a list means that somebody of a namespace exports to; an empty one is all of them."""
    if not said:
        return EVERYWHERE
    texts = (name for name in said if isinstance(name, str) and name != "~")
    names = frozenset(namespace if name == "." else name for name in texts)
    return EVERYWHERE if "*" in names else names


def places(scope: Scope, name: str) -> list[str]:
    """The index values of a name: alone, and within each namespace of its scope."""
    return [name, *(f"{place} {name}" for place in sorted(scope))] if scope else []


def meeting(scope: Scope, name: str) -> list[str]:
    """The index values of the same name in all scopes that have a namespace in common with one."""
    if scope == EVERYWHERE:
        return [name]
    return [f"{place} {name}" for place in sorted(scope | EVERYWHERE)] if scope else []


INDEXES = frozenset({MESH})
"""What `seen_with` reads."""


def seen_with(
    reader: Reader, mine: Resource, document: Document, others: Iterable[Resource]
) -> list[Resource]:
    """The others of one kind that somebody sees beside a resource, by the mesh's defaults.

    An index cannot know these: what it lists are all that may be meant, as if the default were all
    namespaces.
    """
    others = [each for each in others if each.key != mine.key]
    default = mesh_of(reader).exported.get(mine.key.collection, ()) if others else ()
    if not default or "*" in default:
        return others
    scope = scope_of(document, mine.key.namespace, default)
    return [each for each in others if _meet(scope, _scope(each, default))]


def _scope(resource: Resource, default: Sequence[str]) -> Scope:
    return scope_of(resource.document(), resource.key.namespace, default)


def _meet(one: Scope, other: Scope) -> bool:
    if EVERYWHERE in (one, other):
        return bool(one and other)
    return not one.isdisjoint(other)
