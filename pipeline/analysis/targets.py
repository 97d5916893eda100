"""The table of references: which field names which other resource, and how the name is read.

A new reference is one entry. Levels follow from one question: may the target live where Galley does
not look? Gateways, subsets and delegates are written by the same people as the routes that name
them, so a missing one is an error. Services and Secrets often exist only in the cluster; those are
judged only once the channel holds any of their kind, and then as a warning, because the first
Service to arrive must not block for the ones that have not.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from pipeline.analysis import hosts, kinds
from pipeline.loose import text
from pipeline.model import Key, Path, Resource
from pipeline.model.resource import Document
from pipeline.stage import Index


def _secret_names(resource: Resource, _document: Document) -> Iterator[str]:
    yield resource.key.name


SECRET_BY_NAME = Index("secret-by-name", kinds.SECRET, _secret_names)

Place: TypeAlias = Key | tuple[Index, str]
"""A key, or an index and the value to look under."""

Name: TypeAlias = tuple[str, ...]
"""What a field says, made comparable: two fields with one name lead to one target."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One kind of field that names another resource."""

    collections: tuple[str, ...]
    """Where the field is."""
    patterns: tuple[str, ...]
    read: Callable[[Any, str], Name | None]
    """From the field's value and its resource's namespace to a name; None: it names nothing."""
    lead: Callable[[Name], Iterable[Place]]
    """From a name to the places where its target may be; the first one mostly is it."""
    shown: str
    """The target as people say it, with the parts of the name in braces."""
    leaf: Path = ()
    """The rest of the path to what is at fault within the field."""
    elsewhere: tuple[str, ...] = ()
    """If not empty: judged only where one of these collections holds anything, as a warning."""
    reads: frozenset[str] = frozenset()
    indexes: frozenset[Index] = frozenset()


def _to(collection: str) -> Callable[[Name], Iterable[Place]]:
    """A name of two texts, namespace and name, that leads to one resource of a collection."""

    def lead(name: Name) -> Iterable[Place]:
        return (Key(collection, name[0], name[1]),)

    return lead


def gateway_name(value: Any, namespace: str) -> Name | None:
    """`name`, `namespace/name`, `./name`, or the old `name.namespace.svc`; `mesh` is reserved."""
    if not isinstance(value, str) or value in ("", "mesh"):
        return None
    place, slash, name = value.partition("/")
    if not slash:
        name, _, rest = value.partition(".")
        place = rest.partition(".")[0]
    return (namespace if place in ("", ".") else place, name)


def _local(value: Any, namespace: str) -> Name | None:
    return (namespace, value) if isinstance(value, str) and value else None


def _named(value: Any, namespace: str) -> Name | None:
    """A mapping with a name and maybe a namespace."""
    name = text(value, "name")
    return (text(value, "namespace", namespace), name) if name else None


def _parent(value: Any, namespace: str) -> Name | None:
    kind = (text(value, "group", kinds.ROUTE_API), text(value, "kind", "Gateway"))
    return _named(value, namespace) if kind == (kinds.ROUTE_API, "Gateway") else None


def _backend(value: Any, namespace: str) -> Name | None:
    kind = (text(value, "group"), text(value, "kind", "Service"))
    return _named(value, namespace) if kind == ("", "Service") else None


def _secret(value: Any, namespace: str) -> Name | None:
    kind = (text(value, "group"), text(value, "kind", "Secret"))
    return _named(value, namespace) if kind == ("", "Secret") else None


def _host(value: Any, namespace: str) -> Name | None:
    host = text(value, "host")
    return (hosts.full_host(host, namespace),) if host else None


def _one_host(value: Any, namespace: str) -> Name | None:
    """A host that is no wildcard, which may be meant for what is yet to come."""
    name = _host(value, namespace)
    return name if name and "*" not in name[0] else None


def _lead_to_host(name: Name) -> Iterator[Place]:
    service = hosts.service_of(name[0])
    if service is not None:
        yield service
    for covering in hosts.covering(name[0]):
        yield (hosts.ENTRY_BY_HOST, covering)


def _subset(value: Any, namespace: str) -> Name | None:
    subset = text(value, "subset")
    host = _host(value, namespace) if subset else None
    return (*host, subset) if host else None


def _lead_to_subset(name: Name) -> Iterator[Place]:
    host, subset = name
    for covering in hosts.covering(host):
        yield (hosts.RULE_BY_SUBSET, hosts.subset_value(covering, subset))


def _credential(value: Any, _namespace: str) -> Name | None:
    """The Secret lies beside the gateway's workload, wherever that runs: any namespace will do."""
    name = value.removeprefix("kubernetes://") if isinstance(value, str) else ""
    return (name,) if name and "://" not in name else None


def _lead_to_secret(name: Name) -> Iterable[Place]:
    return ((SECRET_BY_NAME, name[0]),)


DESTINATIONS = (
    "spec.http.*.route.*.destination",
    "spec.http.*.mirror",
    "spec.http.*.mirrors.*.destination",
    "spec.tcp.*.route.*.destination",
    "spec.tls.*.route.*.destination",
)
"""Where a VirtualService says where to."""

_TO_HOST = Reference(
    (kinds.VIRTUAL_SERVICE,),
    DESTINATIONS,
    _host,
    _lead_to_host,
    "host {0}",
    leaf=("host",),
    elsewhere=(kinds.SERVICE, kinds.SERVICE_ENTRY),
    reads=frozenset({kinds.SERVICE}),
    indexes=frozenset({hosts.ENTRY_BY_HOST}),
)

REFERENCES: tuple[Reference, ...] = (
    Reference(
        (kinds.VIRTUAL_SERVICE,),
        (
            "spec.gateways.*",
            "spec.http.*.match.*.gateways.*",
            "spec.tcp.*.match.*.gateways.*",
            "spec.tls.*.match.*.gateways.*",
        ),
        gateway_name,
        _to(kinds.GATEWAY),
        "Gateway {0}/{1}",
        reads=frozenset({kinds.GATEWAY}),
    ),
    Reference(
        (kinds.VIRTUAL_SERVICE,),
        ("spec.http.*.delegate",),
        _named,
        _to(kinds.VIRTUAL_SERVICE),
        "VirtualService {0}/{1}",
        leaf=("name",),
        reads=frozenset({kinds.VIRTUAL_SERVICE}),
    ),
    Reference(
        (kinds.VIRTUAL_SERVICE,),
        DESTINATIONS,
        _subset,
        _lead_to_subset,
        "subset {1} of host {0}",
        leaf=("subset",),
        indexes=frozenset({hosts.RULE_BY_SUBSET}),
    ),
    _TO_HOST,
    replace(_TO_HOST, collections=(kinds.DESTINATION_RULE,), patterns=("spec",), read=_one_host),
    Reference(
        (kinds.GATEWAY,),
        ("spec.servers.*.tls.credentialName", "spec.servers.*.tls.credentialNames.*"),
        _credential,
        _lead_to_secret,
        "Secret {0}",
        elsewhere=(kinds.SECRET,),
        indexes=frozenset({SECRET_BY_NAME}),
    ),
    Reference(
        (kinds.DESTINATION_RULE,),
        tuple(
            f"spec.{place}trafficPolicy.{tls}"
            for place in ("", "subsets.*.")
            for tls in ("tls.credentialName", "portLevelSettings.*.tls.credentialName")
        ),
        _credential,
        _lead_to_secret,
        "Secret {0}",
        elsewhere=(kinds.SECRET,),
        indexes=frozenset({SECRET_BY_NAME}),
    ),
    Reference(
        (kinds.K8S_GATEWAY,),
        ("spec.listeners.*.tls.certificateRefs.*",),
        _secret,
        _to(kinds.SECRET),
        "Secret {0}/{1}",
        leaf=("name",),
        elsewhere=(kinds.SECRET,),
        reads=frozenset({kinds.SECRET}),
    ),
    Reference(
        kinds.WEBHOOKS,
        ("webhooks.*.clientConfig.service",),
        _named,
        _to(kinds.SERVICE),
        "Service {0}/{1}",
        leaf=("name",),
        elsewhere=(kinds.SERVICE,),
        reads=frozenset({kinds.SERVICE}),
    ),
    Reference(
        kinds.K8S_ROUTES,
        ("spec.parentRefs.*",),
        _parent,
        _to(kinds.K8S_GATEWAY),
        "Gateway {0}/{1}",
        leaf=("name",),
        reads=frozenset({kinds.K8S_GATEWAY}),
    ),
    Reference(
        kinds.K8S_ROUTES,
        ("spec.rules.*.backendRefs.*",),
        _backend,
        _to(kinds.SERVICE),
        "Service {0}/{1}",
        leaf=("name",),
        elsewhere=(kinds.SERVICE,),
        reads=frozenset({kinds.SERVICE}),
    ),
    Reference(
        (kinds.INGRESS,),
        ("spec.defaultBackend.service", "spec.rules.*.http.paths.*.backend.service"),
        _named,
        _to(kinds.SERVICE),
        "Service {0}/{1}",
        leaf=("name",),
        elsewhere=(kinds.SERVICE,),
        reads=frozenset({kinds.SERVICE}),
    ),
    Reference(
        (kinds.INGRESS,),
        ("spec.tls.*.secretName",),
        _local,
        _to(kinds.SECRET),
        "Secret {0}/{1}",
        elsewhere=(kinds.SECRET,),
        reads=frozenset({kinds.SECRET}),
    ),
)
