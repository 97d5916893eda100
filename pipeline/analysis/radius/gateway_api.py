"""The Gateway API: its gateways, and the routes that are attached to them or to Services."""

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Subject
from pipeline.analysis.gateway_api.parents import (
    Parent,
    hostnames_of,
    is_meant,
    listeners_of,
    parents_of,
)
from pipeline.analysis.hosts import full_host
from pipeline.analysis.radius.radius import NOBODY, Radius
from pipeline.analysis.visibility import EVERYWHERE
from pipeline.loose import inside, items, text
from pipeline.model import Document, Key, Resource
from pipeline.stage import Index, Reader


def _by_parent(resource: Resource, document: Document) -> Iterator[str]:
    return (str(each.key) for each in parents_of(document, resource.key.namespace))


ROUTES_BY_PARENT = tuple(
    Index(f"{collection.rpartition('/')[2].lower()}-by-parent", collection, _by_parent)
    for collection in kinds.K8S_ROUTES
)


def route(subject: Subject) -> Radius:
    """Its host names, at its gateways; or the hosts of the Services that it is attached to."""
    namespace = subject.resource.key.namespace
    parents = list(parents_of(subject.document, namespace))
    services = frozenset(_services(subject.document, namespace))
    hosts = frozenset(hostnames_of(subject.document) if parents else ())
    return Radius(
        hosts=services | (hosts or _open_to(subject.reader, parents)),
        gateways=frozenset(each.key for each in parents),
        callers=EVERYWHERE if services else NOBODY,
    )


def gateway(subject: Subject) -> Radius:
    """Its listeners' host names, and those of the routes that are attached to it."""
    key = subject.resource.key
    hosts = _hosts(listener for _, listener in listeners_of(subject.document))
    attached = (
        hostnames_of(each.document())
        for index in ROUTES_BY_PARENT
        for each in subject.reader.find(index, str(key))
    )
    return Radius(hosts=hosts.union(*attached), gateways=frozenset({key}))


def listeners(subject: Subject) -> Radius:
    """The host names of a ListenerSet, at the gateway that it adds to."""
    key, spec = subject.resource.key, subject.document.body.get("spec")
    parent = inside(spec, "parentRef")
    name = text(parent, "name")
    gateway = Key(kinds.K8S_GATEWAY, text(parent, "namespace", key.namespace), name)
    hosts = _hosts(items(spec, "listeners"))
    return Radius(hosts=hosts, gateways=frozenset({gateway} if name else ()))


def backends(subject: Subject) -> Radius:
    """The hosts of the Services that a policy for backends names, for all who call them."""
    namespace = subject.resource.key.namespace
    targets = items(subject.document.body, "spec", "targetRefs")
    named = (text(each, "name") for each in targets if text(each, "kind") == "Service")
    hosts = frozenset(full_host(name, namespace) for name in named if name)
    return Radius(hosts=hosts, callers=EVERYWHERE if hosts else NOBODY)


def _services(document: Document, namespace: str) -> Iterator[str]:
    """The hosts of the Services that a route is attached to."""
    for each in items(document.body, "spec", "parentRefs"):
        is_service = inside(each, "group") == "" and text(each, "kind") == "Service"
        if is_service and (name := text(each, "name")):
            yield full_host(name, text(each, "namespace", namespace))


def _open_to(reader: Reader, parents: list[Parent]) -> frozenset[str]:
    """The hosts of the listeners that a route without host names is attached to."""
    held = ((parent, reader.get(parent.key)) for parent in parents)
    return _hosts(
        listener
        for parent, found in held
        if found
        for _, listener in listeners_of(found.document())
        if is_meant(parent, listener)
    )


def _hosts(listeners: Iterable[Any]) -> frozenset[str]:
    return frozenset(text(each, "hostname").lower() for each in listeners) - {""}
