"""What a Sidecar lets its workloads see: namespaces and hosts that are not there.

A host may be that of a Service, a ServiceEntry or a VirtualService. Hosts that begin with a
wildcard are let alone: they are meant to be more than is there.
"""

from collections.abc import Iterator

from pipeline import kinds
from pipeline.analysis import hosts, namespaces
from pipeline.analysis.analyzer import Metadata, Subject
from pipeline.analysis.fields import Fields
from pipeline.analysis.istio.mesh_hosts import ROUTE_BY_MESH_HOST
from pipeline.model import Diagnostic
from pipeline.model.messages import workloads as messages
from pipeline.stage import Reader

_HOSTS = Fields((("spec.egress.*.hosts.*", None),))


class Egress:
    """Reports hosts in a Sidecar's egress that lead to nothing."""

    metadata = Metadata(
        name="egress",
        description="Namespaces and hosts in a Sidecar's egress that do not exist.",
        codes=frozenset({messages.EGRESS_UNKNOWN.code}),
        handles=frozenset({kinds.SIDECAR}),
        reads=frozenset({kinds.NAMESPACE, kinds.SERVICE, kinds.SERVICE_ENTRY}),
        indexes=namespaces.INDEXES | {hosts.ENTRY_BY_HOST, ROUTE_BY_MESH_HOST},
    )

    def analyze(self, subject: Subject) -> Iterator[Diagnostic]:
        """Follow each host."""
        key = subject.resource.key
        for path, host, _ in _HOSTS.match(subject.document.body):
            target = _missing(subject.reader, key.namespace, host) if type(host) is str else ""
            if target:
                yield messages.EGRESS_UNKNOWN.report(
                    key=key, path=path, level=subject.doubt, target=target
                )


def _missing(reader: Reader, mine: str, said: str) -> str:
    """What does not exist; empty: it does, or that cannot be told."""
    place, _, host = said.partition("/")
    namespace = mine if place == "." else place
    if not host or place == "~":
        return ""
    if namespace != "*" and namespaces.is_unknown(reader, namespace):
        return f"Namespace {namespace}"
    if host.startswith("*") or _is_known(reader, namespace, host.lower()):
        return ""
    return f"host {host}" if namespace == "*" else f"host {host} in namespace {namespace}"


def _is_known(reader: Reader, namespace: str, host: str) -> bool:
    if not any(map(reader.holds, (kinds.SERVICE, kinds.SERVICE_ENTRY))):
        return True
    service = hosts.service_of(host)
    if service and namespace in ("*", service.namespace) and reader.get(service):
        return True
    found = (
        each
        for covering in hosts.covering(host)
        for index in (hosts.ENTRY_BY_HOST, ROUTE_BY_MESH_HOST)
        for each in reader.find(index, covering)
    )
    return any(namespace in ("*", each.key.namespace) for each in found)
