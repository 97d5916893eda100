"""The clients of plain xDS say what Envoy would."""

from typing import Any

import grpc
import pytest
from envoy.config.core.v3 import base_pb2
from envoy.service.discovery.v3 import discovery_pb2

from tests.mesh.doubles import delta, sotw
from tests.mesh.doubles.delta import Delta
from tests.mesh.doubles.messages import Named
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.scripted import Peer, ScriptedServer
from tests.mesh.doubles.sotw import StateOfTheWorld
from tests.mesh.doubles.xds_client import CLUSTER, ENDPOINTS, ROUTE, SECRET, method

Request, Response = discovery_pb2.DiscoveryRequest, discovery_pb2.DiscoveryResponse
DeltaRequest = discovery_pb2.DeltaDiscoveryRequest
DeltaResponse = discovery_pb2.DeltaDiscoveryResponse
QUICK = Fixed(0.01)


def packed(name: str, url: str = CLUSTER) -> dict[str, Any]:
    return {"type_url": url, "value": Named(name=name).SerializeToString()}


async def say(peer: Peer, nonce: str, *names: str, url: str = CLUSTER, of: str = "") -> Any:
    """Send resources of these names in the state-of-the-world form; the answer."""
    resources = [packed(name, of or url) for name in names]
    await peer.say(
        Response(type_url=url, nonce=nonce, version_info=f"v{nonce}", resources=resources)
    )
    return await peer.hear(Request)


async def tell(
    peer: Peer, nonce: str, versions: dict[str, str], *removed: str, url: str = CLUSTER
) -> Any:
    """Send changes in the delta form; the answer."""
    resources = [
        {"name": name, "version": version, "resource": packed(name, url)}
        for name, version in versions.items()
    ]
    await peer.say(
        DeltaResponse(
            type_url=url,
            nonce=nonce,
            system_version_info=f"v{nonce}",
            resources=resources,
            removed_resources=removed,
        )
    )
    return await peer.hear(DeltaRequest)


async def test_the_first_request_of_a_stream_has_the_node(server: ScriptedServer) -> None:
    node = base_pb2.Node(id="envoy-1", cluster="edge")
    async with StateOfTheWorld(server.address, node=node) as client:
        peer = await server.accept()
        assert peer.method == sotw.AGGREGATED
        await client.subscribe(CLUSTER)
        await client.subscribe(ENDPOINTS, "a", "b")
        assert await peer.hear(Request) == Request(type_url=CLUSTER, node=node)
        assert await peer.hear(Request) == Request(type_url=ENDPOINTS, resource_names=["a", "b"])


async def test_every_request_may_have_the_node(server: ScriptedServer) -> None:
    async with Delta(server.address, node="n", node_once=False) as client:
        peer = await server.accept()
        await client.subscribe(CLUSTER)
        await client.subscribe(ROUTE, "r")
        assert {each.node.id for each in await peer.hear_all(DeltaRequest, 2)} == {"n"}


async def test_full_state_replaces_and_the_rest_adds(server: ScriptedServer) -> None:
    async with StateOfTheWorld(server.address) as client:
        await client.subscribe(CLUSTER)
        peer = await server.accept()
        await peer.hear(Request)
        for url in (CLUSTER, ENDPOINTS):
            await say(peer, "1", "a", "b", url=url)
            await say(peer, "2", "b", url=url)
            await client.has(url, "v2")
        assert set(client.resources[CLUSTER]) == {"b"}
        held = client.resources[ENDPOINTS]
        assert {name: each.version for name, each in held.items()} == {"a": "v1", "b": "v2"}


async def test_acks_and_changes_name_version_nonce_and_all_names(server: ScriptedServer) -> None:
    async with StateOfTheWorld(server.address) as client:
        await client.subscribe(ROUTE, "x")
        peer = await server.accept()
        await peer.hear(Request)
        has = {"type_url": ROUTE, "version_info": "v1", "response_nonce": "1"}
        assert await say(peer, "1", "x", url=ROUTE) == Request(**has, resource_names=["x"])
        await client.subscribe(ROUTE, "x", "y")
        assert await peer.hear(Request) == Request(**has, resource_names=["x", "y"])


@pytest.mark.parametrize(
    ("names", "of", "text"),
    [(("a", "a"), CLUSTER, "duplicate resources: a"), (("a",), ROUTE, "type of a response")],
)
async def test_a_refusal_names_the_last_good_version(
    server: ScriptedServer, names: tuple[str, ...], of: str, text: str
) -> None:
    async with StateOfTheWorld(server.address) as client:
        await client.subscribe(CLUSTER)
        peer = await server.accept()
        await peer.hear(Request)
        await say(peer, "1", "good")
        nack = await say(peer, "2", *names, of=of)
        assert (nack.version_info, nack.response_nonce) == ("v1", "2")
        assert text in nack.error_detail.message
        assert set(client.resources[CLUSTER]) == {"good"}


async def test_a_new_stream_says_what_was_accepted_with_no_nonce(server: ScriptedServer) -> None:
    async with StateOfTheWorld(server.address, node="n", pauses=QUICK) as client:
        await client.subscribe(CLUSTER)
        peer = await server.accept()
        await peer.hear(Request)
        await say(peer, "1", "a")
        client.nack_next(CLUSTER)
        assert (await say(peer, "2", "b")).error_detail.code == 3
        peer.end()
        again = await (await server.accept()).hear(Request)
        assert again == Request(type_url=CLUSTER, version_info="v1", node={"id": "n"})


async def test_deltas_are_merged_and_acknowledged_by_nonce_alone(server: ScriptedServer) -> None:
    async with Delta(server.address) as client:
        await client.subscribe(CLUSTER)
        peer = await server.accept()
        assert peer.method == delta.AGGREGATED
        await peer.hear(DeltaRequest)
        ack = await tell(peer, "1", {"a": "1", "b": "1"})
        assert ack == DeltaRequest(type_url=CLUSTER, response_nonce="1")
        await tell(peer, "2", {"a": "2"}, "b")
        await client.has(CLUSTER, "v2")
        held = client.resources[CLUSTER]
        assert {name: each.version for name, each in held.items()} == {"a": "2"}


async def test_a_new_delta_stream_says_what_is_held(server: ScriptedServer) -> None:
    async with Delta(server.address, node="n", pauses=QUICK) as client:
        await client.subscribe(CLUSTER, "a", "gone", initial={"a": "old"})
        peer = await server.accept()
        asked = await peer.hear(DeltaRequest)
        assert list(asked.resource_names_subscribe) == ["a", "gone"]
        assert dict(asked.initial_resource_versions) == {"a": "old"}
        await tell(peer, "1", {"a": "1", "c": "1"}, "gone")
        peer.end(grpc.StatusCode.UNAVAILABLE)
        again = await (await server.accept()).hear(DeltaRequest)
        assert dict(again.initial_resource_versions) == {"a": "1", "c": "1"}
        assert again.node.id == "n"


async def test_names_come_and_go_without_a_nonce(server: ScriptedServer) -> None:
    async with Delta(server.address) as client:
        await client.subscribe(ENDPOINTS, "a")
        peer = await server.accept()
        await peer.hear(DeltaRequest)
        await tell(peer, "1", {"a": "1"}, url=ENDPOINTS)
        await client.subscribe(ENDPOINTS, "b")
        added = DeltaRequest(type_url=ENDPOINTS, resource_names_subscribe=["b"])
        assert await peer.hear(DeltaRequest) == added
        await client.unsubscribe(ENDPOINTS, "a")
        left = DeltaRequest(type_url=ENDPOINTS, resource_names_unsubscribe=["a"])
        assert await peer.hear(DeltaRequest) == left
        assert not client.resources[ENDPOINTS]


async def test_a_delta_that_names_a_resource_twice_is_refused(server: ScriptedServer) -> None:
    async with Delta(server.address) as client:
        await client.subscribe(CLUSTER)
        peer = await server.accept()
        await peer.hear(DeltaRequest)
        nack = await tell(peer, "1", {"a": "1"}, "a")
        assert nack.error_detail.message == "duplicate resources: a"
        assert (nack.response_nonce, client.resources[CLUSTER]) == ("1", {})


async def test_a_type_may_have_a_stream_of_its_own(server: ScriptedServer) -> None:
    assert (
        method(ENDPOINTS) == "/envoy.service.endpoint.v3.EndpointDiscoveryService/StreamEndpoints"
    )
    path = method(SECRET, delta=True)
    assert path == "/envoy.service.secret.v3.SecretDiscoveryService/DeltaSecrets"
    async with Delta(server.address, method=path):
        assert (await server.accept()).method == path
