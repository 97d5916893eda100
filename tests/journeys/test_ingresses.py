"""Ingresses that teams keep in files and repositories, on their way to routes of a mesh."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.server import Cluster
from tests.journeys.team import Team

Wait = Callable[..., Awaitable[Any]]

HOST = "shop.example.com"
MADE = f"networking.istio.io/VirtualService/istio-system/ingress-host-{HOST}"
TRANSFORM = {"name": "ingress", "type": "ingress", "across_namespaces": "refuse"}


def ingress(
    name: str, path: str, *, host: str = HOST, namespace: str = "shop", class_name: str = "istio"
) -> dict[str, Any]:
    backend = {"service": {"name": name, "port": {"number": 80}}}
    paths = [{"path": path, "pathType": "Prefix", "backend": backend}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "ingressClassName": class_name,
            "rules": [{"host": host, "http": {"paths": paths}}],
        },
    }


def secured(document: dict[str, Any], secret: str) -> dict[str, Any]:
    document["spec"]["tls"] = [{"hosts": [HOST], "secretName": secret}]
    return document


def text(*documents: dict[str, Any]) -> str:
    return "---\n".join(yaml.safe_dump(each, sort_keys=False) for each in documents)


async def routed(service: Any, name: str = f"ingress-host-{HOST}") -> list[str]:
    """The hosts of Services that the routes of a host lead to, in order."""
    found = await service.get("/resources", collection="VirtualService", name=name, manifests=1)
    rules = [rule for each in found["resources"] for rule in each["manifest"]["spec"]["http"]]
    return [rule["route"][0]["destination"]["host"].partition(".")[0] for rule in rules]


@pytest.fixture
async def served(make_service: Any) -> Any:
    """A service with two Ingresses of one host, each in a file of its own."""
    service = make_service(transforms=[TRANSFORM], policies=[])
    service.write("shop.yaml", text(ingress("shop", "/")))
    service.write("cart.yaml", text(ingress("cart", "/cart")))
    await service.start()
    await service.live(1)
    return service


async def test_a_saved_ingress_is_a_route_of_its_subscribers(served: Any) -> None:
    async with served.follow() as follower:
        await follower.at(1)
        served.write("cart.yaml", text(ingress("cart", "/cart", host="cart.example.com")))
        await follower.at(2)
        held = {str(key): item for key, item in follower.client.resources.items()}
        spec = held[MADE].document().body["spec"]
        assert [rule["match"] for rule in spec["http"]] == [[{"uri": {"prefix": "/"}}]]
        assert MADE.replace(HOST, "cart.example.com") in held
        assert not any("/Ingress/" in name for name in held)


async def test_another_class_takes_the_routes_away(served: Any, wait_until: Wait) -> None:
    served.write("cart.yaml", text(ingress("cart", "/cart", class_name="nginx")))
    await served.live(2)
    assert await routed(served) == ["shop"]


async def test_only_the_ingress_that_breaks_something_waits(served: Any, wait_until: Wait) -> None:
    """An Ingress of another namespace comes to the host; those that are there go on changing."""
    stranger = ingress("stranger", "/stranger", namespace="a-stranger")
    served.write("stranger.yaml", text(stranger))
    said = await served.shows("GAL0425")
    assert (said["level"], said["state"]) == ("error", "pending")
    found = await served.get(
        "/diagnostics", resource="networking.k8s.io/Ingress/a-stranger/stranger"
    )
    assert [each["file"] for each in found] == ["stranger.yaml"]
    served.write("cart.yaml", text(ingress("cart", "/basket")))
    await served.live(2)
    assert await routed(served) == ["cart", "shop"]


async def test_who_named_a_certificate_first_goes_on_changing(served: Any) -> None:
    """Another one for the same host waits, whichever of the two Ingresses is the first by name."""
    for name in ("cart", "shop"):
        served.write(f"{name}.yaml", text(secured(ingress(name, f"/{name}"), "old")))
    await served.live(2)
    served.write("a.yaml", text(secured(ingress("a", "/a"), "new")))
    said = await served.shows("GAL0423")
    assert (said["level"], said["state"]) == ("error", "pending")
    before = await served.version()
    served.write("cart.yaml", text(secured(ingress("cart", "/basket"), "old")))
    await served.live(before + 1)
    code, traced = await served.cli("trace", "networking.k8s.io/Ingress/shop/a")
    assert (code, "is blocked" in traced) == (0, True), traced
    assert await routed(served) == ["cart", "shop"]


async def test_a_broken_ingress_keeps_its_routes(served: Any) -> None:
    served.write("cart.yaml", text(ingress("cart", "cart")))
    said = await served.shows("GAL0420")
    assert (said["file"], said["field"]) == ("cart.yaml", "spec.rules[0].http.paths[0].path")
    assert said["line"] == 12
    assert await routed(served) == ["cart", "shop"]


async def test_a_route_is_traced_to_the_commits_of_all_its_ingresses(
    make_service: Any, tmp_path: Path
) -> None:
    team = Team(tmp_path / "repository")
    other = ingress("other", "/", host="a.example.com")
    line = len(text(other).splitlines()) + 2
    team.commit("first", shop=text(other, ingress("shop", "/")))
    commit = team.commit("second", cart=text(ingress("cart", "/cart")))
    source = {"name": "team", "type": "git", "url": "./repository", "interval": "200ms"}
    service = make_service(sources=[source], transforms=[TRANSFORM], policies=[])
    await service.start()
    await service.live(1)
    code, said = await service.cli("trace", MADE)
    assert code == 0, said
    assert f"made of      Ingress/shop/cart  cart.yaml:1@{commit[:7]}" in said
    assert f"made of      Ingress/shop/shop  shop.yaml:{line}@{commit[:7]}" in said
    assert "schema: takes it out" not in said
    _, listed = await service.cli("get", "VirtualService")
    assert "cart.yaml:1 and 1 more" in listed
    code, said = await service.cli("trace", "networking.k8s.io/Ingress/shop/cart")
    assert said.startswith("networking.k8s.io/Ingress/shop/cart is live.")


async def test_ingresses_of_a_cluster_are_routes_as_well(
    make_service: Any, cluster: Cluster, wait_until: Wait
) -> None:
    """The API server gives an Ingress without a class the default one, as it is told to."""
    request = cluster.request
    request("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
    annotations = {"ingressclass.kubernetes.io/is-default-class": "true"}
    said = {
        "metadata": {"name": "mesh", "annotations": annotations},
        "spec": {"controller": "istio.io/ingress-controller"},
    }
    request("POST", "/apis/networking.k8s.io/v1/ingressclasses", said)
    one = ingress("shop", "/")
    del one["spec"]["ingressClassName"]
    place = "/apis/networking.k8s.io/v1/namespaces/shop/ingresses"
    request("POST", place, one)
    kinds = ["networking.k8s.io/Ingress", "networking.k8s.io/IngressClass"]
    source = {
        "name": "prod",
        "type": "kubernetes",
        "kubeconfig": str(cluster.kubeconfig()),
        "kinds": kinds,
    }
    service = make_service(sources=[source], transforms=[TRANSFORM])
    await service.start()
    await service.live(1)
    assert await routed(service) == ["shop"]
    await asyncio.to_thread(request, "POST", place, ingress("cart", "/cart", class_name="mesh"))
    await wait_until(lambda: _is(service, ["cart", "shop"]))
    await asyncio.to_thread(request, "DELETE", f"{place}/shop")
    await wait_until(lambda: _is(service, ["cart"]))


async def _is(service: Any, wanted: list[str]) -> bool:
    return await routed(service) == wanted
