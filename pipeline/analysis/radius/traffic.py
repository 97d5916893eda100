"""Routes, destinations and gateways: whose traffic goes by them, at which proxies."""

from collections.abc import Iterable, Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Subject
from pipeline.analysis.certificates.uses import credentials_of
from pipeline.analysis.fields import Fields
from pipeline.analysis.hosts import full_host, hosts_in
from pipeline.analysis.istio.gateways import server_hosts, servers
from pipeline.analysis.istio.policies import selector_of
from pipeline.analysis.labels import Labels, labels_in
from pipeline.analysis.radius.radius import NOBODY, Radius
from pipeline.analysis.targets import gateway_name
from pipeline.analysis.visibility import EVERYWHERE, Scope, scope_of
from pipeline.analysis.workloads import ANYWHERE, examples
from pipeline.loose import inside, items, text
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


def _by_credential(_resource: Resource, document: Document) -> Iterator[str]:
    for _, server in servers(document):
        tls = inside(server, "tls")
        for _, name in credentials_of(tls):
            yield name.removesuffix("-cacert")
        if name := text(tls, "caCertCredentialName"):
            yield name.removesuffix("-cacert")


ROUTE_BY_GATEWAY = Index("virtual-service-by-gateway", kinds.VIRTUAL_SERVICE, _by_gateway)
ROUTE_BY_DELEGATE = Index("virtual-service-by-delegate", kinds.VIRTUAL_SERVICE, _by_delegate)
GATEWAY_BY_CREDENTIAL = Index("gateway-by-credential", kinds.GATEWAY, _by_credential)


def described(reader: Reader, namespace: str, labels: Labels) -> frozenset[Key]:
    """The workloads that a selector selects; without labels, none."""
    found = examples(reader, namespace, labels) if labels else ()
    return frozenset(each.key for each in found)


def route(subject: Subject) -> Radius:
    """A VirtualService; one that others delegate to has their hosts and gateways."""
    found = Radius()
    for document, namespace in _roots(subject):
        gateways, listed = (
            gateways_of(document, namespace),
            items(document.body, "spec", "gateways"),
        )
        found |= Radius(
            hosts=_hosts(document, namespace),
            gateways=gateways,
            workloads=_behind(subject.reader, gateways),
            callers=NOBODY if listed and "mesh" not in listed else scope_of(document, namespace),
        )
    return found


def destination_rule(subject: Subject) -> Radius:
    """Who calls its host; only some workloads, if it selects these."""
    namespace = subject.resource.key.namespace
    host = text(subject.document.body.get("spec"), "host")
    hosts = frozenset({full_host(host, namespace)} if host else ())
    labels = labels_in(subject.document.body, "spec", "workloadSelector", "matchLabels")
    if labels:
        return Radius(hosts=hosts, workloads=described(subject.reader, namespace, labels))
    return Radius(hosts=hosts, callers=scope_of(subject.document, namespace))


def service_entry(subject: Subject) -> Radius:
    """Who calls its hosts."""
    namespace = subject.resource.key.namespace
    hosts = frozenset(host for _, host in hosts_in(subject.document))
    return Radius(hosts=hosts, callers=scope_of(subject.document, namespace))


def service(subject: Subject) -> Radius:
    """Who calls it, and the workloads behind it."""
    key = subject.resource.key
    selected = described(
        subject.reader, key.namespace, selector_of(key.collection, subject.document)
    )
    hosts = frozenset({full_host(key.name, key.namespace)})
    return Radius(hosts=hosts, workloads=selected, callers=_exported(subject.document, key))


def gateway(subject: Subject) -> Radius:
    """What it serves, the routes that are bound to it, and its workloads."""
    key, reader = subject.resource.key, subject.reader
    served = (
        host.partition("/")[2]
        for _, server in servers(subject.document)
        for _, host in server_hosts(server, key.namespace)
    )
    bound = reader.find(ROUTE_BY_GATEWAY, str(key))
    routed = (_hosts(each.document(), each.key.namespace) for each in bound)
    labels = selector_of(key.collection, subject.document)
    return Radius(
        hosts=frozenset(served).union(*routed),
        gateways=frozenset({key}),
        workloads=described(reader, ANYWHERE, labels),
    )


def credential(subject: Subject) -> Radius:
    """A Secret: the gateways that show its certificate."""
    name = subject.resource.key.name.removesuffix("-cacert")
    found = Radius()
    for each in subject.reader.find(GATEWAY_BY_CREDENTIAL, name):
        found |= gateway(Subject(each, each.document(), subject.reader, subject.complete))
    return found


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


def _behind(reader: Reader, gateways: Iterable[Key]) -> frozenset[Key]:
    """The workloads of gateways that exist."""
    found = filter(None, (reader.get(key) for key in gateways))
    return frozenset[Key]().union(
        *(
            described(reader, ANYWHERE, selector_of(kinds.GATEWAY, each.document()))
            for each in found
        )
    )


def _exported(document: Document, key: Key) -> Scope:
    """Who sees a Service: an annotation says it."""
    said = document.annotations.get(_EXPORT_TO, "")
    names = [name.strip() for name in said.split(",") if name.strip()]
    if not names or "*" in names:
        return EVERYWHERE
    return frozenset(key.namespace if name == "." else name for name in names if name != "~")
