"""Clients of meshes over gRPC through the real thing: restarts, reloads, and what is not there."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
import yaml
from envoy.service.discovery.v3.discovery_pb2 import DiscoveryRequest, DiscoveryResponse

Wait = Callable[..., Awaitable[Any]]
METHOD = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"
URL = "networking.istio.io/v1/VirtualService"
WIRES = ("istio", "mcp")


def route(name: str) -> str:
    host = f"{name}.example.com"
    meta = {"name": name, "namespace": "default"}
    document = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": meta,
        "spec": {
            "hosts": [host],
            "http": [{"route": [{"destination": {"host": host}}]}],
        },
    }
    return yaml.safe_dump(document)


class Istiod:
    """Follows one type; comes back whenever it is cut off, and keeps everything that it is told."""

    def __init__(self, address: str) -> None:
        self.told: list[DiscoveryResponse] = []
        self._address = address

    @property
    def held(self) -> list[bytes]:
        """What it was told last."""
        return sorted(each.value for each in self.told[-1].resources) if self.told else []

    async def follow(self) -> None:
        quick = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 200)]
        async with grpc.aio.insecure_channel(self._address, options=quick) as channel:
            while True:
                try:
                    await self._talk(channel.stream_stream(METHOD)(wait_for_ready=True))
                except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
                    await asyncio.sleep(0.05)  # as clients wait before they come back

    async def _talk(self, call: Any) -> None:
        await call.write(DiscoveryRequest(type_url=URL).SerializeToString())
        while (data := await call.read()) is not grpc.aio.EOF:
            response = DiscoveryResponse.FromString(data)
            self.told.append(response)
            ack = DiscoveryRequest(
                type_url=URL,
                response_nonce=response.nonce,
                version_info=response.version_info,
            )
            await call.write(ack.SerializeToString())


@asynccontextmanager
async def istiod(address: str) -> AsyncIterator[Istiod]:
    client = Istiod(address)
    task = asyncio.create_task(client.follow(), name="istiod")
    try:
        yield client
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def mesh_address(service: Any) -> str:
    """Where gRPC is served, as the service last said it."""
    lines = [line for line in service.log.splitlines() if line.startswith("{")]
    events = [json.loads(line) for line in lines if '"Serving."' in line]
    return str(events[-1]["mesh_address"])


@pytest.fixture
async def meshed(make_service: Callable[..., Any]) -> Any:
    """A service with two VirtualServices live, for istiod and Pilot."""
    service = make_service(wires=list(WIRES))
    service.settings["mesh_listen"] = "127.0.0.1:0"
    for name in ("a", "b"):
        service.write(f"{name}.yaml", route(name))
    await service.start()
    await service.live(1)
    service.settings["mesh_listen"] = mesh_address(service)  # after a restart as well
    return service


async def test_a_restart_changes_no_version_and_empties_no_mesh(
    meshed: Any, wait_until: Wait
) -> None:
    """`kill -9` in front of a client that follows: it is told the same bytes again, never less."""
    async with istiod(mesh_address(meshed)) as client:
        await wait_until(lambda: len(client.held) == 2)
        before = client.told[-1]
        for count in (2, 3):
            await meshed.kill()
            await meshed.start()
            await wait_until(lambda count=count: len(client.told) >= count)
        versions = {each.version_info for each in client.told}
        assert versions == {before.version_info}
        contents = [sorted(each.value for each in told.resources) for told in client.told]
        assert all(each == contents[0] for each in contents)
        meshed.write("c.yaml", route("c"))
        await wait_until(lambda: len(client.held) == 3)
        assert all(len(each.resources) >= 2 for each in client.told)
        assert set(contents[0]) < set(client.held)


async def test_a_killed_worker_is_not_noticed_by_clients(meshed: Any, wait_until: Wait) -> None:
    """The stream stays, nothing is said, and what changed meanwhile comes when it is whole."""
    async with istiod(mesh_address(meshed)) as client:
        await wait_until(lambda: len(client.held) == 2)
        (worker,) = meshed.workers()
        os.kill(worker, signal.SIGKILL)
        meshed.write("c.yaml", route("c"))
        await wait_until(lambda: len(client.told) > 1)
        assert [len(each.resources) for each in client.told] == [2, 3]
        shown = await meshed.get("/subscribers")
        assert [each["wire"] for each in shown] == ["istio"]


async def test_wires_come_and_go_with_a_reload(
    make_service: Callable[..., Any], wait_until: Wait
) -> None:
    service = make_service()
    service.settings["mesh_listen"] = "127.0.0.1:0"
    service.write("a.yaml", route("a"))
    await service.start()
    await service.live(1)
    service.channel["wires"] = ["istio"]
    service.settings["mesh_listen"] = await free_port()
    assert await reloaded(service) == ["mesh_listen takes a restart."]
    await service.stop()
    await service.start()
    async with istiod(service.settings["mesh_listen"]) as client:
        await wait_until(lambda: len(client.held) == 1)
        service.channel["wires"] = ["mcp"]
        await reloaded(service)
        async with grpc.aio.insecure_channel(service.settings["mesh_listen"]) as channel:
            call: Any = channel.stream_stream(METHOD)()
            await call.write(DiscoveryRequest(type_url=URL).SerializeToString())
            assert await call.code() is grpc.StatusCode.FAILED_PRECONDITION
        service.channel["wires"] = ["mcp", "istio"]
        service.write("b.yaml", route("b"))
        await reloaded(service)
        await wait_until(lambda: len(client.held) == 2)
        assert all(each.resources for each in client.told)


async def test_a_reload_does_not_open_the_address_to_everybody(
    make_service: Callable[..., Any],
) -> None:
    """What a start refuses, a reload refuses as well, and says why."""
    service = make_service()
    service.settings["mesh_listen"] = "0.0.0.0:0"
    service.write("a.yaml", route("a"))
    await service.start()
    service.channel["wires"] = ["istio"]
    service.save_settings()
    answer = await service.ask("POST", "/api/v1/reload", json={})
    assert answer.status == 422
    assert "mesh_listen '0.0.0.0:0' is not loopback" in answer.body["detail"]


@pytest.mark.parametrize("missing", ["grpc", "envoy"])
async def test_without_the_extra_it_is_said_what_to_install(
    make_service: Callable[..., Any], missing: str
) -> None:
    service = make_service(wires=list(WIRES))
    hook = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] == {missing!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
    )
    folder = service.folder / "hook"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(hook)
    service.environment["PYTHONPATH"] = str(folder)
    service.settings["mesh_listen"] = "127.0.0.1:0"
    process = service.spawn()
    assert await asyncio.to_thread(process.wait, 40) != 0
    said = service.log
    assert "Traceback" not in said
    assert f"channels have wires, and {missing}" in said
    assert "install galley-config[mesh]" in said


async def reloaded(service: Any) -> list[str]:
    service.save_settings()
    answer = await service.ask("POST", "/api/v1/reload", json={})
    assert answer.status == 200, answer.body
    return list(answer.body["warnings"])


async def free_port() -> str:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return f"127.0.0.1:{port}"
