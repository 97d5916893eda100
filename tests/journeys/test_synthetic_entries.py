"""Synthetic ServiceEntries of a real cluster, from its API server to subscribers of the companion.

The cluster has no programs of its own: the tests are its kubelet and its controllers.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pipeline.encoding.protobuf import Generation
from tests.cluster.server import Cluster, free_port
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.synthetic import SyntheticEntries

Wait = Callable[..., Awaitable[Any]]
OBSERVED = "mesh.observed"
MERGE = "application/merge-patch+json"
NOT_READY = "networking.alpha.istio.io/notReadyEndpoints"


class Shop:
    """A namespace with the Service `cart`, two Pods on two Nodes behind it, and their slice."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.name = name
        self._request = cluster.request
        self._core = f"/api/v1/namespaces/{name}"
        self._slices = f"/apis/discovery.k8s.io/v1/namespaces/{name}/endpointslices"
        self._request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        for number, zone in enumerate("ab"):
            self._node(f"{name}-{zone}", zone)
            self._pod(f"cart-{number}", f"{name}-{zone}", f"10.0.0.{number + 1}")
        port = {"name": "http", "port": 80, "targetPort": 8080}
        self.service({"selector": {"app": "cart"}, "ports": [port]})
        self._request("POST", self._slices, self._slice())

    @property
    def entry(self) -> str:
        return f"networking.istio.io/SyntheticServiceEntry/{self.name}/cart"

    def service(self, spec: dict[str, Any]) -> None:
        said = {"metadata": {"name": "cart", "labels": {"app": "cart"}}, "spec": spec}
        self._request("POST", f"{self._core}/services", said)

    def ports(self, *ports: dict[str, Any]) -> None:
        said = {"spec": {"ports": list(ports)}}
        self._request("PATCH", f"{self._core}/services/cart", said, MERGE)

    def delete(self) -> None:
        self._request("DELETE", f"{self._core}/services/cart")

    def ready(self, *ready: bool) -> None:
        """What the controller says once it has seen the state of the Pods."""
        said = {"endpoints": self._slice(*ready)["endpoints"]}
        self._request("PATCH", f"{self._slices}/cart-x", said, MERGE)

    def relabel(self, pod: str, **labels: str) -> None:
        said = {"metadata": {"labels": labels}}
        self._request("PATCH", f"{self._core}/pods/{pod}", said, MERGE)

    def _slice(self, *ready: bool) -> dict[str, Any]:
        listed = [
            {
                "addresses": [f"10.0.0.{number + 1}"],
                "conditions": {"ready": each, "serving": each, "terminating": False},
                "nodeName": f"{self.name}-{'ab'[number]}",
                "targetRef": {"kind": "Pod", "namespace": self.name, "name": f"cart-{number}"},
            }
            for number, each in enumerate(ready or (True, True))
        ]
        labels = {"kubernetes.io/service-name": "cart"}
        return {
            "metadata": {"name": "cart-x", "labels": labels},
            "addressType": "IPv4",
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
            "endpoints": listed,
        }

    def _node(self, name: str, zone: str) -> None:
        labels = {"topology.kubernetes.io/region": "eu", "topology.kubernetes.io/zone": zone}
        self._request("POST", "/api/v1/nodes", {"metadata": {"name": name, "labels": labels}})

    def _pod(self, name: str, node: str, address: str) -> None:
        spec = {
            "serviceAccountName": "cart",
            "nodeName": node,
            "containers": [{"name": "web", "image": "web:1"}],
        }
        said = {"metadata": {"name": name, "labels": {"app": "cart"}}, "spec": spec}
        self._request("POST", f"{self._core}/pods", said)
        status = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]}
        self._request("PATCH", f"{self._core}/pods/{name}/status", {"status": status}, MERGE)


class Entry:
    """The entry of `cart` in a follower's mirror."""

    def __init__(self, follower: Any) -> None:
        self._follower = follower

    @property
    def document(self) -> Any:
        held = self._follower.client.resources
        found = (item for key, item in held.items() if "Synthetic" in key.collection)
        return next((item.document() for item in found), None)

    @property
    def spec(self) -> dict[str, Any]:
        document = self.document
        return document.body["spec"] if document else {}

    @property
    def addresses(self) -> list[str]:
        return [each["address"] for each in self.spec.get("endpoints", ())]


def _namespace(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).replace("_", "-")[:50].strip("-")


@pytest.fixture
def shop(cluster: Cluster, request: pytest.FixtureRequest) -> Shop:
    return Shop(cluster, _namespace(request))


@pytest.fixture
def observing(make_service: Any, cluster: Cluster, shop: Shop) -> Any:
    """A service that reads what is behind Services, and derives entries; not started yet."""
    source = {
        "name": "prod",
        "type": "kubernetes",
        "kubeconfig": str(cluster.kubeconfig()),
        "kinds": ["core/Service", "core/Pod", "core/Node", "discovery.k8s.io/EndpointSlice"],
        "namespaces": [shop.name],
        "rediscover": 1,
    }
    return make_service(
        sources=[source], transforms=[{"type": "service-entries"}], policies=[], wires=[]
    )


@pytest.fixture
async def mesh(observing: Any) -> Any:
    await observing.start()
    await observing.live(1)
    return observing


async def test_a_subscriber_gets_the_entry_of_a_service_and_what_becomes_of_it(
    mesh: Any, shop: Shop, wait_until: Wait
) -> None:
    async with mesh.follow(channel=OBSERVED) as follower, mesh.follow() as configured:
        entry = Entry(follower)
        await wait_until(lambda: entry.addresses == ["10.0.0.1", "10.0.0.2"])
        first, second = entry.spec["endpoints"]
        assert first["ports"] == {"http": 8080}
        assert first["labels"]["app"] == "cart"
        assert (first["locality"], second["locality"]) == ("eu/a", "eu/b")
        assert entry.spec["hosts"] == [f"cart.{shop.name}.svc.cluster.local"]
        assert entry.spec["addresses"][0].startswith("10.0.0.")
        assert entry.spec["subjectAltNames"] == [f"spiffe://cluster.local/ns/{shop.name}/sa/cart"]
        assert (entry.spec["resolution"], entry.spec["location"]) == ("STATIC", "MESH_INTERNAL")

        shop.ready(True, False)
        await wait_until(lambda: entry.addresses == ["10.0.0.1"])
        assert entry.document.annotations[NOT_READY] == "10.0.0.2:8080"
        shop.ready(True, True)
        await wait_until(lambda: entry.addresses == ["10.0.0.1", "10.0.0.2"])
        assert NOT_READY not in entry.document.annotations

        shop.relabel("cart-0", version="v2")
        await wait_until(lambda: entry.spec["endpoints"][0]["labels"].get("version") == "v2")
        assert configured.versions == [1]

        more = [{"name": "http", "port": 81, "targetPort": 8080}]
        shop.ports(*more)
        await wait_until(lambda: entry.spec["ports"][0]["number"] == 81)
        assert {key.collection for key in configured.client.resources} == {"core/Service"}

        shop.delete()
        await wait_until(lambda: entry.document is None)


async def test_a_new_process_serves_the_same_state(mesh: Any, shop: Shop, wait_until: Wait) -> None:
    async with mesh.follow(channel=OBSERVED) as follower:
        await wait_until(lambda: len(Entry(follower).addresses) == 2)
        before = (follower.client.version, follower.client.digest)
        await mesh.stop()
        await mesh.start()
        async with mesh.follow(channel=OBSERVED) as another:
            await wait_until(lambda: len(Entry(another).addresses) == 2)
            assert (another.client.version, another.client.digest) == before
            shop.ready(False, True)  # it has read the cluster, and goes on from there
            await wait_until(lambda: Entry(another).addresses == ["10.0.0.2"])
            shop.ready(True, True)
            await wait_until(lambda: another.client.digest == before[1])


async def test_a_cluster_that_is_down_takes_no_endpoint_away(
    mesh: Any, shop: Shop, cluster: Cluster, wait_until: Wait
) -> None:
    """G10, for what is derived as well."""
    async with mesh.follow(channel=OBSERVED) as follower:
        await wait_until(lambda: len(Entry(follower).addresses) == 2)
        await asyncio.to_thread(cluster.stop_server)
        try:
            await mesh.shows("GAL1301")
            await mesh.stop()
            await mesh.start()
            await mesh.shows("GAL1301")
            async with mesh.follow(channel=OBSERVED) as another:
                await wait_until(lambda: len(Entry(another).addresses) == 2)
        finally:
            await asyncio.to_thread(cluster.start_server)


async def test_a_trace_names_the_parents_of_an_entry(
    mesh: Any, shop: Shop, wait_until: Wait
) -> None:
    async def traced() -> dict[str, Any]:
        code, said = await mesh.cli("trace", shop.entry, "-o", "json")
        return json.loads(said) if code == 0 else {}

    async def complete() -> bool:
        return len((await traced()).get("looked_up", ())) == 5

    await wait_until(complete)
    found = await traced()
    service = f"core/Service/{shop.name}/cart"
    assert [each["resource"] for each in found["parents"]] == [service]
    assert found["looked_up"] == [
        f"core/Node//{shop.name}-a",
        f"core/Node//{shop.name}-b",
        f"core/Pod/{shop.name}/cart-0",
        f"core/Pod/{shop.name}/cart-1",
        f"discovery.k8s.io/EndpointSlice/{shop.name}/cart-x",
    ]
    assert (found["channel"], found["state"], found["file"]) == (OBSERVED, "live", service)
    code, said = await mesh.cli("trace", shop.entry)
    assert code == 0
    assert f"made of      Service/{shop.name}/cart  " in said
    assert f"by way of    Node/{shop.name}-a, " in said
    assert " of mesh.observed" in said


async def test_a_pilot_takes_its_endpoints_from_them(observing: Any, shop: Shop) -> None:
    """Over MCP, as deltas; a change behind the Service is none of the Service."""
    observing.channel["wires"] = ["mcp"]
    address = observing.settings["mesh_listen"] = f"127.0.0.1:{free_port()}"
    await observing.start()
    await observing.live(1)
    cart = (shop.name, "cart")
    async with SyntheticEntries(address, pauses=Fixed(0.1)) as pilot:
        await pilot.until(lambda: len(_endpoints(pilot, cart)) == 2, 40.0)
        pushes = list(pilot.full_pushes)
        shop.ready(True, False)
        await pilot.until(lambda: _endpoints(pilot, cart) == ["10.0.0.1"], 40.0)
        assert pilot.endpoint_pushes[-1:] == [cart]
        assert pilot.full_pushes == pushes
        shop.ports({"name": "http", "port": 81, "targetPort": 8080})
        await pilot.until(lambda: len(pilot.full_pushes) > len(pushes), 40.0)
        assert pilot.log.received[-1].incremental
        assert not pilot.dropped

        received = len(pilot.log.received)
        await observing.stop()
        await observing.start()
        await pilot.until(lambda: len(pilot.log.received) > received, 40.0)
        assert _endpoints(pilot, cart) == ["10.0.0.1"]
        assert pilot.log.received[received].incremental
        assert not pilot.log.received[received].resources


def _endpoints(pilot: SyntheticEntries, name: tuple[str, str]) -> list[str]:
    entry = pilot.entries.get(name)
    spec = entry.content(Generation.ISTIO_1_4) if entry else {}
    return [each["address"] for each in spec.get("endpoints", ())]
