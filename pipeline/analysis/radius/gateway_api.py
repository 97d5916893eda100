"""The Gateway API: its gateways, and the routes that are attached to them or to Services."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Subject
from pipeline.analysis.hosts import full_host
from pipeline.analysis.radius.radius import Radius
from pipeline.analysis.visibility import EVERYWHERE
from pipeline.loose import inside, items, text
from pipeline.model import Document, Key, Resource
from pipeline.stage import Index

_PARENTS = {(kinds.ROUTE_API, "Gateway"): kinds.K8S_GATEWAY, ("", "Service"): kinds.SERVICE}


def parents(document: Document, namespace: str) -> Iterator[Key]:
    """The gateways and Services that a route is attached to."""
    for each in items(document.body, "spec", "parentRefs"):
        group = each.get("group", kinds.ROUTE_API) if isinstance(each, dict) else None
        collection = _PARENTS.get((str(group), text(each, "kind", "Gateway")))
        if collection and (name := text(each, "name")):
            yield Key(collection, text(each, "namespace", namespace), name)


def _by_parent(resource: Resource, document: Document) -> Iterator[str]:
    return map(str, parents(document, resource.key.namespace))


ROUTES_BY_PARENT = tuple(
    Index(f"{collection.rpartition('/')[2].lower()}-by-parent", collection, _by_parent)
    for collection in kinds.K8S_ROUTES
)


def route(subject: Subject) -> Radius:
    """Its host names, at its gateways; or the hosts of the Services that it is attached to."""
    named = list(parents(subject.document, subject.resource.key.namespace))
    gateways = frozenset(key for key in named if key.collection == kinds.K8S_GATEWAY)
    services = [key for key in named if key.collection == kinds.SERVICE]
    hosts = _texts(subject.document, "hostnames") if gateways else frozenset()
    hosts |= {full_host(key.name, key.namespace) for key in services}
    return Radius(hosts=hosts, gateways=gateways, callers=EVERYWHERE if services else frozenset())


def gateway(subject: Subject) -> Radius:
    """Its listeners' host names, and those of the routes that are attached to it."""
    key = subject.resource.key
    listeners = items(subject.document.body, "spec", "listeners")
    hosts = frozenset(filter(None, (text(each, "hostname").lower() for each in listeners)))
    attached = (
        _texts(each.document(), "hostnames")
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
    named = (text(each, "hostname").lower() for each in items(spec, "listeners"))
    return Radius(
        hosts=frozenset(filter(None, named)), gateways=frozenset({gateway} if name else ())
    )


def backends(subject: Subject) -> Radius:
    """The hosts of the Services that a policy for backends names, for all who call them."""
    namespace = subject.resource.key.namespace
    targets = items(subject.document.body, "spec", "targetRefs")
    named = (text(each, "name") for each in targets if text(each, "kind") == "Service")
    hosts = frozenset(full_host(name, namespace) for name in named if name)
    return Radius(hosts=hosts, callers=EVERYWHERE if hosts else frozenset())


def _texts(document: Document, name: str) -> frozenset[str]:
    held = items(document.body, "spec", name)
    return frozenset(each.lower() for each in held if isinstance(each, str))
