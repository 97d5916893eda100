"""istiod's double does on the wire what istiod does, mistakes included."""

import re
from typing import Any

import grpc
import pytest
from envoy.service.discovery.v3 import discovery_pb2

from pipeline.encoding.protobuf import Generation
from tests.mesh.doubles.istiod import MESH_CONFIG, METHOD, Istiod, UnreachableServerError, types
from tests.mesh.doubles.messages import RESOURCE_URL, Resource, resource
from tests.mesh.doubles.pauses import Fixed
from tests.mesh.doubles.scripted import Peer, ScriptedServer

Request, Response = discovery_pb2.DiscoveryRequest, discovery_pb2.DiscoveryResponse
GATEWAYS = "networking.istio.io/v1/Gateway"
QUICK = Fixed(0.01)


def gateway(name: str, version: str = "1", **metadata: Any) -> Any:
    return resource(name, version, kind="istio.networking.v1alpha3.Gateway", **metadata)


def packed(*items: Any, url: str = RESOURCE_URL) -> list[dict[str, Any]]:
    return [{"type_url": url, "value": each.SerializeToString()} for each in items]


async def opened(server: ScriptedServer, count: int = 16) -> tuple[Peer, list[Any]]:
    peer = await server.accept()
    return peer, await peer.hear_all(Request, count)


async def say(peer: Peer, nonce: str, *items: Any, url: str = GATEWAYS) -> Any:
    """Send them; the answer."""
    await send(peer, nonce, packed(*items), url=url)
    return await peer.hear(Request)


async def send(peer: Peer, nonce: str, resources: Any, *, url: str = GATEWAYS) -> None:
    await peer.say(
        Response(type_url=url, nonce=nonce, version_info=f"v{nonce}", resources=resources)
    )


async def test_it_asks_for_all_types_at_once_and_names_a_time_as_nonce(
    server: ScriptedServer,
) -> None:
    async with Istiod(server.address, revision="blue", pod="istiod-1"):
        peer, asked = await opened(server)
        assert peer.method == METHOD
        assert [each.type_url for each in asked] == [MESH_CONFIG, *types("1.30")]
        go_time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} \+0000 UTC m=\+\d+\.\d{9}"
        assert all(re.fullmatch(go_time, each.response_nonce) for each in asked)
        assert not any(each.version_info or each.resource_names for each in asked)
        assert [each.HasField("node") for each in asked] == [True, *[False] * 15]
        node = asked[0].node
        assert node.id == ("sidecar~10.0.0.7~istiod-1.istio-system~istio-system.svc.cluster.local")
        assert dict(node.metadata) == {
            "GENERATOR": "api",
            "ISTIO_REVISION": "blue",
            "ISTIO_VERSION": "65536.65536.65536",
        }
        assert [f.name for f, _ in node.ListFields()] == ["id", "metadata"]


@pytest.mark.parametrize(
    ("release", "count", "gateways"),
    [
        ("1.23", 14, "networking.istio.io/v1alpha3/Gateway"),
        ("1.29", 14, GATEWAYS),
        ("1.30", 15, GATEWAYS),
    ],
)
def test_releases_ask_for_different_types(release: str, count: int, gateways: str) -> None:
    asked = types(release)
    assert (len(asked), asked[3]) == (count, gateways)
    old = "security.istio.io/v1beta1/PeerAuthentication" in asked
    assert old == (release == "1.23")


async def test_it_is_synced_when_every_type_was_answered_and_stays_so(
    server: ScriptedServer,
) -> None:
    async with Istiod(server.address, pauses=QUICK) as istiod:
        peer, asked = await opened(server)
        for each in asked[:-1]:
            await say(peer, "1", url=each.type_url)
        await istiod.has(asked[-2].type_url, "v1")
        assert not istiod.has_synced
        await say(peer, "1", url=asked[-1].type_url)
        await istiod.synced()
        peer.end(grpc.StatusCode.UNAVAILABLE)
        await opened(server)
        assert istiod.has_synced


async def test_mesh_config_does_not_count(server: ScriptedServer) -> None:
    async with Istiod(server.address) as istiod:
        peer, _ = await opened(server)
        for url in types("1.30"):
            await say(peer, "1", url=url)
        await istiod.synced()


async def test_an_ack_has_version_nonce_and_node(server: ScriptedServer) -> None:
    async with Istiod(server.address) as istiod:
        peer, asked = await opened(server)
        ack = await say(peer, "7", gateway("a/x", labels={"l": "1"}))
        assert ack == Request(
            type_url=GATEWAYS, version_info="v7", response_nonce="7", node=asked[0].node
        )
        kept = istiod.store[GATEWAYS]["a", "x"]
        assert (kept.version, kept.labels, kept.create_time.year) == ("1", {"l": "1"}, 1970)
        assert kept.content(Generation.TODAY) == {}


async def test_a_mesh_config_is_not_acknowledged_unless_it_is_empty(
    server: ScriptedServer,
) -> None:
    async with Istiod(server.address) as istiod:
        peer, _ = await opened(server)
        await send(peer, "1", [{"type_url": "anything", "value": b"\x12\x01"}], url=MESH_CONFIG)
        ack = await say(peer, "2", url=MESH_CONFIG)
        assert ack.response_nonce == "2"
        assert istiod.mesh_config == b"\x12\x01"


async def test_what_a_response_lacks_is_deleted(server: ScriptedServer) -> None:
    async with Istiod(server.address) as istiod:
        peer, _ = await opened(server)
        await say(peer, "1", gateway("a/x"), gateway("a/y"))
        await say(peer, "2", gateway("a/y"), gateway("a/z"))
        assert set(istiod.store[GATEWAYS]) == {("a", "y"), ("a", "z")}
        assert [(each.what, each.name[1]) for each in istiod.events] == [
            ("add", "x"),
            ("add", "y"),
            ("add", "z"),
            ("delete", "x"),
        ]


async def test_an_equal_version_hides_a_change_and_none_is_always_new(
    server: ScriptedServer,
) -> None:
    async with Istiod(server.address) as istiod:
        peer, _ = await opened(server)
        await say(peer, "1", gateway("a/x", "1"), gateway("a/none", ""))
        await say(peer, "2", gateway("a/x", "1", labels={"new": "1"}), gateway("a/none", ""))
        assert istiod.store[GATEWAYS]["a", "x"].labels == {}
        updated = [each.name[1] for each in istiod.events if each.what == "update"]
        assert updated == ["none"]
        await say(peer, "3", gateway("a/x", "2", labels={"new": "1"}))
        assert istiod.store[GATEWAYS]["a", "x"].labels == {"new": "1"}


ABSENT = {
    "not packed": packed(gateway("a/x", "2"), url="type.googleapis.com/other.Resource"),
    "broken": [{"type_url": RESOURCE_URL, "value": b"\xff"}],
    "no namespace": packed(gateway("x", "2")),
    "a path": packed(gateway("a/x/y", "2")),
    "no metadata": packed(Resource(body=gateway("").body)),
    "no body": packed(Resource(metadata={"name": "a/x", "version": "2"})),
    "unknown body": packed(resource("a/x", "2", kind="istio.networking.v1alpha3.Nonsense")),
    "other revision": packed(gateway("a/x", "2", labels={"istio.io/rev": "green"})),
}


@pytest.mark.parametrize("resources", ABSENT.values(), ids=ABSENT)
async def test_what_it_cannot_read_counts_as_absent(server: ScriptedServer, resources: Any) -> None:
    async with Istiod(server.address, revision="blue") as istiod:
        peer, _ = await opened(server)
        await say(peer, "1", gateway("a/x", labels={"istio.io/rev": "blue"}))
        assert set(istiod.store[GATEWAYS]) == {("a", "x")}
        await send(peer, "2", resources)
        assert not (await peer.hear(Request)).HasField("error_detail")
        assert istiod.store[GATEWAYS] == {}


async def test_what_is_invalid_is_not_created_and_stays_as_it_was(server: ScriptedServer) -> None:
    def valid(url: str, name: Any, resource: Any) -> bool:
        return bool(resource.metadata.version != "bad")

    async with Istiod(server.address, valid=valid) as istiod:
        peer, _ = await opened(server)
        await say(peer, "1", gateway("a/x", "good"), gateway("a/y", "bad"))
        ack = await say(peer, "2", gateway("a/x", "bad"), gateway("a/y", "bad"))
        assert not ack.HasField("error_detail")
        kept = {name: each.version for (_, name), each in istiod.store[GATEWAYS].items()}
        assert kept == {"x": "good"}


@pytest.mark.parametrize("url", ["networking.istio.io/v1alpha3/Gateway", "apps/v1/Deployment"])
async def test_a_type_it_did_not_ask_for_is_acknowledged_and_ignored(
    server: ScriptedServer, url: str
) -> None:
    async with Istiod(server.address) as istiod:
        peer, _ = await opened(server)
        assert (await say(peer, "1", gateway("a/x"), url=url)).type_url == url
        assert not istiod.synced_types
        assert not any(istiod.store.values())


async def test_debug_types_are_not_acknowledged(server: ScriptedServer) -> None:
    async with Istiod(server.address):
        peer, _ = await opened(server)
        await send(peer, "1", [], url="istio.io/debug/syncz")
        assert (await say(peer, "2")).response_nonce == "2"


async def test_it_exits_if_there_is_no_server_at_its_start() -> None:
    async with ScriptedServer() as gone:
        pass
    with pytest.raises(UnreachableServerError):
        await Istiod(gone.address).__aenter__()


async def test_it_keeps_its_store_and_asks_as_if_it_knew_nothing(server: ScriptedServer) -> None:
    async with Istiod(server.address, pauses=QUICK) as istiod:
        peer, first = await opened(server)
        await say(peer, "1", gateway("a/x"))
        peer.end()
        _, again = await opened(server)
        assert [each.type_url for each in again] == [each.type_url for each in first]
        assert not any(each.version_info for each in again)
        assert [each.HasField("node") for each in again] == [True, *[False] * 15]
        assert set(istiod.store[GATEWAYS]) == {("a", "x")}
