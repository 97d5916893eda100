"""One Ingress of many costs what its hosts cost."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.model import Key, Resource

MakeMesh = Callable[..., Any]

COUNTS = (100, 10_000)
INGRESS = "networking.k8s.io/Ingress"


def ingress(number: int, *paths: str, host: str = "") -> Resource:
    """One with a host of its own, and a certificate that all have in common."""
    name = host or f"h{number}.example.com"
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    listed = [{"path": path, "pathType": "Prefix", "backend": backend} for path in paths]
    spec = {
        "ingressClassName": "istio",
        "tls": [{"hosts": ["*.example.com"], "secretName": "wild"}],
        "rules": [{"host": name, "http": {"paths": listed}}],
    }
    key = Key(INGRESS, f"n{number % 50}", f"i{number}")
    return Resource.build(key, "networking.k8s.io/v1", body={"spec": spec})


@pytest.fixture(scope="module")
def loaded(mesh_of: MakeMesh) -> dict[int, Any]:
    def load(count: int) -> Any:
        mesh = mesh_of()
        mesh.engine.apply({one.key: one for one in (ingress(at, "/") for at in range(count))})
        return mesh

    return {count: load(count) for count in COUNTS}


def test_a_changed_path_touches_its_host_alone(loaded: dict[int, Any]) -> None:
    for mesh in loaded.values():
        one = ingress(7, "/", "/new")
        evaluation = mesh.engine.apply({one.key: one})
        assert [key.name for key in evaluation.changed] == ["ingress-host-h7.example.com"]
        assert evaluation.ran["transform/ingress"] == 2, "one run, and one join"


def test_a_host_that_is_renamed_touches_the_old_and_the_new(loaded: dict[int, Any]) -> None:
    """The certificate's Gateway is served for a wildcard, so nothing is different there."""
    for mesh in loaded.values():
        one = ingress(8, "/", host="other.example.com")
        evaluation = mesh.engine.apply({one.key: one})
        assert sorted({key.name for key in evaluation.changed}) == [
            "ingress-host-h8.example.com",
            "ingress-host-other.example.com",
        ]
        assert evaluation.ran["transform/ingress"] == 3, "one run, and two joins"


def test_an_ingress_that_joins_a_host_runs_none_of_the_others(loaded: dict[int, Any]) -> None:
    for mesh in loaded.values():
        one = ingress(9, "/more", host="h1.example.com")
        evaluation = mesh.engine.apply({one.key: one})
        assert evaluation.ran["transform/ingress"] == 3
        assert (
            len(
                mesh.engine.parents(
                    Key(
                        "networking.istio.io/VirtualService",
                        "istio-system",
                        "ingress-host-h1.example.com",
                    )
                )
            )
            == 2
        )


def test_a_service_concerns_who_routes_to_it(loaded: dict[int, Any]) -> None:
    for mesh in loaded.values():
        key = Key("core/Service", "n1", "web")
        body = {"spec": {"ports": [{"port": 80, "name": "http"}]}}
        mine = sum(
            each.namespace == "n1" and each.collection == INGRESS for each in mesh.engine.inputs
        )
        ran = mesh.engine.apply({key: Resource.build(key, "v1", body=body)}).ran
        assert ran["transform/ingress"] == mine


def test_the_hosts_of_one_ingress_cost_no_more_each_the_more_there_are(mesh_of: MakeMesh) -> None:
    """With a certificate for each host, as those have them who list thousands of tenants in one."""
    seconds = {}
    for count in (200, 2_000):
        hosts = [f"h{at}.example.com" for at in range(count)]
        one = ingress(0, "/")
        body: Any = one.document().body
        (rule,) = body["spec"]["rules"]
        tls = [{"hosts": [host], "secretName": host} for host in hosts]
        spec = {**body["spec"], "tls": tls, "rules": [{**rule, "host": host} for host in hosts]}
        many = Resource.build(one.key, one.api_version, body={"spec": spec})
        mesh = mesh_of()
        started = time.process_time()
        mesh.engine.apply({many.key: many})
        seconds[count] = time.process_time() - started
        assert len(mesh.made("VirtualService")) == count
    assert seconds[2_000] < 20 * seconds[200], "ten times as many"
