"""How serious it is that nobody can serve with a Secret, and whom a Secret concerns."""

from collections.abc import Callable

import pytest

from pipeline.analysis.radius import INQUIRY, radius
from pipeline.engine import Engine
from pipeline.model import Key, Level, Resource

Change = dict[Key, Resource | None]

GATEWAY = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress}
spec: {template: {metadata: {labels: {istio: ingressgateway}}}}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: a}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: [shop.example.com]
      tls: {mode: %s, credentialName: tls}
---
apiVersion: v1
kind: Secret
metadata: {name: tls}
type: %s
certificates: %s
"""
TLS = "kubernetes.io/tls"


@pytest.mark.parametrize(
    ("mode", "kind", "facts", "level"),
    [
        ("SIMPLE", TLS, "{keys: [a], server: {privateKey: other}}", Level.ERROR),
        ("SIMPLE", TLS, "{keys: [a], server: {privateKey: missing}}", Level.WARNING),
        ("MUTUAL", TLS, "{keys: [a], server: {privateKey: fits}}", Level.WARNING),
        ("SIMPLE", TLS, "{keys: [a], problems: {tls.crt: it is empty}}", Level.WARNING),
        ("SIMPLE", TLS, "{keys: [a], problems: {tls.crt: it is not base64}}", Level.WARNING),
        ("SIMPLE", "Opaque", "{}", Level.WARNING),
    ],
)
def test_only_a_contradiction_keeps_anything_back(
    engine_of: Callable[..., Engine],
    resources: Callable[[str], Change],
    mode: str,
    kind: str,
    facts: str,
    level: Level,
) -> None:
    """Empty data that a controller fills in, and data that is encrypted, are no mistake."""
    engine = engine_of()
    engine.apply(resources(GATEWAY % (mode, kind, facts)))
    told = {found.diagnostic.code: found.diagnostic.level for found in engine.findings()}
    assert told["GAL1902"] is level


@pytest.mark.parametrize(
    "tls",
    [
        "{credentialName: kubernetes://two}",
        "{credentialNames: [one, two]}",
        "{credentialName: one, caCertCredentialName: two-cacert}",
    ],
)
def test_it_concerns_the_gateways_that_name_it_in_any_way(
    engine_of: Callable[..., Engine], resources: Callable[[str], Change], tls: str
) -> None:
    engine = engine_of()
    server = f"{{hosts: [two.example.com], tls: {tls}}}"
    kind, api = "kind: Gateway", "apiVersion: networking.istio.io/v1"
    engine.apply(resources(f"{api}\n{kind}\nmetadata: {{name: a}}\nspec: {{servers: [{server}]}}"))
    change = resources("apiVersion: v1\nkind: Secret\nmetadata: {name: two}")
    engine.apply(change)
    found, _ = radius(filter(None, change.values()), engine.reader(INQUIRY), 100)
    assert found.hosts == {"two.example.com"}
