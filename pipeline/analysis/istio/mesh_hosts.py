"""Two VirtualServices for one host in the mesh: Istio takes one of them, and nobody knows which."""

from collections.abc import Iterator
from itertools import chain

from pipeline import kinds
from pipeline.analysis import hosts
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.others import conflict, other_keys
from pipeline.analysis.visibility import INDEXES, meeting, places, scope_of, seen_with
from pipeline.loose import items
from pipeline.model import Diagnostic, Document, Path, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index


def is_in_mesh(document: Document) -> bool:
    """Whether a VirtualService routes in the mesh, and not at gateways alone."""
    gateways = items(document.body, "spec", "gateways")
    return not gateways or "mesh" in gateways


def routed(document: Document, namespace: str) -> Iterator[tuple[Path, str]]:
    """The hosts that are routed in the mesh."""
    if is_in_mesh(document):
        for path, host in hosts.hosts_in(document):
            yield path, hosts.full_host(host, namespace)


def _values(resource: Resource, document: Document) -> Iterator[str]:
    scope = scope_of(document, resource.key.namespace)
    for _, host in routed(document, resource.key.namespace):
        yield from places(scope, host)


ROUTE_BY_MESH_HOST = Index("virtual-service-by-mesh-host", kinds.VIRTUAL_SERVICE, _values)
"""By host alone, and by host within each namespace that sees the route."""


class MeshHosts:
    """Reports hosts that another VirtualService routes where both are seen."""

    metadata = Metadata(
        name="mesh-hosts",
        description="Hosts in the mesh that more than one VirtualService routes.",
        codes=frozenset({messages.MESH_HOST_SHARED.code}),
        handles=frozenset({kinds.VIRTUAL_SERVICE}),
        indexes=INDEXES | {ROUTE_BY_MESH_HOST},
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look up each host."""
        mine = subject.resource.key
        scope = scope_of(subject.document, mine.namespace)
        for path, host in routed(subject.document, mine.namespace):
            seen = (subject.reader.find(ROUTE_BY_MESH_HOST, each) for each in meeting(scope, host))
            found = seen_with(
                subject.reader, subject.resource, subject.document, chain.from_iterable(seen)
            )
            others = other_keys(found, mine)
            if others:
                yield conflict(messages.MESH_HOST_SHARED, mine, path, others, host=host)
