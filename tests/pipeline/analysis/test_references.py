"""Names that lead nowhere: good and bad manifests for each kind of reference."""

from collections.abc import Callable

import pytest

from pipeline.engine import Engine
from pipeline.model import Key, Resource

Change = dict[Key, Resource | None]
MakeEngine = Callable[..., Engine]
ReadResources = Callable[[str], Change]

VS = "networking.istio.io/v1"
ROUTE = "{http: [{route: [{destination: {host: web}}]}]}"


def vs(spec: str, name: str = "web", namespace: str = "shop") -> str:
    return (
        f"{{apiVersion: {VS}, kind: VirtualService,"
        f" metadata: {{name: {name}, namespace: {namespace}}}, spec: {spec}}}"
    )


def named(
    kind: str, name: str, namespace: str = "shop", spec: str = "{}", version: str = VS
) -> str:
    return (
        f"{{apiVersion: {version}, kind: {kind},"
        f" metadata: {{name: {name}, namespace: {namespace}}}, spec: {spec}}}"
    )


def destination(text: str) -> str:
    return f"{{http: [{{route: [{{destination: {text}}}]}}]}}"


GATEWAY_API = "gateway.networking.k8s.io/v1"
SERVICE = named("Service", "other", version="v1")
ENTRY = named("ServiceEntry", "ext", spec="{hosts: [api.example.com, '*.wild.example.com']}")
RULE = named("DestinationRule", "web", spec="{host: web, subsets: [{name: v1}]}")
WILD_RULE = named("DestinationRule", "w", spec="{host: '*.example.com', subsets: [{name: v1}]}")
SECRET = named("Secret", "cert", namespace="istio-system", version="v1")


def http_route(spec: str) -> str:
    return named("HTTPRoute", "web", version=GATEWAY_API, spec=spec)


def ingress(spec: str) -> str:
    return named("Ingress", "web", version="networking.k8s.io/v1", spec=spec)


def servers(name: str) -> str:
    return named("Gateway", "public", spec=f"{{servers: [{{tls: {{credentialName: {name}}}}}]}}")


GOOD = {
    "gateway of the same namespace": [vs("{gateways: [public]}"), named("Gateway", "public")],
    "gateway of the own namespace by a dot": [vs("{gateways: [./g]}"), named("Gateway", "g")],
    "gateway elsewhere": [vs("{gateways: [infra/g]}"), named("Gateway", "g", "infra")],
    "gateway by its old long name": [
        vs("{gateways: [g.infra.svc.cluster.local]}"),
        named("Gateway", "g", "infra"),
    ],
    "the mesh itself": [vs("{gateways: [mesh]}")],
    "delegate": [
        vs("{http: [{delegate: {name: part, namespace: team}}]}"),
        vs("{}", "part", "team"),
    ],
    "subset": [vs(destination("{host: web, subset: v1}")), RULE],
    "subset by the full name": [
        vs(destination("{host: web.shop.svc.cluster.local, subset: v1}")),
        RULE,
    ],
    "subset of a wildcard": [
        vs(destination("{host: a.b.example.com, subset: v1}")),
        WILD_RULE,
    ],
    "host while nobody holds any": [vs(destination("{host: web}"))],
    "host of a service": [vs(destination("{host: other}")), SERVICE],
    "host of an entry": [vs(destination("{host: api.example.com}")), ENTRY],
    "host under a wildcard": [vs(destination("{host: a.wild.example.com}")), ENTRY],
    "secret while nobody holds any": [servers("cert")],
    "secret in another namespace": [servers("cert"), SECRET],
    "secret of another provider": [servers("sds://cert"), SECRET],
    "parent": [
        http_route("{parentRefs: [{name: g}]}"),
        named("Gateway", "g", version=GATEWAY_API),
    ],
    "parent that is a service": [http_route("{parentRefs: [{name: g, kind: Service, group: ''}]}")],
    "backend": [http_route("{rules: [{backendRefs: [{name: other}]}]}"), SERVICE],
    "backend of another kind": [
        http_route("{rules: [{backendRefs: [{name: x, kind: Bucket, group: store.io}]}]}"),
        SERVICE,
    ],
    "ingress": [ingress("{defaultBackend: {service: {name: other}}}"), SERVICE],
    "misshapen": [
        vs("{gateways: {a: 1}, http: [1, {match: [{uri: 3}], route: x}, {route: [1]}]}"),
        vs("{http: [{route: [{destination: [1]}]}]}", "other"),
        vs("{gateways: [1, '', null], http: null}", "more"),
        vs("null", "none"),
        SERVICE,
    ],
}

BAD = {
    "gateway": ([vs("{gateways: [mesh, nope]}")], "GAL0601", "spec.gateways[1]", "shop/nope"),
    "gateway elsewhere": (
        [vs("{gateways: [infra/g]}"), named("Gateway", "g")],
        "GAL0601",
        "spec.gateways[0]",
        "Gateway infra/g",
    ),
    "gateway of a match": (
        [vs("{http: [{match: [{gateways: [g]}]}]}")],
        "GAL0601",
        "spec.http[0].match[0].gateways[0]",
        "Gateway shop/g",
    ),
    "delegate": (
        [vs("{http: [{delegate: {name: part}}]}")],
        "GAL0601",
        "spec.http[0].delegate.name",
        "VirtualService shop/part",
    ),
    "subset": (
        [vs(destination("{host: web, subset: v2}")), RULE],
        "GAL0601",
        "spec.http[0].route[0].destination.subset",
        "subset v2 of host web.shop.svc.cluster.local",
    ),
    "subset of another namespace": (
        [vs("{tcp: [{route: [{destination: {host: web, subset: v1}}]}]}", namespace="b"), RULE],
        "GAL0601",
        "spec.tcp[0].route[0].destination.subset",
        "web.b.svc.cluster.local",
    ),
    "host": (
        [vs(destination("{host: wbe}")), SERVICE],
        "GAL0603",
        "spec.http[0].route[0].destination.host",
        "host wbe.shop.svc.cluster.local",
    ),
    "host outside": (
        [vs("{http: [{mirror: {host: nope.example.com}}]}"), ENTRY],
        "GAL0603",
        "spec.http[0].mirror.host",
        "host nope.example.com",
    ),
    "secret": (
        [servers("nope"), SECRET],
        "GAL0603",
        "spec.servers[0].tls.credentialName",
        "Secret nope",
    ),
    "parent": (
        [http_route("{parentRefs: [{name: g, namespace: infra}]}")],
        "GAL0601",
        "spec.parentRefs[0].name",
        "Gateway infra/g",
    ),
    "backend": (
        [
            http_route("{rules: [{matches: [{method: GET}]}, {backendRefs: [{name: nope}]}]}"),
            SERVICE,
        ],
        "GAL0603",
        "spec.rules[1].backendRefs[0].name",
        "Service shop/nope",
    ),
    "mirror": (
        [
            http_route(
                "{rules: [{filters: [{requestMirror: {backendRef: {name: nope, port: 80}}}]}]}"
            ),
            SERVICE,
        ],
        "GAL0603",
        "spec.rules[0].filters[0].requestMirror.backendRef.name",
        "Service shop/nope",
    ),
    "ingress": (
        [ingress("{rules: [{http: {paths: [{backend: {service: {name: nope}}}]}}]}"), SERVICE],
        "GAL0603",
        "spec.rules[0].http.paths[0].backend.service.name",
        "Service shop/nope",
    ),
    "ingress secret": (
        [ingress("{tls: [{secretName: cert}]}"), SECRET],
        "GAL0603",
        "spec.tls[0].secretName",
        "Secret shop/cert",
    ),
}


@pytest.mark.parametrize("documents", GOOD.values(), ids=GOOD.keys())
def test_a_reference_that_leads_somewhere_is_not_reported(
    documents: list[str], engine_of: MakeEngine, resources: ReadResources
) -> None:
    engine = engine_of()
    evaluation = engine.apply(resources("\n---\n".join(documents)))
    assert (evaluation.added, evaluation.defects) == ((), ())


@pytest.mark.parametrize(("documents", "code", "field", "shown"), BAD.values(), ids=BAD.keys())
def test_a_reference_that_leads_nowhere_is_reported_at_its_field(
    documents: list[str],
    code: str,
    field: str,
    shown: str,
    engine_of: MakeEngine,
    resources: ReadResources,
) -> None:
    (finding,) = engine_of().apply(resources("\n---\n".join(documents))).added
    assert (finding.diagnostic.code, finding.diagnostic.field()) == (code, field)
    assert shown in finding.diagnostic.message
    assert finding.diagnostic.blocking == (code == "GAL0601")


@pytest.mark.parametrize("documents", [bad[0] for bad in BAD.values()], ids=BAD.keys())
def test_a_part_alone_leaves_references_unresolved(
    documents: list[str], engine_of: MakeEngine, resources: ReadResources
) -> None:
    """`galley validate` of one folder cannot know what another holds."""
    (finding,) = engine_of(complete=False).apply(resources("\n---\n".join(documents))).added
    assert (finding.diagnostic.code, finding.diagnostic.level) == ("GAL0602", "info")


def test_a_gateway_that_goes_is_blamed_and_concerns_its_routes_alone(
    engine_of: MakeEngine, resources: ReadResources
) -> None:
    gateway = resources(named("Gateway", "public"))
    routes = resources("\n---\n".join(vs("{gateways: [public]}", f"r{at}") for at in range(3)))
    others = resources("\n---\n".join(vs("{gateways: [mesh]}", f"o{at}") for at in range(3)))
    engine = engine_of()
    engine.apply({**gateway, **routes, **others})
    evaluation = engine.apply(dict.fromkeys(gateway))
    assert evaluation.ran == {"analysis/bound-hosts": 3, "analysis/references": 3}
    assert {finding.subject for finding in evaluation.added} == set(routes)
    assert all(finding.blames >= set(gateway) for finding in evaluation.added)
    assert len(engine.apply(gateway).removed) == 3


def test_the_first_service_never_blocks(engine_of: MakeEngine, resources: ReadResources) -> None:
    """Until then nobody could tell; from then on hosts without one are warnings."""
    engine = engine_of()
    engine.apply(resources(vs(destination("{host: web}"))))
    added = engine.apply(resources(SERVICE)).added
    assert [finding.diagnostic.level for finding in added] == ["warning"]


def test_a_finding_is_suppressed_by_annotation(
    engine_of: MakeEngine, resources: ReadResources
) -> None:
    (route,) = resources(vs("{gateways: [nope]}")).values()
    assert route is not None
    note = {"galley.dev/suppress": "GAL0601 the gateway is made by hand"}
    quiet = Resource.build(
        route.key, route.api_version, annotations=note, body=route.document().body
    )
    assert not engine_of().apply({quiet.key: quiet}).added


def test_a_disabled_analyzer_is_silent(engine_of: MakeEngine, resources: ReadResources) -> None:
    engine = engine_of(disabled=("references",))
    assert not engine.apply(resources(vs("{gateways: [nope]}"))).added
