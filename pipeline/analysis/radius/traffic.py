"""Routes, destinations and gateways: whose traffic goes by them, at which proxies."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pipeline import kinds
from pipeline.analysis.analyzer import Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.hosts import full_host, hosts_in
from pipeline.analysis.istio.gateways import server_hosts, servers
from pipeline.analysis.istio.mesh_hosts import is_in_mesh
from pipeline.analysis.istio.policies import selector_of
from pipeline.analysis.labels import Labels, labels_in, shown
from pipeline.analysis.mesh.settings import mesh_of
from pipeline.analysis.radius.radius import NOBODY, Radius, together
from pipeline.analysis.targets import gateway_name
from pipeline.analysis.visibility import Scope, as_scope, scope_of
from pipeline.analysis.workloads import ANYWHERE, examples
from pipeline.loose import items, text
from pipeline.model import Document, Key, Resource
from pipeline.stage import Index, Reader

_BOUND = Fields(
    (f"spec.{where}gateways.*", None)
    for where in ("", "http.*.match.*.", "tcp.*.match.*.", "tls.*.match.*.")
)
_DELEGATES = Fields((("spec.http.*.delegate", None),))
_EXPORT_TO = "networking.istio.io/exportTo"
_MOST_ROOTS = 100
"""Delegates that lead to each other are followed so far."""


def gateways_of(document: Document, namespace: str) -> frozenset[Key]:
    """The gateways that a VirtualService is bound to."""
    named = (gateway_name(value, namespace) for _, value, _ in _BOUND.match(document.body))
    return frozenset(Key(kinds.GATEWAY, *name) for name in named if name)


def _by_gateway(resource: Resource, document: Document) -> Iterator[str]:
    return map(str, gateways_of(document, resource.key.namespace))


def _by_delegate(resource: Resource, document: Document) -> Iterator[str]:
    for _, value, _ in _DELEGATES.match(document.body):
        if name := text(value, "name"):
            yield f"{text(value, 'namespace', resource.key.namespace)}/{name}"


ROUTE_BY_GATEWAY = Index("virtual-service-by-gateway", kinds.VIRTUAL_SERVICE, _by_gateway)
ROUTE_BY_DELEGATE = Index("virtual-service-by-delegate", kinds.VIRTUAL_SERVICE, _by_delegate)


def described(reader: Reader, namespace: str, labels: Labels) -> frozenset[Key]:
    """The workloads that a selector selects; without labels, none."""
    found = examples(reader, namespace, labels) if labels else ()
    return frozenset(each.key for each in found)


def behind(reader: Reader, gateways: Iterable[Key]) -> frozenset[Key]:
    """The workloads of the gateways of Istio that exist."""
    found = filter(None, (reader.get(key) for key in gateways if key.collection == kinds.GATEWAY))
    selectors = [selector_of(kinds.GATEWAY, each.document()) for each in found]
    different = {shown(labels): labels for labels in selectors}.values()
    return frozenset[Key]().union(*(described(reader, ANYWHERE, each) for each in different))


def route(subject: Subject) -> Radius:
    """A VirtualService; one that others delegate to has their hosts and gateways."""
    return together(_routed(subject.reader, *root) for root in _roots(subject))


def _routed(reader: Reader, document: Document, namespace: str) -> Radius:
    return Radius(
        hosts=_hosts(document, namespace),
        gateways=gateways_of(document, namespace),
        callers=_seen(reader, kinds.VIRTUAL_SERVICE, document, namespace)
        if is_in_mesh(document)
        else NOBODY,
    )


def destination_rule(subject: Subject) -> Radius:
    """Who calls its host; only some workloads, if it selects these."""
    namespace = subject.resource.key.namespace
    host = text(subject.document.body.get("spec"), "host")
    hosts = frozenset({full_host(host, namespace)} if host else ())
    labels = labels_in(subject.document.body, "spec", "workloadSelector", "matchLabels")
    if labels:
        return Radius(hosts=hosts, workloads=described(subject.reader, namespace, labels))
    callers = _seen(subject.reader, kinds.DESTINATION_RULE, subject.document, namespace)
    return Radius(hosts=hosts, callers=callers)


def service_entry(subject: Subject) -> Radius:
    """Who calls its hosts."""
    namespace = subject.resource.key.namespace
    hosts = frozenset(host for _, host in hosts_in(subject.document))
    callers = _seen(subject.reader, kinds.SERVICE_ENTRY, subject.document, namespace)
    return Radius(hosts=hosts, callers=callers)


def service(subject: Subject) -> Radius:
    """Who calls it, and the workloads behind it."""
    key, reader = subject.resource.key, subject.reader
    labels = selector_of(key.collection, subject.document)
    return Radius(
        hosts=frozenset({full_host(key.name, key.namespace)}),
        workloads=described(reader, key.namespace, labels),
        callers=_exported(reader, subject.document, key.namespace),
    )


def gateway(subject: Subject) -> Radius:
    """What it serves, the routes that are bound to it, and its workloads."""
    labels = selector_of(kinds.GATEWAY, subject.document)
    return replace(served(subject), workloads=described(subject.reader, ANYWHERE, labels))


def served(subject: Subject) -> Radius:
    """A Gateway's own hosts, and those of the routes that are bound to it."""
    key, reader = subject.resource.key, subject.reader
    own = (
        host.partition("/")[2]
        for _, server in servers(subject.document)
        for _, host in server_hosts(server, key.namespace)
    )
    bound = reader.find(ROUTE_BY_GATEWAY, str(key))
    routed = (_hosts(each.document(), each.key.namespace) for each in bound)
    return Radius(hosts=frozenset(own).union(*routed), gateways=frozenset({key}))


def ingress(subject: Subject) -> Radius:
    """The hosts of its rules; whose it is, its class says."""
    rules = items(subject.document.body, "spec", "rules")
    return Radius(hosts=frozenset(filter(None, (text(rule, "host") for rule in rules))))


def _roots(subject: Subject) -> Iterator[tuple[Document, str]]:
    """The VirtualService, or those that delegate to it, as far up as they have hosts."""
    waiting, seen = [(subject.resource.key, subject.document)], {subject.resource.key}
    while waiting and len(seen) < _MOST_ROOTS:
        key, document = waiting.pop()
        if items(document.body, "spec", "hosts"):
            yield document, key.namespace
            continue
        for each in subject.reader.find(ROUTE_BY_DELEGATE, f"{key.namespace}/{key.name}"):
            if each.key not in seen:
                seen.add(each.key)
                waiting.append((each.key, each.document()))


def _hosts(document: Document, namespace: str) -> frozenset[str]:
    return frozenset(full_host(host, namespace) for _, host in hosts_in(document))


def _seen(reader: Reader, collection: str, document: Document, namespace: str) -> Scope:
    """Who sees a resource, by what it says or by what the mesh has for those that say nothing."""
    return scope_of(document, namespace, mesh_of(reader).exported.get(collection, ()))


def _exported(reader: Reader, document: Document, namespace: str) -> Scope:
    """Who sees a Service: an annotation says it."""
    said = (name.strip() for name in document.annotations.get(_EXPORT_TO, "").split(","))
    default = mesh_of(reader).exported.get(kinds.SERVICE, ())
    return as_scope(list(filter(None, said)) or default, namespace)
