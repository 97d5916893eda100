"""Routes at a gateway that go past what the mesh says of a host.

A gateway goes by the VirtualServices that name it, and by no other: a route there to a host without
a subset gets all of its workloads, whatever the host's own VirtualService divides among subsets.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.hosts import full_host
from pipeline.analysis.istio.mesh_hosts import is_in_mesh, routed
from pipeline.analysis.others import conflict, other_keys
from pipeline.loose import text
from pipeline.model import Diagnostic, Document, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index

_DESTINATIONS = Fields((("spec.http.*.route.*.destination", None),))


def _divided(resource: Resource, document: Document) -> Iterator[str]:
    """The hosts that a VirtualService of the mesh divides among subsets of their own."""
    namespace = resource.key.namespace
    hosts = {host for _, host in routed(document, namespace)}
    for _, destination, _ in _DESTINATIONS.match(document.body) if hosts else ():
        host = full_host(text(destination, "host"), namespace)
        if text(destination, "subset") and host in hosts:
            yield host


ROUTE_OF_SUBSETS = Index("virtual-service-by-divided-host", kinds.VIRTUAL_SERVICE, _divided)


class SideDoors:
    """Reports destinations at a gateway without a subset whose host is divided in the mesh."""

    metadata = Metadata(
        name="side-doors",
        description="Routes at a gateway that go past the subsets of a host.",
        codes=frozenset({messages.SUBSETS_PASSED_BY.code}),
        handles=frozenset({kinds.VIRTUAL_SERVICE}),
        indexes=frozenset({ROUTE_OF_SUBSETS}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look at each destination, if the routes are for gateways alone."""
        mine, document = subject.resource.key, subject.document
        if is_in_mesh(document):
            return
        for path, destination, _ in _DESTINATIONS.match(document.body):
            host = text(destination, "host")
            if not host or text(destination, "subset"):
                continue
            found = subject.reader.find(ROUTE_OF_SUBSETS, full_host(host, mine.namespace))
            if others := other_keys(found, mine):
                where = (*path, "host")
                yield conflict(messages.SUBSETS_PASSED_BY, mine, where, others, host=host)
