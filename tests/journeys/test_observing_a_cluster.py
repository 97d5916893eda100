"""What a cluster observes of itself, from its API server to subscribers of the companion channel.

The cluster has no programs of its own: the tests are its kubelet and its controllers.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.cluster.server import Cluster

Wait = Callable[..., Awaitable[Any]]
OBSERVED = "mesh.observed"
MERGE = "application/merge-patch+json"


class Team:
    """The namespace of one test in the cluster, empty at first."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._request = cluster.request
        self._core = f"/api/v1/namespaces/{name}"
        self._slices = f"/apis/discovery.k8s.io/v1/namespaces/{name}/endpointslices"
        self._request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})

    def service(self, name: str) -> Any:
        said = {"metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}}
        return self._request("POST", f"{self._core}/services", said)

    def pod(self, name: str) -> Any:
        containers = [{"name": "web", "image": "web:1"}]
        said = {"metadata": {"name": name}, "spec": {"containers": containers}}
        return self._request("POST", f"{self._core}/pods", said)

    def runs(self, name: str, address: str) -> None:
        """What a kubelet says of a Pod that has begun to run."""
        status = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]}
        self._request("PATCH", f"{self._core}/pods/{name}/status", {"status": status}, MERGE)

    def endpoints(self, name: str, address: str) -> None:
        """What controllers say of a Service that has one Pod, in both ways."""
        said = {"metadata": {"name": name}, "subsets": [{"addresses": [{"ip": address}]}]}
        self._request("POST", f"{self._core}/endpoints", said)
        slice_ = {
            "metadata": {"name": f"{name}-1"},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [address]}],
        }
        self._request("POST", self._slices, slice_)

    def delete_pods(self) -> None:
        self._request("DELETE", f"{self._core}/pods?gracePeriodSeconds=0")

    def delete_endpoints(self) -> None:
        for path in (f"{self._core}/endpoints", self._slices):
            self._request("DELETE", path)


@pytest.fixture
def team(cluster: Cluster, request: pytest.FixtureRequest) -> Team:
    return Team(cluster, _namespace(request))


@pytest.fixture
async def observing(
    make_service: Any, cluster: Cluster, team: Team, request: pytest.FixtureRequest
) -> Any:
    """A service that follows the namespace, with version 1 live: the Service `web`."""
    team.service("web")
    kinds = ["core/Service", "core/Pod", "core/Endpoints", "discovery.k8s.io/EndpointSlice"]
    source = {
        "name": "prod",
        "type": "kubernetes",
        "kubeconfig": str(cluster.kubeconfig()),
        "kinds": kinds,
        "namespaces": [_namespace(request)],
        "rediscover": 1,
    }
    service = make_service(sources=[source])
    await service.start()
    await service.live(1)
    return service


def _namespace(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).replace("_", "-")[:63].strip("-")


def names(follower: Any) -> set[str]:
    return {f"{key.collection.rpartition('/')[2]}/{key.name}" for key in follower.client.resources}


def statuses(follower: Any) -> dict[str, Any]:
    """Status of each Pod."""
    held = follower.client.resources
    pods = {key: item for key, item in held.items() if key.collection == "core/Pod"}
    return {key.name: item.document().body.get("status") for key, item in pods.items()}


async def test_pods_and_endpoints_come_to_the_companion_channel_alone(
    observing: Any, team: Team, wait_until: Wait
) -> None:
    async with observing.follow(channel=OBSERVED) as observer, observing.follow() as follower:
        team.pod("web-1")
        await wait_until(lambda: statuses(observer) == {"web-1": {"phase": "Pending"}})

        team.runs("web-1", "10.0.0.7")
        team.endpoints("web", "10.0.0.7")

        seen = {"phase": "Running", "podIP": "10.0.0.7", "podIPs": [{"ip": "10.0.0.7"}]}
        await wait_until(lambda: statuses(observer) == {"web-1": seen})
        every = {"Pod/web-1", "Endpoints/web", "EndpointSlice/web-1"}
        await wait_until(lambda: names(observer) == every)
        team.service("api")
        await wait_until(lambda: names(follower) == {"Service/web", "Service/api"})
        assert follower.versions == [1, 2]
        assert names(observer) == every


async def test_that_all_pods_and_endpoints_are_gone_is_no_deletion_to_confirm(
    observing: Any, team: Team, wait_until: Wait
) -> None:
    for number in range(20):
        team.pod(f"web-{number}")
    team.endpoints("web", "10.0.0.7")
    async with observing.follow(channel=OBSERVED) as observer:
        await wait_until(lambda: len(names(observer)) == 22)

        team.delete_pods()
        team.delete_endpoints()

        await wait_until(lambda: names(observer) == set())
    channel = await observing.get("")
    assert (channel["version"], channel["parked"]) == (1, [])


async def test_a_cluster_that_is_down_takes_nothing_away_not_even_from_a_new_process(
    observing: Any, team: Team, cluster: Cluster, wait_until: Wait
) -> None:
    team.pod("web-1")
    async with observing.follow(channel=OBSERVED) as observer:
        await wait_until(lambda: names(observer) == {"Pod/web-1"})
        await asyncio.to_thread(cluster.stop_server)
        try:
            await observing.shows("GAL1301")
            await observing.stop()
            await observing.start()
            await observing.shows("GAL1301")
            async with observing.follow(channel=OBSERVED) as another:
                await wait_until(lambda: names(another) == {"Pod/web-1"})
            assert await observing.names() == {"web"}
        finally:
            await asyncio.to_thread(cluster.start_server)
        team.delete_pods()
        team.pod("web-2")
        await wait_until(lambda: names(observer) == {"Pod/web-2"})


async def test_what_a_new_process_may_not_read_stays(
    observing: Any, team: Team, cluster: Cluster, wait_until: Wait
) -> None:
    """G10: that nothing could be read is no deletion."""
    team.pod("web-1")
    async with observing.follow(channel=OBSERVED) as observer:
        await wait_until(lambda: names(observer) == {"Pod/web-1"})
        cluster.allow()
        (source,) = observing.channel["sources"]
        source["kubeconfig"] = str(cluster.kubeconfig(token=cluster.reader))

        await observing.stop()
        await observing.start()

        await observing.shows("GAL1304")
        async with observing.follow(channel=OBSERVED) as another:
            await wait_until(lambda: names(another) == {"Pod/web-1"})
        assert names(observer) == {"Pod/web-1"}


async def test_a_trace_tells_which_object_it_is_also_to_a_new_process(
    observing: Any, cluster: Cluster, team: Team, wait_until: Wait
) -> None:
    said = team.service("api")["metadata"]
    await observing.live(2)
    key = f"core/Service/{said['namespace']}/api"
    origin = {"revision": said["resourceVersion"], "uid": said["uid"], "source": "prod"}
    traced = json.loads((await observing.cli("trace", key, "-o", "json"))[1])
    assert origin.items() <= traced.items()
    assert traced["link"].startswith(f"https://127.0.0.1:{cluster.port}/api/v1/")

    await observing.stop()
    await observing.start()

    async def told() -> bool:
        return f"uid {said['uid']}" in (await observing.cli("trace", key))[1]

    await wait_until(told)
    assert await observing.version() == 2
