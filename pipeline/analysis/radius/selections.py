"""Policies and defaults: for the workloads that they select, of a namespace, or of the mesh."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Subject
from pipeline.analysis.hosts import full_host, hosts_in
from pipeline.analysis.istio.policies import is_attached, selector_of
from pipeline.analysis.istio.shared_ports import SERVICE_BY_SELECTOR
from pipeline.analysis.labels import Labels, labels_in, meets, pairs
from pipeline.analysis.mesh.settings import mesh_of
from pipeline.analysis.radius.radius import Radius
from pipeline.analysis.radius.traffic import described
from pipeline.analysis.workloads import pod_of, reach
from pipeline.loose import items, mapping, text
from pipeline.model import Document, Key
from pipeline.stage import Reader

_TARGETS = {
    ("", "Service"): kinds.SERVICE,
    ("core", "Service"): kinds.SERVICE,
    ("networking.istio.io", "ServiceEntry"): kinds.SERVICE_ENTRY,
    (kinds.ROUTE_API, "Gateway"): kinds.K8S_GATEWAY,
}
PROXY_CONFIG = "networking.istio.io/ProxyConfig"
TRAFFIC_EXTENSION = "extensions.istio.io/TrafficExtension"


def policy(subject: Subject) -> Radius:
    """Whatever selects workloads by labels, or names what it is for."""
    key, document = subject.resource.key, subject.document
    if is_attached(document):
        return _attached(subject)
    labels = _selector(key.collection, document)
    place = reach(key.namespace, mesh_of(subject.reader).root)
    if labels:
        return Radius(workloads=described(subject.reader, place, labels))
    return Radius(namespaces=frozenset({place}))


def workload(subject: Subject) -> Radius:
    """What describes pods, or is one: itself, and the hosts of the Services that select it."""
    key = subject.resource.key
    labels = pod_of(key.collection, subject.document).labels
    found = (
        service
        for pair in pairs(labels)
        for service in subject.reader.find(SERVICE_BY_SELECTOR, f"{key.namespace} {pair}")
        if meets(labels, selector_of(kinds.SERVICE, service.document()))
    )
    hosts = frozenset(full_host(each.key.name, each.key.namespace) for each in found)
    return Radius(hosts=hosts, workloads=frozenset({key}))


def namespace(subject: Subject) -> Radius:
    """Its labels say who gets a proxy, and of which revision."""
    return Radius(namespaces=frozenset({subject.resource.key.name}))


def _attached(subject: Subject) -> Radius:
    """The gateways, Services and ServiceEntries that a policy names."""
    found = Radius()
    for target in _named(subject):
        if target.collection == kinds.K8S_GATEWAY:
            found |= Radius(gateways=frozenset({target}))
        elif target.collection == kinds.SERVICE_ENTRY:
            found |= Radius(hosts=_entry_hosts(target, subject.reader))
        else:
            found |= _behind(target, subject.reader)
    return found


def _entry_hosts(key: Key, reader: Reader) -> frozenset[str]:
    held = reader.get(key)
    return frozenset(host for _, host in hosts_in(held.document())) if held else frozenset()


def _behind(key: Key, reader: Reader) -> Radius:
    """A Service and its workloads."""
    held = reader.get(key)
    labels = selector_of(key.collection, held.document()) if held else {}
    hosts = frozenset({full_host(key.name, key.namespace)})
    return Radius(hosts=hosts, workloads=described(reader, key.namespace, labels))


def _selector(collection: str, document: Document) -> Labels:
    if collection in (PROXY_CONFIG, TRAFFIC_EXTENSION):
        return labels_in(document.body, "spec", "selector", "matchLabels")
    return selector_of(collection, document)


def _named(subject: Subject) -> Iterator[Key]:
    spec = mapping(subject.document.body, "spec")
    for target in (spec.get("targetRef"), *items(spec, "targetRefs")):
        collection = _TARGETS.get((text(target, "group"), text(target, "kind")))
        if collection and (name := text(target, "name")):
            yield Key(collection, subject.resource.key.namespace, name)
