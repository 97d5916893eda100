"""The services of a mesh with what runs behind them: slices, Pods and Nodes."""

from collections.abc import Iterator
from typing import Any

from pipeline.model import Key, Resource

NAMESPACES, NODES = 100, 200
BEHIND = 10
"""Pods of a service."""


def world(services: int) -> Iterator[Resource]:
    """Everything, as a worker takes it in: what is observed waits for nothing and comes first."""
    for number in range(services):
        yield endpoints(number)
    for number in range(services):
        for each in range(BEHIND):
            yield pod(number, each)
    for number in range(NODES):
        yield _node(number)
    for number in range(services):
        yield service(number)


def service(number: int) -> Resource:
    name = _name(number)
    spec = {
        "clusterIP": f"10.96.{number // 250}.{number % 250 + 1}",
        "selector": {"app": name},
        "ports": [
            {"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"},
            {"name": "grpc", "port": 9000, "targetPort": 9000, "protocol": "TCP"},
        ],
    }
    return _of("core/Service", number, name, {"spec": spec}, {"app": name})


def endpoints(number: int, unready: int | None = None) -> Resource:
    """The slice of a service, with one of its endpoints not ready, or none."""
    name = _name(number)
    listed = [
        {
            "addresses": [_address(number, each)],
            "conditions": {"ready": each != unready, "serving": each != unready},
            "nodeName": f"node-{(number + each) % NODES}",
            "targetRef": {
                "kind": "Pod",
                "namespace": _namespace(number),
                "name": _pod_name(number, each),
            },
        }
        for each in range(BEHIND)
    ]
    ports = [{"name": "http", "port": 8080}, {"name": "grpc", "port": 9000}]
    body = {"addressType": "IPv4", "endpoints": listed, "ports": ports}
    labels = {"kubernetes.io/service-name": name, "app": name}
    return _of("discovery.k8s.io/EndpointSlice", number, f"{name}-x7k2p", body, labels)


def pod(number: int, each: int, restarts: int = 0) -> Resource:
    """A Pod of a service as a cluster has it; an annotation says how often it was started anew."""
    name = _name(number)
    environment = [{"name": f"SETTING_{one}", "value": f"value {one}"} for one in range(8)]
    containers = [
        {
            "name": one,
            "image": f"registry.example.com/{name}/{one}:1.{restarts}",
            "env": environment,
            "ports": [{"containerPort": 8080}],
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
        }
        for one in ("app", "istio-proxy")
    ]
    address = _address(number, each)
    status = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]}
    spec = {
        "serviceAccountName": name,
        "nodeName": f"node-{(number + each) % NODES}",
        "containers": containers,
    }
    labels = {"app": name, "version": "v1", "pod-template-hash": "5d8f9c7b6", "team": "web"}
    body = {"spec": spec, "status": status}
    return _of("core/Pod", number, _pod_name(number, each), body, labels)


def _node(number: int) -> Resource:
    labels = {
        "kubernetes.io/hostname": f"node-{number}",
        "topology.kubernetes.io/region": "eu-central-1",
        "topology.kubernetes.io/zone": f"eu-central-1{'abc'[number % 3]}",
    }
    key = Key("core/Node", "", f"node-{number}")
    return Resource.build(key, "v1", labels=labels, body={"spec": {}})


def _of(
    collection: str, number: int, name: str, body: dict[str, Any], labels: dict[str, str]
) -> Resource:
    group = collection.partition("/")[0]
    version = "v1" if group == "core" else f"{group}/v1"
    return Resource.build(
        Key(collection, _namespace(number), name), version, labels=labels, body=body
    )


def _name(number: int) -> str:
    return f"service-{number}"


def _pod_name(number: int, each: int) -> str:
    return f"{_name(number)}-5d8f9c7b6-{each:05}"


def _namespace(number: int) -> str:
    return f"team-{number % NAMESPACES}"


def _address(number: int, each: int) -> str:
    place = number * BEHIND + each
    return f"10.{place // 62_500}.{place // 250 % 250}.{place % 250 + 1}"
