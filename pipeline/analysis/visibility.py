"""Who sees a resource: `exportTo`, as Istio reads it.

An index holds a name under `places`, and what somebody sees beside a resource is found under
`meeting`: a thousand namespaces that keep a name each to themselves never look at each other.
"""

from typing import TypeAlias

from pipeline.analysis.fields import items
from pipeline.model import Document

Scope: TypeAlias = frozenset[str]
"""Namespaces; with `*` in it, all of them."""

EVERYWHERE: Scope = frozenset({"*"})


def scope_of(document: Document, namespace: str) -> Scope:
    """The namespaces that a resource is visible in; without a word all are."""
    said = items(document.body, "spec", "exportTo")
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
