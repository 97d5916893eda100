"""Which clients get what: channels, groups, and filters by namespace and label."""

import asyncio
from typing import Any

import grpc
import pytest
from envoy.service.discovery.v3.discovery_pb2 import DiscoveryRequest

from pipeline.model import Key, Resource
from tests.mesh.served import istio, virtual_services
from tests.mesh.server.houses import house
from tests.mesh.server.talking import URL, Dialled, dialled, names

NODE = {
    "id": "sidecar~10.0.0.1~web-7.shop~cluster.local",
    "cluster": "web",
    "locality": {"region": "eu", "zone": "eu-1", "sub_zone": "rack 3"},
    "metadata": {
        "labels": {"app": "web", "tier.kind": "front"},
        "a.b": "dotted",
        "port": 8080,
        "ratio": 0.5,
        "canary": True,
        "nothing": None,
        "list": ["x"],
    },
}


async def told(client: Dialled, **node: Any) -> set[str] | str:
    """Names of what a client with that node is told, or the code with which it is refused."""
    talk = client.talk()
    await talk.ask(node=node)
    try:
        return names(await talk.hear())
    except grpc.aio.AioRpcError:
        return (await talk.ended()).code


@pytest.mark.parametrize(
    ("match", "belongs"),
    [
        ({"id": "sidecar~*~*.shop~*"}, True),
        ({"id": "router~*"}, False),
        ({"cluster": "w?b"}, True),
        ({"cluster": "db"}, False),
        ({"locality": {"region": "eu"}}, True),
        ({"locality": {"region": "eu", "zone": "eu-2"}}, False),
        ({"locality": {"sub_zone": "rack *"}}, True),
        ({"metadata": {"labels.app": "web"}}, True),
        ({"metadata": {"labels.app": "db"}}, False),
        ({"metadata": {"labels.none": "*"}}, False),
        ({"metadata": {"a.b": "dotted"}}, True),
        ({"metadata": {"labels.tier.kind": "front"}}, True),
        ({"metadata": {"labels.tier": "*"}}, False),
        ({"metadata": {"port": "8080"}}, True),
        ({"metadata": {"ratio": "0.5"}}, True),
        ({"metadata": {"canary": "true"}}, True),
        ({"metadata": {"canary": "false"}}, False),
        ({"metadata": {"nothing": "*"}}, False),
        ({"metadata": {"labels.app.deeper": "*"}}, False),
        ({"wire": "istio"}, True),
        ({"wire": "mcp"}, False),
        ({"id": "sidecar~*", "cluster": "db"}, False),
    ],
)
async def test_a_group_is_matched_by_what_a_node_tells(
    match: dict[str, Any], *, belongs: bool
) -> None:
    groups = [{"match": match, "channel": "special"}, {"channel": "rest"}]
    contents = {"special": virtual_services("s"), "rest": virtual_services("r")}
    async with house(contents, groups=groups) as served, dialled(served.server.address) as client:
        assert await told(client, **NODE) == ({"default/s"} if belongs else {"default/r"})


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e300, -0.0])
async def test_metadata_may_hold_any_number(number: float) -> None:
    groups = [{"match": {"metadata": {"x": "web"}}, "channel": "special"}, {"channel": "rest"}]
    contents = {"special": virtual_services("s"), "rest": virtual_services("r")}
    request = DiscoveryRequest(type_url=URL)
    request.node.metadata.fields["x"].number_value = number
    async with house(contents, groups=groups) as served, dialled(served.server.address) as client:
        talk = client.talk()
        await talk.say(request.SerializeToString())
        assert names(await talk.hear()) == {"default/r"}


async def test_who_belongs_to_no_group_is_told_so() -> None:
    groups = [{"match": {"id": "x"}, "channel": "a"}]
    contents = {"a": virtual_services("a"), "b": virtual_services("b")}
    async with house(contents, groups=groups) as served, dialled(served.server.address) as client:
        assert await told(client, id="x") == {"default/a"}
        talk = client.talk()
        await talk.ask(node="y")
        code, details = await talk.ended()
        assert code == "FAILED_PRECONDITION"
        assert "'y' belongs to no group" in details
        assert "a, b all have the wire istio" in details


async def test_without_groups_the_one_channel_with_the_wire_counts() -> None:
    contents = {"a": virtual_services("a"), "b": virtual_services("b")}
    wires = {"a": ("mcp",), "b": ("istio",)}
    async with (
        house(contents, wires=wires) as served,
        dialled(served.server.address) as client,
    ):
        assert await told(client, id="x") == {"default/b"}


async def test_a_wire_that_no_channel_has_is_said() -> None:
    wires = {"a": ("mcp",)}
    async with (
        house({"a": virtual_services("a")}, wires=wires) as served,
        dialled(served.server.address) as client,
    ):
        talk = client.talk()
        await talk.ask()
        code, details = await talk.ended()
        assert (code, "no channel has the wire istio" in details) == ("FAILED_PRECONDITION", True)


async def test_namespaces_and_labels_filter_and_who_loses_the_label_is_removed() -> None:
    groups = [
        {"match": {"id": "shop"}, "channel": "a", "namespaces": ["shop"]},
        {"match": {"id": "prod"}, "channel": "a", "labels": {"env": "prod"}},
        {"channel": "a"},
    ]
    resources = [
        istio("VirtualService", "labelled", env="prod"),
        istio("VirtualService", "plain"),
        elsewhere("shop", "there"),
    ]
    async with (
        house({"a": resources}, groups=groups) as served,
        dialled(served.server.address) as client,
    ):
        assert await told(client, id="shop") == {"shop/there"}
        assert await told(client, id="any") == {"default/labelled", "default/plain", "shop/there"}
        talk = client.talk()
        await talk.ask(node="prod")
        assert names(await talk.take()) == {"default/labelled"}
        line = served.lines["a"]
        line.publish(istio("VirtualService", "plain", env="prod"))
        assert names(await talk.take()) == {"default/labelled", "default/plain"}
        line.publish(istio("VirtualService", "labelled", env="test"))
        assert names(await talk.take()) == {"default/plain"}
        line.publish(istio("VirtualService", "plain"))
        assert names(await talk.take()) == set()


async def test_a_group_that_changes_moves_its_clients_and_no_others() -> None:
    before = [{"match": {"id": "m*"}, "channel": "a"}, {"channel": "a"}]
    after = [{"match": {"id": "m*"}, "channel": "b"}, {"channel": "a"}]
    contents = {"a": virtual_services("a"), "b": virtual_services("b")}
    both = {"a": ("istio",), "b": ("istio",)}
    async with house(contents, groups=before) as served, dialled(served.server.address) as client:
        moved, stays = client.talk(), client.talk()
        for talk, node in ((moved, "m"), (stays, "s")):
            await talk.ask(node=node)
            assert names(await talk.take()) == {"default/a"}
        served.reload(wires=both, groups=after)
        code, details = await moved.ended()
        assert (code, "come back" in details) == ("UNAVAILABLE", True)
        assert await told(client, id="m") == {"default/b"}
        served.lines["a"].publish(*virtual_services("c"))
        assert names(await stays.take()) == {"default/a", "default/c"}


async def test_a_wire_that_is_taken_away_ends_its_streams_and_one_that_comes_serves() -> None:
    contents = {"a": virtual_services("a")}
    async with house(contents) as served, dialled(served.server.address) as client:
        talk = client.talk()
        await talk.ask()
        await talk.take()
        served.reload(wires={"a": ("mcp",)})
        assert (await talk.ended()).code == "UNAVAILABLE"
        assert await told(client) == "FAILED_PRECONDITION"
        served.reload(wires={"a": ("mcp", "istio")})
        async with asyncio.timeout(5):
            assert await told(client) == {"default/a"}


async def test_other_tls_settings_take_a_restart() -> None:
    async with house({"a": virtual_services("a")}) as served:
        tls = {"certificate": "a", "key": "b"}
        assert served.reload(tls=tls) == ["mesh.tls takes a restart."]


def elsewhere(namespace: str, name: str) -> Resource:
    key = Key("networking.istio.io/VirtualService", namespace, name)
    return Resource.build(key, "networking.istio.io/v1", body={"spec": {"hosts": ["h"]}})
