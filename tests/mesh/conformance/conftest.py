"""The cases of the CNCF's xDS conformance suite, over real streams.

The list is that of ii/xds-test-harness: clusters, listeners, routes, endpoints, on the aggregated
stream and on that of the type, as state of the world and as delta.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from pipeline.encoding.envoy import ENVOY
from pipeline.model import Key, Resource
from tests.mesh.doubles import xds_client
from tests.mesh.doubles.delta import Delta
from tests.mesh.doubles.sotw import StateOfTheWorld
from tests.mesh.doubles.xds_client import CLUSTER, ENDPOINTS, LISTENER, ROUTE, XdsClient
from tests.mesh.istiod.conftest import eventually
from tests.mesh.served import Mesh, istio, serving

FULL_STATE = (CLUSTER, LISTENER)
TYPES = (CLUSTER, LISTENER, ROUTE, ENDPOINTS)
SHORT = dict(zip(TYPES, ("CDS", "LDS", "RDS", "EDS"), strict=True))
WITNESSED = "networking.istio.io/v1/Gateway"

_COLLECTIONS = {
    CLUSTER: "envoy.config.cluster/Cluster",
    LISTENER: "envoy.config.listener/Listener",
    ROUTE: "envoy.config.route/RouteConfiguration",
    ENDPOINTS: "envoy.config.endpoint/ClusterLoadAssignment",
}


def envoys(url: str, name: str, value: int = 1) -> Resource:
    """A resource of Envoy that says a number."""
    address = {"socket_address": {"address": "127.0.0.1", "port_value": value}}
    specs: dict[str, dict[str, Any]] = {
        CLUSTER: {"name": name, "type": "STATIC", "connect_timeout": f"{value}s"},
        LISTENER: {"name": name, "address": address, "filter_chains": [{"filters": []}]},
        ROUTE: {"name": name, "virtual_hosts": [{"name": "v", "domains": [f"v{value}"]}]},
        ENDPOINTS: {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
    }
    key = Key(_COLLECTIONS[url], "", name)
    return Resource.build(key, f"{key.collection.partition('/')[0]}/v3", body={"spec": specs[url]})


def body(resource: Resource) -> bytes:
    return ENVOY.encode(resource, resource.document())


@dataclass
class Case:
    """A client of one type, and somebody by whom one sees that nothing more comes."""

    mesh: Mesh
    client: Any
    witness: StateOfTheWorld
    url: str
    beats: int = 0

    def put(self, names: Iterable[str], value: int = 1, *, url: str = "") -> None:
        """Resources of these names, each a letter, say this number."""
        self.mesh.line.publish(*(envoys(url or self.url, name, value) for name in names))

    def remove(self, *names: str) -> None:
        gone = tuple(Key(_COLLECTIONS[self.url], "", name) for name in names)
        self.mesh.line.publish(gone=gone)

    async def has(self, values: dict[str, int], *, url: str = "") -> None:
        """Wait until exactly these are what the client holds."""
        kind = url or self.url
        wanted = {name: body(envoys(kind, name, value)) for name, value in values.items()}
        await self.client.until(
            lambda: {n: each.body for n, each in self.client.resources[kind].items()} == wanted
        )

    def responses(self, url: str = "") -> list[set[str]]:
        """Names in each response about the type so far."""
        kind = url or self.url
        received = (each for each in self.client.log.received if each.type_url == kind)
        return [set(self.client._names(each)) for each in received]

    async def heard(self) -> None:
        """Wait until the server has taken in all that was asked for."""
        said = len(self.client.log.sent) + len(self.witness.log.sent)
        await eventually(lambda: sum(each.received for each in self.mesh.streams()) == said)

    async def quiet(self) -> None:
        """What was published has reached those whom it concerns, and been answered."""
        for _ in range(2):
            self.beats += 1
            self.mesh.line.publish(istio("Gateway", f"beat{self.beats}"))
            await self.witness.until(lambda: len(self.witness.resources[WITNESSED]) == self.beats)


@asynccontextmanager
async def _case(client: type[XdsClient], url: str, method: str) -> AsyncIterator[Case]:
    async with (
        serving(istio("VirtualService", "other")) as mesh,
        client(mesh.address, method=method) as speaking,
        StateOfTheWorld(mesh.address, full_state=[WITNESSED]) as witness,
    ):
        await witness.subscribe(WITNESSED)
        await witness.until(lambda: WITNESSED in witness.versions)
        yield Case(mesh, speaking, witness, url)


@pytest.fixture(params=["aggregated", "per type"])
def aggregated(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "aggregated")


@pytest.fixture
async def world(url: str, aggregated: bool) -> AsyncIterator[Case]:
    """State of the world; a test says the type as its parameter `url`."""
    method = "" if aggregated else xds_client.method(url)
    async with _case(StateOfTheWorld, url, method) as case:
        yield case


@pytest.fixture
async def delta(url: str, aggregated: bool) -> AsyncIterator[Case]:
    """Delta; a test says the type as its parameter `url`."""
    method = "" if aggregated else xds_client.method(url, delta=True)
    async with _case(Delta, url, method) as case:
        yield case
