"""What is told of certificates, routes and the mesh costs nobody whom it does not concern."""

from collections.abc import Callable

import pytest

from pipeline.engine import Engine
from pipeline.model import Key, Resource

Change = dict[Key, Resource | None]
ReadResources = Callable[[str], Change]
MakeEngine = Callable[..., Engine]

COUNT = 30

SECRET = """
apiVersion: v1
kind: Secret
metadata: {{name: tls-{n}, namespace: infra}}
type: kubernetes.io/tls
certificates:
  keys: [tls.crt, tls.key]
  server: {{file: tls.crt, names: [h{n}.example.com], privateKey: {fit}}}
"""
GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: g{n}, namespace: infra}}
spec:
  selector: {{istio: ingressgateway}}
  servers:
    - port: {{number: 443, name: https, protocol: HTTPS}}
      hosts: [h{n}.example.com]
      tls: {{mode: SIMPLE, credentialName: tls-{n}}}
"""
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: r{n}, namespace: shop}}
spec:
  hosts: [h{n}.example.com]
  gateways: [infra/g]
  http: [{{match: [{{uri: {{prefix: /}}}}], timeout: {timeout}}}]
"""
K8S_GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: g{n}, namespace: shop}}
spec: {{gatewayClassName: istio, listeners: [{{name: http, port: {port}, protocol: HTTP}}]}}
"""
HTTP_ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: r{n}, namespace: shop}}
spec:
  parentRefs: [{{name: g{n}}}]
  hostnames: [h{n}.example.com]
  rules: [{{backendRefs: [{{name: web, port: {port}}}]}}]
"""
POLICY = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: p{n}, namespace: shop}}
spec: {{selector: {{matchLabels: {{app: a{n}}}}}, rules: [{{}}]}}
"""
TRUSTING = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: t{n}, namespace: shop}}
spec: {{rules: [{{from: [{{source: {{principals: [cluster.local/ns/shop/sa/web]}}}}]}}]}}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: s{n}, namespace: shop}}
spec: {{selector: {{app: a{n}}}, ports: [{{name: http, port: 80}}]}}
"""
MESH = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: istio, namespace: istio-system}}
data: {{mesh: "accessLogFile: {value}"}}
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {{name: p{n}, namespace: shop, labels: {{app: a{n}}}}}
spec: {{containers: [{{name: app, image: "app:{version}"}}]}}
"""
CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: c{n}, namespace: istio-system}}
data: {{mesh: "a: {value}"}}
"""


def many(template: str, **facts: object) -> str:
    return "---".join(template.format(n=n, **facts) for n in range(COUNT))


CASES = {
    "a secret": (
        [many(SECRET, fit="fits"), many(GATEWAY)],
        SECRET.format(n=7, fit="other"),
        {"credentials": 1, "validity": 1, "shared-certificates": 0},
    ),
    "a gateway": (
        [many(SECRET, fit="fits"), many(GATEWAY)],
        GATEWAY.format(n=7).replace("SIMPLE", "OPTIONAL_MUTUAL"),
        {"credentials": 1, "shared-certificates": 1, "gateway-ports": 1},
    ),
    "a route": (
        [many(ROUTE, timeout="1s")],
        ROUTE.format(n=7, timeout="2s"),
        {"merges": 1, "side-doors": 1},
    ),
    "a gateway of the Gateway API": (
        [many(K8S_GATEWAY, port=80), many(HTTP_ROUTE, port=80)],
        K8S_GATEWAY.format(n=7, port=81),
        {"attachments": 1, "listeners": 1, "matches": 0},
    ),
    "a route of the Gateway API": (
        [many(K8S_GATEWAY, port=80), many(HTTP_ROUTE, port=80)],
        HTTP_ROUTE.format(n=7, port=81),
        {"attachments": 1, "matches": 1, "backends": 1, "grants": 1},
    ),
    "a pod": (
        [many(POLICY), many(POD, version=1)],
        POD.format(n=7, version=2),
        {"ineffective": 0},
    ),
    "the settings of the mesh": (
        [many(SERVICE), many(TRUSTING), MESH.format(value="a")],
        MESH.format(value="b"),
        {"selectors": 0, "port-names": 0, "trust": 0, "callers": 0, "mesh-config": 1},
    ),
    "a ConfigMap of somebody else": (
        [many(POLICY), many(CONFIG, value=1)],
        CONFIG.format(n=7, value=2),
        {"selectors": 0, "providers": 0, "mesh-config": 1},
    ),
}


def test_a_certificate_for_everybody_is_no_news_to_everybody(
    engine_of: MakeEngine, resources: ReadResources
) -> None:
    """All hosts of a domain may be served with one certificate, each by a Gateway of its own."""
    whole = [GATEWAY.format(n=n).replace(f"tls-{n}", "tls-all") for n in range(16 * COUNT)]
    engine = engine_of()
    engine.apply(resources("---".join(whole)))
    found = [each.diagnostic for each in engine.findings() if each.diagnostic.code == "GAL1906"]
    assert len(found) == len(whole)
    evaluation = engine.apply(resources(whole[7].replace("SIMPLE", "MUTUAL")))
    assert evaluation.ran["analysis/shared-certificates"] < len(whole) / 4


@pytest.mark.parametrize(("held", "change", "wanted"), CASES.values(), ids=CASES)
def test_a_change_runs_those_whom_it_concerns(
    held: list[str],
    change: str,
    wanted: dict[str, int],
    engine_of: MakeEngine,
    resources: ReadResources,
) -> None:
    engine = engine_of()
    engine.apply(resources("---".join(held)))
    ran = engine.apply(resources(change)).ran
    assert {name: ran.get(f"analysis/{name}", 0) for name in wanted} == wanted
