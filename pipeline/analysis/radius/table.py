"""What each kind affects, and a change of many resources together.

A change is asked about when it is complete: what else it brings is there, and what it takes away is
named by itself. What a resource affected before and what it affects now count both.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from pipeline import kinds
from pipeline.analysis.analyzer import Subject
from pipeline.analysis.istio.shared_ports import SERVICE_BY_SELECTOR
from pipeline.analysis.mesh.settings import MESH
from pipeline.analysis.radius import gateway_api, selections, traffic
from pipeline.analysis.radius.radius import Radius
from pipeline.analysis.workloads import INDEXES, TEMPLATES
from pipeline.model import Document, Resource
from pipeline.stage import Index, Outcome, Reader

AFFECTED: Mapping[str, Callable[[Subject], Radius]] = {
    kinds.VIRTUAL_SERVICE: traffic.route,
    kinds.DESTINATION_RULE: traffic.destination_rule,
    kinds.SERVICE_ENTRY: traffic.service_entry,
    kinds.SERVICE: traffic.service,
    kinds.GATEWAY: traffic.gateway,
    kinds.SECRET: traffic.credential,
    kinds.INGRESS: traffic.ingress,
    kinds.K8S_GATEWAY: gateway_api.gateway,
    **dict.fromkeys(kinds.K8S_ROUTES, gateway_api.route),
    f"{kinds.ROUTE_API}/ListenerSet": gateway_api.listeners,
    f"{kinds.ROUTE_API}/BackendTLSPolicy": gateway_api.backends,
    f"{kinds.ROUTE_API}/BackendLBPolicy": gateway_api.backends,
    kinds.AUTHORIZATION_POLICY: selections.policy,
    kinds.ENVOY_FILTER: selections.policy,
    kinds.PEER_AUTHENTICATION: selections.policy,
    kinds.REQUEST_AUTHENTICATION: selections.policy,
    kinds.SIDECAR: selections.policy,
    kinds.TELEMETRY: selections.policy,
    kinds.WASM_PLUGIN: selections.policy,
    selections.PROXY_CONFIG: selections.policy,
    selections.TRAFFIC_EXTENSION: selections.policy,
    **dict.fromkeys(TEMPLATES, selections.workload),
    kinds.POD: selections.workload,
    kinds.WORKLOAD_ENTRY: selections.workload,
    kinds.WORKLOAD_GROUP: selections.workload,
    kinds.NAMESPACE: selections.namespace,
}
"""Of a kind that is not here nothing is known."""

STAGE = "radius"


class RadiusStage:
    """Judges nothing and passes everything: it has the engine keep what `radius` reads."""

    name = STAGE
    only_judges = True
    collections = frozenset({kinds.GATEWAY, kinds.SERVICE, kinds.SERVICE_ENTRY})
    indexes: frozenset[Index] = frozenset(
        {
            traffic.GATEWAY_BY_CREDENTIAL,
            traffic.ROUTE_BY_DELEGATE,
            traffic.ROUTE_BY_GATEWAY,
            MESH,
            SERVICE_BY_SELECTOR,
            *gateway_api.ROUTES_BY_PARENT,
            *INDEXES,
        }
    )

    def handles(self, collection: str) -> bool:  # noqa: ARG002  # it is never run
        return False

    def run(self, resource: Resource, document: Document, reader: Reader) -> Outcome:  # noqa: ARG002
        return Outcome((resource,))


def radius(resources: Iterable[Resource], reader: Reader, most: int) -> tuple[Radius, bool]:
    """What the resources of a change affect, as they were and as they are.

    Args:
        resources: as they are before the change and after it, in any order.
        reader: over everything as it is after the change, for the stage of this name.
        most: as many resources are looked at.

    Returns:
        What they affect, and whether there were more.
    """
    known = (each for each in resources if each.key.collection in AFFECTED)
    found = Radius()
    for each in islice(known, most):
        of = AFFECTED[each.key.collection]
        found |= of(Subject(each, each.document(), reader, complete=False))
    return found, next(known, None) is not None
