"""Who sees a resource: `exportTo`, as Istio reads it."""

from typing import TypeAlias

from pipeline.model import Document

Scope: TypeAlias = frozenset[str]
"""Namespaces; with `*` in it, all of them."""

EVERYWHERE: Scope = frozenset({"*"})


def scope_of(document: Document, namespace: str) -> Scope:
    """The namespaces that a resource is visible in; without a word all are."""
    spec = document.body.get("spec")
    said = spec.get("exportTo") if isinstance(spec, dict) else None
    if not isinstance(said, list) or not said:
        return EVERYWHERE
    texts = (name for name in said if isinstance(name, str) and name != "~")
    names = frozenset(namespace if name == "." else name for name in texts)
    return EVERYWHERE if "*" in names else names


def overlap(one: Scope, other: Scope) -> bool:
    """Whether some namespace is in both."""
    if one and other and "*" in one | other:
        return True
    return not one.isdisjoint(other)
