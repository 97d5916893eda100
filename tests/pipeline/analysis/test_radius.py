"""What a change affects: the hosts, gateways and workloads of a small mesh, kind by kind."""

from collections.abc import Callable

import pytest

from pipeline import kinds
from pipeline.analysis.radius import INQUIRY, Radius, radius
from pipeline.analysis.radius.table import AFFECTED
from pipeline.analysis.workloads import TEMPLATES
from pipeline.engine import Engine
from pipeline.schema import BUILTIN_KINDS
from tests.pipeline.analysis.conftest import Change
from tests.pipeline.analysis.small_mesh import (
    ALL,
    INGRESS,
    ISTIO,
    K8S,
    LAKE,
    MESH,
    OF_RATINGS,
    OF_REVIEWS,
    PUBLIC,
    RATINGS,
    REVIEWS,
    SECURITY,
    asked,
    deployment,
    manifest,
    names,
    route,
    service,
)

ReadResources = Callable[[str], Change]
MakeEngine = Callable[..., Engine]

FOR_RATINGS = {
    "targetRefs": [{"group": "", "kind": "Service", "name": "ratings"}, {"kind": "Other"}]
}
POND = {
    "parentRef": {"name": "lake", "namespace": "edge"},
    "listeners": [{"hostname": "Pond.example.com"}, {}],
}


SELECTED = {"selector": {"matchLabels": {"app": "reviews"}}}
AFFECTS: dict[str, tuple[str, Radius]] = {
    "a route in the mesh": (
        route("a", "reviews"),
        Radius(hosts=names(REVIEWS), callers=ALL),
    ),
    "a route that is exported to some": (
        route("a", "reviews", exportTo=[".", "edge"]),
        Radius(hosts=names(REVIEWS), callers=names("shop", "edge")),
    ),
    "a route at a gateway": (
        route("a", "Other.example.com", gateways=["edge/public"]),
        Radius(hosts=names("other.example.com"), gateways=PUBLIC, workloads=INGRESS),
    ),
    "a route at a gateway for some requests": (
        route("a", "b.example.com", http=[{"match": [{"gateways": ["edge/public"]}]}]),
        Radius(names("b.example.com"), PUBLIC, INGRESS, callers=ALL),
    ),
    "a delegate": (
        manifest(ISTIO, "VirtualService", "part", {"http": []}),
        Radius(names("api.example.com"), PUBLIC, INGRESS, callers=names("edge")),
    ),
    "a delegate of nobody": (manifest(ISTIO, "VirtualService", "lonely", {"http": []}), Radius()),
    "a destination": (
        manifest(ISTIO, "DestinationRule", "a", {"host": "reviews"}),
        Radius(hosts=names(REVIEWS), callers=ALL),
    ),
    "a destination as some workloads see it": (
        manifest(
            ISTIO,
            "DestinationRule",
            "a",
            {"host": "reviews", "workloadSelector": {"matchLabels": {"app": "ratings"}}},
        ),
        Radius(hosts=names(REVIEWS), workloads=OF_RATINGS),
    ),
    "a host outside": (
        manifest(ISTIO, "ServiceEntry", "a", {"hosts": ["x.example.org"], "exportTo": ["."]}),
        Radius(hosts=names("x.example.org"), callers=names("shop")),
    ),
    "a Service": (
        service("reviews"),
        Radius(hosts=names(REVIEWS), workloads=OF_REVIEWS, callers=ALL),
    ),
    "a Service that few see": (
        manifest(
            "v1", "Service", "x", {}, annotations={"networking.istio.io/exportTo": "., edge,~"}
        ),
        Radius(names("x.shop.svc.cluster.local"), callers=names("shop", "edge")),
    ),
    "a gateway": (
        manifest(
            ISTIO,
            "Gateway",
            "public",
            {"selector": {"istio": "ingress"}, "servers": [{"hosts": ["./new.example.com"]}]},
            "edge",
        ),
        Radius(
            names("new.example.com", "shop.example.com", "www.example.com", "api.example.com"),
            PUBLIC,
            INGRESS,
        ),
    ),
    "a certificate": (
        manifest("v1", "Secret", "shop", None, "edge"),
        Radius(names("shop.example.com", "www.example.com", "api.example.com"), PUBLIC, INGRESS),
    ),
    "an authority beside a certificate": (
        manifest("v1", "Secret", "partner-cacert", None, "edge"),
        Radius(names("partner.example.org"), callers=names("edge")),
    ),
    "a certificate of the Gateway API": (
        manifest("v1", "Secret", "lake", None, "edge"),
        Radius(names("lake.example.com", "boats.example.com"), LAKE),
    ),
    "a certificate of an Ingress": (
        manifest("v1", "Secret", "old", None),
        Radius(names("old.example.com")),
    ),
    "a certificate of the same name elsewhere": (
        manifest("v1", "Secret", "lake", None),
        Radius(),
    ),
    "an Ingress": (
        manifest(
            "networking.k8s.io/v1", "Ingress", "a", {"rules": [{"host": "i.example.com"}, {}]}
        ),
        Radius(hosts=names("i.example.com")),
    ),
    "a gateway of the Gateway API": (
        manifest(K8S, "Gateway", "lake", {"listeners": [{"hostname": "Sea.example.com"}]}, "edge"),
        Radius(names("lake.example.com", "sea.example.com", "boats.example.com"), LAKE),
    ),
    "a route of the Gateway API": (
        manifest(
            K8S,
            "GRPCRoute",
            "a",
            {
                "parentRefs": [
                    {"name": "lake", "namespace": "edge"},
                    {"kind": "Other", "name": "b"},
                ],
                "hostnames": ["grpc.example.com"],
            },
        ),
        Radius(names("grpc.example.com"), LAKE),
    ),
    "a route for all that its gateway serves": (
        manifest(K8S, "HTTPRoute", "a", {"parentRefs": [{"name": "lake", "namespace": "edge"}]}),
        Radius(names("lake.example.com"), LAKE),
    ),
    "a route of another listener": (
        manifest(
            K8S,
            "HTTPRoute",
            "a",
            {"parentRefs": [{"name": "lake", "namespace": "edge", "sectionName": "http"}]},
        ),
        Radius(gateways=LAKE),
    ),
    "a route of a Service": (
        manifest(
            K8S,
            "HTTPRoute",
            "a",
            {"parentRefs": [{"group": "", "kind": "Service", "name": "ratings"}]},
        ),
        Radius(names(RATINGS), callers=ALL),
    ),
    "a policy for some": (
        manifest(SECURITY, "AuthorizationPolicy", "a", SELECTED),
        Radius(workloads=OF_REVIEWS),
    ),
    "a policy for a namespace": (
        manifest(SECURITY, "PeerAuthentication", "a", {}),
        Radius(namespaces=names("shop")),
    ),
    "a policy for the mesh": (
        manifest(SECURITY, "RequestAuthentication", "a", {}, "istio-system"),
        Radius(namespaces=ALL),
    ),
    "a default of the mesh for some": (
        manifest("telemetry.istio.io/v1", "Telemetry", "a", SELECTED, "istio-system"),
        Radius(workloads=OF_REVIEWS),
    ),
    "a policy of a Service": (
        manifest("extensions.istio.io/v1alpha1", "WasmPlugin", "a", FOR_RATINGS),
        Radius(names(RATINGS), workloads=OF_RATINGS),
    ),
    "a policy of a gateway": (
        manifest(
            SECURITY,
            "AuthorizationPolicy",
            "a",
            {
                "targetRef": {
                    "kind": "Gateway",
                    "group": "gateway.networking.k8s.io",
                    "name": "lake",
                }
            },
            "edge",
        ),
        Radius(gateways=LAKE),
    ),
    "a patch of proxies": (
        manifest(ISTIO, "EnvoyFilter", "a", {"workloadSelector": {"labels": {"app": "ratings"}}}),
        Radius(workloads=OF_RATINGS),
    ),
    "a Sidecar": (manifest(ISTIO, "Sidecar", "a", {}), Radius(namespaces=names("shop"))),
    "settings of proxies": (
        manifest("networking.istio.io/v1beta1", "ProxyConfig", "a", SELECTED),
        Radius(workloads=OF_REVIEWS),
    ),
    "an extension of proxies": (
        manifest("extensions.istio.io/v1alpha1", "TrafficExtension", "a", SELECTED),
        Radius(workloads=OF_REVIEWS),
    ),
    "listeners of their own": (
        manifest(K8S, "ListenerSet", "a", POND),
        Radius(names("pond.example.com"), LAKE),
    ),
    "TLS to a Service": (
        manifest(K8S, "BackendTLSPolicy", "a", FOR_RATINGS),
        Radius(names(RATINGS), callers=ALL),
    ),
    "a workload": (
        deployment("reviews", version="v2"),
        Radius(hosts=names(REVIEWS), workloads=OF_REVIEWS),
    ),
    "a namespace": (
        manifest("v1", "Namespace", "shop", None, ""),
        Radius(namespaces=names("shop")),
    ),
    "what has nothing to do with traffic": (
        manifest("v1", "ConfigMap", "a", None),
        Radius(),
    ),
}


@pytest.fixture
def mesh(engine_of: MakeEngine, resources: ReadResources) -> Engine:
    engine = engine_of()
    engine.apply(resources(MESH))
    return engine


@pytest.mark.parametrize("what", AFFECTS)
def test_what_each_kind_affects(mesh: Engine, resources: ReadResources, what: str) -> None:
    text, affected = AFFECTS[what]
    change = resources(text)
    existing = {key: mesh.outputs[key] for key in change if key in mesh.outputs}

    assert asked(mesh, change) == affected
    if not existing:  # taking it away affects the same
        assert asked(mesh, dict.fromkeys(change)) == affected


def test_a_host_that_is_left_is_affected(mesh: Engine, resources: ReadResources) -> None:
    """As much as one that is new."""
    asked(mesh, resources(route("a", "reviews")))

    found = asked(mesh, resources(route("a", "ratings", exportTo=["."])))

    assert found == Radius(hosts=names(REVIEWS, RATINGS), callers=ALL)


def test_delegates_that_lead_in_a_circle_end(mesh: Engine, resources: ReadResources) -> None:
    circle = [
        manifest(
            ISTIO,
            "VirtualService",
            name,
            {"http": [{"delegate": {"name": other}}]},
        )
        for name, other in (("a", "b"), ("b", "a"))
    ]

    assert asked(mesh, resources("---\n".join(circle))) == Radius()


def test_no_more_is_looked_at_than_asked(mesh: Engine, resources: ReadResources) -> None:
    change = resources("---\n".join(route(f"r{n}", f"h{n}.example.com") for n in range(5)))
    mesh.apply(change)

    found, more = radius(filter(None, change.values()), mesh.reader(INQUIRY), 3)

    assert (len(found.hosts), more) == (3, True)


@pytest.mark.parametrize(
    "spec",
    [
        None,
        [],
        "text",
        {"hosts": 1, "rules": 2, "http": [None]},
        {
            "hosts": [1, None],
            "servers": [1, {"tls": 3, "hosts": 4}],
            "listeners": [5],
            "selector": 6,
            "parentRefs": [None, 7],
            "targetRefs": [8],
            "workloadSelector": [],
            "template": "x",
            "http": [{"delegate": 9, "match": [{"gateways": 1}]}],
            "gateways": {},
            "host": 3,
        },
    ],
)
@pytest.mark.parametrize("collection", AFFECTED)
def test_what_is_misshapen_is_passed_over(
    mesh: Engine, resources: ReadResources, collection: str, spec: object
) -> None:
    group, kind = collection.split("/")
    api = f"{group}/v1" if group != "core" else "v1"

    asked(mesh, resources(manifest(api, kind, "odd", spec)))


def test_every_kind_of_the_mesh_is_asked_about() -> None:
    """What Istio and the Gateway API know, but for what says nothing of traffic by itself."""
    groups = ("networking.istio.io", "security.istio.io", "telemetry.istio.io", kinds.ROUTE_API)
    every = {
        each.collection for each in BUILTIN_KINDS if each.group in groups and not each.observed
    }

    assert every - AFFECTED.keys() == {
        f"{kinds.ROUTE_API}/GatewayClass",
        f"{kinds.ROUTE_API}/ReferenceGrant",
    }
    assert TEMPLATES.keys() <= AFFECTED.keys()
