"""Secrets: whoever serves with one, or shows its certificate to those whom he calls.

Istio looks for a Secret beside the workloads, wherever these are, so its name alone is compared;
and `NAME-cacert` belongs to `NAME`. The others say in which namespace theirs is.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipeline import kinds
from pipeline.analysis.analyzer import Subject
from pipeline.analysis.certificates.uses import credentials_of, uses_of
from pipeline.analysis.istio.gateways import servers
from pipeline.analysis.radius import gateway_api, traffic
from pipeline.analysis.radius.radius import Radius, together
from pipeline.analysis.targets import CLIENT_TLS
from pipeline.loose import inside, text
from pipeline.model import Document, Resource
from pipeline.stage import Index

_AUTHORITY = "-cacert"


def _by_servers(_resource: Resource, document: Document) -> Iterator[str]:
    for _, server in servers(document):
        yield from _credentials(inside(server, "tls"))


def _by_clients(_resource: Resource, document: Document) -> Iterator[str]:
    for _, tls, _ in CLIENT_TLS.match(document.body):
        yield from _credentials(tls)


def _credentials(tls: Any) -> Iterator[str]:
    for _, name in credentials_of(tls):
        yield name.removesuffix(_AUTHORITY)
    if name := text(tls, "caCertCredentialName"):
        yield name.removesuffix(_AUTHORITY)


def _by_uses(resource: Resource, document: Document) -> Iterator[str]:
    return (f"{use.namespace}/{use.name}" for use in uses_of(resource, document))


_BY_NAME: Mapping[Index, Callable[[Subject], Radius]] = {
    Index("gateway-by-credential", kinds.GATEWAY, _by_servers): traffic.served,
    Index("destination-rule-by-credential", kinds.DESTINATION_RULE, _by_clients): (
        traffic.destination_rule
    ),
}
_BY_PLACE: Mapping[Index, Callable[[Subject], Radius]] = {
    Index("ingress-by-secret", kinds.INGRESS, _by_uses): traffic.ingress,
    Index("k8s-gateway-by-secret", kinds.K8S_GATEWAY, _by_uses): gateway_api.gateway,
}
INDEXES = frozenset({*_BY_NAME, *_BY_PLACE})


def secret(subject: Subject) -> Radius:
    """What everybody who names it affects."""
    key, reader = subject.resource.key, subject.reader
    values = {
        key.name.removesuffix(_AUTHORITY): _BY_NAME,
        f"{key.namespace}/{key.name}": _BY_PLACE,
    }
    return together(
        affected(Subject(each, each.document(), reader, subject.complete))
        for value, users in values.items()
        for index, affected in users.items()
        for each in reader.find(index, value)
    )
