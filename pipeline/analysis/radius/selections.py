"""Policies and defaults: for the workloads that they select, of a namespace, or of the mesh."""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Subject
from pipeline.analysis.hosts import full_host, hosts_in
from pipeline.analysis.istio.policies import is_attached, selector_of, selector_of_service
from pipeline.analysis.istio.shared_ports import services_of
from pipeline.analysis.mesh.settings import mesh_of
from pipeline.analysis.radius.radius import Radius, together
from pipeline.analysis.radius.traffic import described
from pipeline.analysis.workloads import pod_of, reach
from pipeline.loose import items, mapping, text
from pipeline.model import Key
from pipeline.stage import Reader

_TARGETS = {
    ("", "Service"): kinds.SERVICE,
    ("core", "Service"): kinds.SERVICE,
    ("networking.istio.io", "ServiceEntry"): kinds.SERVICE_ENTRY,
    (kinds.ROUTE_API, "Gateway"): kinds.K8S_GATEWAY,
}


def policy(subject: Subject) -> Radius:
    """Whatever selects workloads by labels, or names what it is for."""
    key, document = subject.resource.key, subject.document
    if is_attached(document):
        return together(_attached(target, subject.reader) for target in _named(subject))
    labels = selector_of(key.collection, document)
    place = reach(key.namespace, mesh_of(subject.reader).root)
    if labels:
        return Radius(workloads=described(subject.reader, place, labels))
    return Radius(namespaces=frozenset({place}))


def workload(subject: Subject) -> Radius:
    """What describes pods, or is one: itself, and the hosts of the Services that select it."""
    key = subject.resource.key
    labels = pod_of(key.collection, subject.document).labels
    found = services_of(subject.reader, key.namespace, labels)
    hosts = frozenset(full_host(each.key.name, each.key.namespace) for each in found)
    return Radius(hosts=hosts, workloads=frozenset({key}))


def namespace(subject: Subject) -> Radius:
    """Its labels say who gets a proxy, and of which revision."""
    return Radius(namespaces=frozenset({subject.resource.key.name}))


def _attached(target: Key, reader: Reader) -> Radius:
    """A gateway, Service or ServiceEntry that a policy names."""
    if target.collection == kinds.K8S_GATEWAY:
        return Radius(gateways=frozenset({target}))
    if target.collection == kinds.SERVICE_ENTRY:
        return Radius(hosts=_entry_hosts(target, reader))
    return _behind(target, reader)


def _entry_hosts(key: Key, reader: Reader) -> frozenset[str]:
    held = reader.get(key)
    return frozenset(host for _, host in hosts_in(held.document())) if held else frozenset()


def _behind(key: Key, reader: Reader) -> Radius:
    """A Service and its workloads."""
    labels = selector_of_service(reader, key)
    hosts = frozenset({full_host(key.name, key.namespace)})
    return Radius(hosts=hosts, workloads=described(reader, key.namespace, labels))


def _named(subject: Subject) -> Iterator[Key]:
    spec = mapping(subject.document.body, "spec")
    for target in (spec.get("targetRef"), *items(spec, "targetRefs")):
        collection = _TARGETS.get((text(target, "group"), text(target, "kind")))
        if collection and (name := text(target, "name")):
            yield Key(collection, subject.resource.key.namespace, name)
