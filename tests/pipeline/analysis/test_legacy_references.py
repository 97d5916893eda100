"""Names in the retired kinds that lead nowhere."""

from collections.abc import Callable

import pytest

from pipeline.engine import Engine
from pipeline.model import Key, Resource

Change = dict[Key, Resource | None]
MakeEngine = Callable[..., Engine]
ReadResources = Callable[[str], Change]

CONFIG, RBAC = "config.istio.io/v1alpha2", "rbac.istio.io/v1alpha1"
AUTHENTICATION = "authentication.istio.io/v1alpha1"


def one(version: str, kind: str, name: str, spec: str = "{}", namespace: str = "shop") -> str:
    metadata = f"{{name: {name}, namespace: {namespace}}}"
    return f"{{apiVersion: {version}, kind: {kind}, metadata: {metadata}, spec: {spec}}}"


def rule(handler: str, instance: str = "log") -> str:
    return one(
        CONFIG, "rule", "r", f"{{actions: [{{handler: {handler}, instances: [{instance}]}}]}}"
    )


LOG = one(CONFIG, "instance", "log", "{compiledTemplate: logentry}")
OUT = one(CONFIG, "handler", "out", "{compiledAdapter: stdio}")
SYSTEM = one(CONFIG, "handler", "out", "{compiledAdapter: stdio}", "istio-system")
STDIO = one(CONFIG, "stdio", "handler")
SERVICE = one("v1", "Service", "web")
ROLE = one(RBAC, "ServiceRole", "viewer", "{rules: []}")


def binding(field: str) -> str:
    return one(RBAC, "ServiceRoleBinding", "b", f"{{subjects: [], {field}}}")


GOOD = {
    "role": [binding("roleRef: {kind: ServiceRole, name: viewer}"), ROLE],
    "role by its short field": [binding("role: viewer"), ROLE],
    "handler beside the rule": [rule("out"), OUT, LOG],
    "handler with its kind": [rule("out.handler"), OUT, LOG],
    "handler elsewhere": [rule("out.istio-system"), SYSTEM, LOG],
    "handler in full": [rule("out.handler.istio-system"), SYSTEM, LOG],
    "handler of a compiled-in kind": [rule("handler.stdio"), STDIO, LOG],
    "the same in full": [rule("handler.stdio.shop"), STDIO, LOG],
    "instance of a compiled-in kind": [
        rule("out", "size.metric"),
        OUT,
        one(CONFIG, "metric", "size"),
    ],
    "adapter while nobody holds any": [one(CONFIG, "handler", "h", "{adapter: own}")],
    "adapter": [
        one(CONFIG, "handler", "h", "{adapter: own.istio-system}"),
        one(CONFIG, "adapter", "own", namespace="istio-system"),
    ],
    "adapter in full": [
        one(CONFIG, "handler", "h", "{adapter: own.adapter.istio-system}"),
        one(CONFIG, "adapter", "own", namespace="istio-system"),
    ],
    "quota": [
        one(CONFIG, "QuotaSpecBinding", "b", "{quotaSpecs: [{name: q, namespace: infra}]}"),
        one(CONFIG, "QuotaSpec", "q", namespace="infra"),
    ],
    "services while nobody holds any": [
        one(AUTHENTICATION, "Policy", "p", "{targets: [{name: x}]}")
    ],
    "service of a policy": [
        one(AUTHENTICATION, "Policy", "p", "{targets: [{name: web}]}"),
        SERVICE,
    ],
    "scope of RBAC": [
        one(
            RBAC,
            "ClusterRbacConfig",
            "default",
            "{inclusion: {namespaces: [default, '*'], services: [web.shop.svc.cluster.local]}}",
        ),
        SERVICE,
        one("v1", "Namespace", "shop", namespace="''"),
    ],
}

BAD = {
    "role": ([binding("roleRef: {name: viewr}"), ROLE], "spec.roleRef.name", "GAL0601"),
    "role of another namespace": (
        [binding("role: viewer"), ROLE.replace("namespace: shop", "namespace: other")],
        "spec.role",
        "GAL0601",
    ),
    "handler": ([rule("ot"), OUT, LOG], "spec.actions[0].handler", "GAL0601"),
    "handler of another namespace": (
        [rule("out"), SYSTEM, LOG],
        "spec.actions[0].handler",
        "GAL0601",
    ),
    "handler of an unknown kind": (
        [rule("out.stdo.shop"), OUT, STDIO, LOG],
        "spec.actions[0].handler",
        "GAL0601",
    ),
    "handler in more than full": (
        [rule("out.handler.x.istio-system"), SYSTEM, LOG],
        "spec.actions[0].handler",
        "GAL0601",
    ),
    "handler with too many dots": ([rule("a.b.c.d"), LOG], "spec.actions[0].handler", "GAL0601"),
    "instance": ([rule("out", "lgo"), OUT, LOG], "spec.actions[0].instances[0]", "GAL0601"),
    "adapter": (
        [
            one(CONFIG, "handler", "h", "{adapter: own}"),
            one(CONFIG, "adapter", "other", namespace="istio-system"),
        ],
        "spec.adapter",
        "GAL0603",
    ),
    "quota": (
        [one(CONFIG, "QuotaSpecBinding", "b", "{quotaSpecs: [{name: q}]}")],
        "spec.quotaSpecs[0].name",
        "GAL0601",
    ),
    "specification of an API": (
        [one(CONFIG, "HTTPAPISpecBinding", "b", "{apiSpecs: [{name: a}]}")],
        "spec.apiSpecs[0].name",
        "GAL0601",
    ),
    "service of a policy": (
        [one(AUTHENTICATION, "Policy", "p", "{targets: [{name: wbe}]}"), SERVICE],
        "spec.targets[0].name",
        "GAL0603",
    ),
    "namespace of RBAC": (
        [
            one(RBAC, "ClusterRbacConfig", "default", "{exclusion: {namespaces: [shpo]}}"),
            one("v1", "Namespace", "shop", namespace="''"),
        ],
        "spec.exclusion.namespaces[0]",
        "GAL0603",
    ),
}


def found(engine: Engine, change: Change) -> list[tuple[str, str]]:
    engine.apply(change)
    findings = [each.diagnostic for each in engine.findings()]
    return [(each.field(), each.code) for each in findings if each.code in ("GAL0601", "GAL0603")]


@pytest.mark.parametrize("documents", GOOD.values(), ids=GOOD)
def test_what_leads_somewhere_is_let_alone(
    documents: list[str], engine_of: MakeEngine, resources: ReadResources
) -> None:
    assert found(engine_of(), resources("\n---\n".join(documents))) == []


@pytest.mark.parametrize(("documents", "field", "code"), BAD.values(), ids=BAD)
def test_what_leads_nowhere_is_found(
    documents: list[str],
    field: str,
    code: str,
    engine_of: MakeEngine,
    resources: ReadResources,
) -> None:
    assert found(engine_of(), resources("\n---\n".join(documents))) == [(field, code)]


def test_roles_are_let_alone_while_nobody_holds_services(
    engine_of: MakeEngine, resources: ReadResources
) -> None:
    engine = engine_of()
    engine.apply(resources(one(RBAC, "ServiceRole", "r", "{rules: [{services: [web]}]}")))
    assert "GAL1706" not in {each.diagnostic.code for each in engine.findings()}


def test_a_policy_is_called_as_people_call_it(
    engine_of: MakeEngine, resources: ReadResources
) -> None:
    """Its kind and name; one for the whole mesh has no namespace."""
    service = one("v1", "Service", "web", "{selector: {app: web}, ports: []}")
    policy = one(AUTHENTICATION, "MeshPolicy", "default", "{peers: [{mtls: {}}]}", "''")
    spec = "{host: web, trafficPolicy: {tls: {mode: DISABLE}}}"
    refused = one("networking.istio.io/v1", "DestinationRule", "web", spec)
    engine = engine_of()
    engine.apply(resources(f"{service}\n---\n{policy}\n---\n{refused}"))
    (told,) = [each.diagnostic for each in engine.findings() if each.diagnostic.code == "GAL1702"]
    assert "and MeshPolicy default expects mutual TLS" in told.message
