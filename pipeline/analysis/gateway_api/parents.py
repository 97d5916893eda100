"""What a route is to be attached to, and what a Gateway has for it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pipeline import kinds
from pipeline.loose import items, text
from pipeline.model import Document, Key, Path


class Parent(NamedTuple):
    """One reference of a route to a Gateway."""

    path: Path
    key: Key
    section: str
    """The listener's name; empty: any will do."""
    port: int | None


def parents_of(document: Document, namespace: str) -> Iterator[Parent]:
    """The Gateways that a route names; Services and other parents are left out."""
    for at, ref in enumerate(items(document.body, "spec", "parentRefs")):
        group, kind = text(ref, "group", kinds.ROUTE_API), text(ref, "kind", "Gateway")
        name = text(ref, "name")
        if name and (group, kind) == (kinds.ROUTE_API, "Gateway"):
            key = Key(kinds.K8S_GATEWAY, text(ref, "namespace", namespace), name)
            port = ref.get("port")
            number = port if isinstance(port, int) else None
            yield Parent(("spec", "parentRefs", at), key, text(ref, "sectionName"), number)


def listeners_of(document: Document) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each listener of a Gateway with its path."""
    for at, listener in enumerate(items(document.body, "spec", "listeners")):
        if isinstance(listener, dict):
            yield ("spec", "listeners", at), listener


def is_meant(parent: Parent, listener: dict[str, Any]) -> bool:
    """Whether a reference leaves a listener open, by its name and port."""
    if parent.section and parent.section != listener.get("name"):
        return False
    return parent.port is None or parent.port == listener.get("port")


def hostnames_of(document: Document) -> list[str]:
    """The hosts of a route, in lower case; none: those of its listeners."""
    held = items(document.body, "spec", "hostnames")
    return [host.lower() for host in held if isinstance(host, str)]


def have_common(one: str, other: str) -> bool:
    """Whether two hosts, each perhaps a wildcard, have a name in common; empty is every host."""
    if not one or not other or one == other:
        return True
    if one.startswith("*") and other.startswith("*"):
        return one.endswith(other[1:]) or other.endswith(one[1:])
    if one.startswith("*"):
        return other.endswith(one[1:])
    return other.startswith("*") and one.endswith(other[1:])
