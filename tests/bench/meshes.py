"""A mesh as Istio's users have it: 2,000 services with what routes, guards and limits them."""

from collections.abc import Iterator
from typing import Any

from pipeline.model import Key, Resource

NAMESPACES = 100
ISTIO, SECURITY = "networking.istio.io", "security.istio.io"
SERVICES = 2000


def mesh(services: int = SERVICES) -> Iterator[Resource]:
    """Five resources for each service, and some for each namespace."""
    for number in range(services):
        yield from _service(number)
    for number in range(min(NAMESPACES, services)):
        yield from _namespace(number)


def route(number: int, revision: int = 0) -> Resource:
    """The VirtualService of a service; each revision waits for another time."""
    name, host = _names(number)
    destination = {"host": name, "port": {"number": 80}}
    rules = [
        {
            "name": f"part-{part}",
            "match": [{"uri": {"prefix": f"/v{part}"}, "headers": {"x-user": {"exact": "a"}}}],
            "route": [
                {"destination": {**destination, "subset": "v1"}, "weight": 90},
                {"destination": {**destination, "subset": "v2"}, "weight": 10},
            ],
        }
        for part in range(3)
    ]
    rest = {"timeout": f"{revision + 1}s", "route": [{"destination": destination}]}
    gateways = ["mesh", f"infra/public-{number % NAMESPACES}"]
    spec = {"hosts": [host, f"{name}.example.com"], "gateways": gateways, "http": [*rules, rest]}
    return _of(ISTIO, "VirtualService", _namespace_of(number), name, spec)


def _service(number: int) -> Iterator[Resource]:
    name, host = _names(number)
    namespace = _namespace_of(number)
    ports = [{"name": "http", "port": 80, "targetPort": 8080}]
    yield _of("", "Service", namespace, name, {"selector": {"app": name}, "ports": ports})
    yield route(number)
    subsets = [{"name": each, "labels": {"version": each}} for each in ("v1", "v2")]
    policy = {"loadBalancer": {"simple": "LEAST_REQUEST"}}
    rule = {"host": host, "trafficPolicy": policy, "subsets": subsets}
    yield _of(ISTIO, "DestinationRule", namespace, name, rule)
    outside = {
        "hosts": [f"api-{number}.example.net"],
        "ports": [{"number": 443, "name": "https", "protocol": "HTTPS"}],
        "resolution": "DNS",
    }
    yield _of(ISTIO, "ServiceEntry", namespace, f"{name}-outside", outside)
    source = {"source": {"principals": [f"cluster.local/ns/{namespace}/sa/{name}"]}}
    guard = {"selector": {"matchLabels": {"app": name}}, "rules": [{"from": [source]}]}
    yield _of(SECURITY, "AuthorizationPolicy", namespace, name, guard)


def _namespace(number: int) -> Iterator[Resource]:
    hosts = [f"*/service-{each}.example.com" for each in range(number, SERVICES, NAMESPACES)]
    port = {"number": 80, "name": "http", "protocol": "HTTP"}
    servers = [{"port": port, "hosts": hosts}]
    gateway = {"selector": {"gateway": f"public-{number}"}, "servers": servers}
    yield _of(ISTIO, "Gateway", "infra", f"public-{number}", gateway)
    namespace = f"team-{number}"
    sidecar = {"egress": [{"hosts": ["./*", "istio-system/*"]}]}
    yield _of(ISTIO, "Sidecar", namespace, "default", sidecar)
    yield _of(SECURITY, "PeerAuthentication", namespace, "default", {"mtls": {"mode": "STRICT"}})


def _of(group: str, kind: str, namespace: str, name: str, spec: dict[str, Any]) -> Resource:
    key = Key(f"{group or 'core'}/{kind}", namespace, name)
    return Resource.build(key, f"{group}/v1" if group else "v1", body={"spec": spec})


def _names(number: int) -> tuple[str, str]:
    name = f"service-{number}"
    return name, f"{name}.{_namespace_of(number)}.svc.cluster.local"


def _namespace_of(number: int) -> str:
    return f"team-{number % NAMESPACES}"
