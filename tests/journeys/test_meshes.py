"""Clients of meshes and their operators: side by side with the stream's, waited for, looked at."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import yaml

from galley.protocol.results import SubscriberDetailResult
from tests.mesh.doubles.delta import Delta
from tests.mesh.doubles.istiod import Istiod
from tests.mesh.doubles.pilot import Pilot
from tests.mesh.doubles.xds_client import CLUSTER

Wait = Callable[..., Awaitable[Any]]
WIRES = ("envoy", "istio", "mcp")


def cluster(name: str = "web", timeout: str = "1s") -> str:
    spec = {"name": name, "type": "STATIC", "connect_timeout": timeout}
    return manifest("envoy.config.cluster/v3", "Cluster", name, spec)


def manifest(version: str, kind: str, name: str, spec: dict[str, Any]) -> str:
    metadata = {"name": name}
    return yaml.safe_dump({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec})


def virtual_service(host: str) -> str:
    route = {"destination": {"host": "web.default.svc.cluster.local"}}
    spec = {"hosts": [host], "http": [{"route": [route]}]}
    return manifest("networking.istio.io/v1", "VirtualService", "web", spec)


@pytest.fixture
async def mesh(make_service: Callable[..., Any]) -> Any:
    """Version 1 of a channel with all wires is live: a VirtualService, and a cluster of Envoy."""
    service = make_service(wires=list(WIRES), policies=[])
    service.settings["mesh_listen"] = "127.0.0.1:0"
    service.write("route.yaml", virtual_service("web.example.com"))
    service.write("cluster.yaml", cluster())
    await service.start()
    await service.live(1)
    return service


async def envoy(mesh: Any, stack: AsyncExitStack) -> Delta:
    client = await stack.enter_async_context(Delta(mesh.mesh_address, node="edge~1"))
    await client.subscribe(CLUSTER)
    await client.until(lambda: client.acks[CLUSTER] > 0)
    return client


async def in_step(mesh: Any, wait_until: Wait, number: int) -> None:
    """Wait until that many have all there is for them."""

    async def all_of_them() -> bool:
        return bool((await mesh.get(""))["synced"] == number)

    await wait_until(all_of_them)


async def test_clients_of_all_wires_are_shown_side_by_side(mesh: Any, wait_until: Wait) -> None:
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        follower = await enter(mesh.follow(node="program"))
        pilot = await enter(Pilot(mesh.mesh_address))
        istiod = await enter(Istiod(mesh.mesh_address))
        await asyncio.gather(follower.at(1), pilot.synced(), istiod.synced())
        client = await envoy(mesh, stack)
        await in_step(mesh, wait_until, 4)

        seen = {each["wire"]: each for each in await mesh.get("/subscribers")}
        shown = {wire: (each["received"], each["verified"]) for wire, each in seen.items()}
        assert shown == {"stream": (1, 1), "mcp": (1, 0), "istio": (1, 0), "envoy-delta": (1, 1)}
        assert "types" not in seen["mcp"]
        code, said = await mesh.cli("trace", "VirtualService/default/web")
        assert code == 0, said
        assert "is live" in said
        assert "3 have it in their view" in said

        client.nack_next(CLUSTER, "Cluster web: connect_timeout is too long")
        mesh.write("cluster.yaml", cluster(timeout="900s"))
        await client.until(lambda: client.nacks[CLUSTER] > 0)

        async def refused() -> Any:
            found = await mesh.get("/subscribers")
            return [each for each in found if each["state"] == "nacked"]

        (nacked,) = await wait_until(refused)
        assert (nacked["node"], nacked["version"]) == ("edge~1", 1)
        assert [each["file"] for each in nacked["nacked"]] == ["cluster.yaml"]

        _, said = await mesh.cli("subscribers")
        lines = {line.split()[0]: line.split() for line in said.splitlines()}
        assert lines["NODE"][:7] == [
            "NODE",
            "SESSION",
            "STATE",
            "RECEIVED",
            "VERIFIED",
            "LAG",
            "WIRE",
        ]
        assert lines["program"][2:5] == ["synced", "2", "2"]
        assert lines["edge~1"][2:5] == ["nacked", "1", "1"]
        assert lines["-"][2:5] == ["synced", "2", "-"]
        assert "connect_timeout is too long" in " ".join(lines["edge~1"])


async def test_a_client_is_looked_at_type_by_type(mesh: Any, wait_until: Wait) -> None:
    async with AsyncExitStack() as stack:
        client = await envoy(mesh, stack)
        client.nack_next(CLUSTER, "no")
        mesh.write("cluster.yaml", cluster(timeout="2s"))
        await client.until(lambda: client.nacks[CLUSTER] > 0)
        await client.send(client.request(type_url=CLUSTER, response_nonce="of long ago"))

        async def stale() -> Any:
            (found,) = await mesh.get("/subscribers/edge~1")
            return found["types"][0]["stale"]

        await wait_until(stale)
        code, said = await mesh.cli("subscribers", "edge~1", "-o", "json")
        assert code == 0, said
        (found,) = json.loads(said)
        assert SubscriberDetailResult.model_validate(found).model_dump(mode="json") == found
        (only,) = found["types"]
        assert (only["type"], only["sent"], only["received"]) == (CLUSTER, 2, 1)
        words = [each["said"] for each in found["requests"]]
        assert words == ["asks", "ack", "nack", "stale"]

        code, said = await mesh.cli("subscribers", found["session"])
        assert code == 0
        assert "of long ago" in said
        code, said = await mesh.cli("subscribers", "nobody/at all")
        assert code == 1, said
        assert "nobody/at all" in said

        code, said = await mesh.cli("resend")
        assert code == 0, said
        await client.until(lambda: client.acks[CLUSTER] == 2)


async def test_a_rollback_waits_for_clients_of_meshes(mesh: Any, wait_until: Wait) -> None:
    """G5: it counts for the rollback, the status and the page as any subscriber does."""
    async with AsyncExitStack() as stack:
        client = await envoy(mesh, stack)
        mesh.write("cluster.yaml", cluster(timeout="2s"))
        await client.until(lambda: client.acks[CLUSTER] == 2)
        code, said = await mesh.cli("wait", "--version", "2", "--for", "acked")
        assert code == 0, said

        client.hold(CLUSTER)
        rollback = asyncio.create_task(mesh.cli("rollback", "1", "--reason", "too slow"))
        await client.until(lambda: bool(client.held[CLUSTER]))
        code, said = await mesh.cli("wait", "--version", "3", "--for", "acked", "--timeout", "1s")
        assert code == 3, said
        assert (await mesh.get(""))["synced"] == 0
        assert not rollback.done()
        await client.release(CLUSTER)
        code, said = await rollback
        assert code == 0, said
        assert "1 of 1 subscribers have it" in said
        await in_step(mesh, wait_until, 1)
        page = await mesh.ask("GET", "/")
        assert b"1 of 1 in step" in page.body

        client.nack_next(CLUSTER, "no")
        code, said = await mesh.cli("rollback", "2", "--reason", "quick after all")
        assert code == 4, said
        assert "no" in said


async def test_what_clients_of_meshes_do_is_scraped(mesh: Any) -> None:
    async with AsyncExitStack() as stack:
        pilot = await stack.enter_async_context(Pilot(mesh.mesh_address))
        await pilot.synced()
        await envoy(mesh, stack)
        text = (await mesh.ask("GET", "/metrics")).body.decode()
    assert 'galley_mesh_streams{channel="mesh",wire="mcp"} 1.0' in text
    assert 'galley_mesh_messages_total{channel="mesh",wire="mcp"} 16.0' in text
    assert 'galley_mesh_requests_total{channel="mesh",said="asks",wire="envoy-delta"} 1.0' in text
    assert "edge~1" not in text
