"""What each kind affects, and a change of many resources together.

A change is asked about when it is complete: what else it brings is there, and what it takes away is
named by itself. What a resource affected before and what it affects now count both.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice

from pipeline import kinds
from pipeline.analysis.analyzer import Subject
from pipeline.analysis.istio.shared_ports import SERVICE_BY_SELECTOR
from pipeline.analysis.mesh.settings import MESH
from pipeline.analysis.radius import gateway_api, secrets, selections, traffic
from pipeline.analysis.radius.radius import Radius, together
from pipeline.analysis.workloads import INDEXES, TEMPLATES
from pipeline.model import Resource
from pipeline.stage import Inquiry, Reader

AFFECTED: Mapping[str, Callable[[Subject], Radius]] = {
    kinds.VIRTUAL_SERVICE: traffic.route,
    kinds.DESTINATION_RULE: traffic.destination_rule,
    kinds.SERVICE_ENTRY: traffic.service_entry,
    kinds.SERVICE: traffic.service,
    kinds.GATEWAY: traffic.gateway,
    kinds.SECRET: secrets.secret,
    kinds.INGRESS: traffic.ingress,
    kinds.K8S_GATEWAY: gateway_api.gateway,
    **dict.fromkeys(kinds.K8S_ROUTES, gateway_api.route),
    f"{kinds.ROUTE_API}/ListenerSet": gateway_api.listeners,
    f"{kinds.ROUTE_API}/BackendTLSPolicy": gateway_api.backends,
    f"{kinds.ROUTE_API}/BackendLBPolicy": gateway_api.backends,
    kinds.AUTHORIZATION_POLICY: selections.policy,
    kinds.ENVOY_FILTER: selections.policy,
    kinds.PEER_AUTHENTICATION: selections.policy,
    kinds.PROXY_CONFIG: selections.policy,
    kinds.REQUEST_AUTHENTICATION: selections.policy,
    kinds.SIDECAR: selections.policy,
    kinds.TELEMETRY: selections.policy,
    kinds.TRAFFIC_EXTENSION: selections.policy,
    kinds.WASM_PLUGIN: selections.policy,
    **dict.fromkeys(TEMPLATES, selections.workload),
    kinds.POD: selections.workload,
    kinds.WORKLOAD_ENTRY: selections.workload,
    kinds.WORKLOAD_GROUP: selections.workload,
    kinds.NAMESPACE: selections.namespace,
}
"""Of a kind that is not here nothing is known."""

INQUIRY = Inquiry(
    "radius",
    collections=frozenset({kinds.GATEWAY, kinds.K8S_GATEWAY, kinds.SERVICE, kinds.SERVICE_ENTRY}),
    indexes=frozenset(
        {
            traffic.ROUTE_BY_DELEGATE,
            traffic.ROUTE_BY_GATEWAY,
            MESH,
            SERVICE_BY_SELECTOR,
            *gateway_api.ROUTES_BY_PARENT,
            *secrets.INDEXES,
            *INDEXES,
        }
    ),
)
"""What `radius` reads."""


def radius(resources: Iterable[Resource], reader: Reader, most: int) -> tuple[Radius, bool]:
    """What the resources of a change affect, as they were and as they are.

    Args:
        resources: as they are before the change and after it, in any order.
        reader: for `INQUIRY`, over everything as it is after the change.
        most: as many resources are looked at.

    Returns:
        What they affect, and whether there were more.
    """
    known = (each for each in resources if each.key.collection in AFFECTED)
    found = together(
        AFFECTED[each.key.collection](Subject(each, each.document(), reader, complete=False))
        for each in islice(known, most)
    )
    found = replace(found, workloads=found.workloads | traffic.behind(reader, found.gateways))
    return found, next(known, None) is not None
