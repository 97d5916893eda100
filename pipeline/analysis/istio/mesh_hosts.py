"""Two VirtualServices for one host in the mesh: Istio takes one of them, and nobody knows which."""

from collections.abc import Iterator

from pipeline.analysis import hosts, kinds
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.visibility import overlap, scope_of
from pipeline.model import Diagnostic, Document, Resource
from pipeline.model.messages import traffic as messages
from pipeline.stage import Index

_HOSTS = Fields((("spec.hosts.*", None),))


def _is_in_the_mesh(document: Document) -> bool:
    spec = document.body.get("spec")
    gateways = spec.get("gateways") if isinstance(spec, dict) else None
    return not gateways or (isinstance(gateways, list) and "mesh" in gateways)


def _mesh_hosts(resource: Resource, document: Document) -> Iterator[str]:
    if not _is_in_the_mesh(document):
        return
    for _, host, _ in _HOSTS.match(document.body):
        if isinstance(host, str):
            yield hosts.full_host(host, resource.key.namespace)


ROUTE_BY_MESH_HOST = Index("virtual-service-by-mesh-host", kinds.VIRTUAL_SERVICE, _mesh_hosts)


class MeshHosts:
    """Reports hosts that another VirtualService routes where both are seen."""

    metadata = Metadata(
        name="mesh-hosts",
        description="Hosts in the mesh that more than one VirtualService routes.",
        codes=frozenset({messages.MESH_HOST_SHARED.code}),
        handles=frozenset({kinds.VIRTUAL_SERVICE}),
        indexes=frozenset({ROUTE_BY_MESH_HOST}),
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Look up each host."""
        if not _is_in_the_mesh(subject.document):
            return
        mine = subject.resource.key
        scope = scope_of(subject.document, mine.namespace)
        for path, host, _ in _HOSTS.match(subject.document.body):
            if not isinstance(host, str):
                continue
            full = hosts.full_host(host, mine.namespace)
            others = [
                other.key
                for other in subject.reader.find(ROUTE_BY_MESH_HOST, full)
                if other.key != mine
                and overlap(scope, scope_of(other.document(), other.key.namespace))
            ]
            if others:
                yield messages.MESH_HOST_SHARED.report(
                    key=mine,
                    path=path,
                    related=others,
                    host=full,
                    others=", ".join(f"{each.namespace}/{each.name}" for each in others),
                )
