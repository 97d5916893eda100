"""gRPC's own xDS client (`xds:///`) resolves through the mesh server, and follows."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc

from tests.mesh.envoy.bootstrap import ADS, EXTENSIONS, Json
from tests.mesh.envoy.configs import ROUTER, assignment, cluster, manifest, routes
from tests.mesh.envoy.configs import route as prefix_route
from tests.mesh.envoy.test_served import resources
from tests.mesh.served import serving

CLIENT = """
import sys, grpc
channel = grpc.insecure_channel("xds:///shop")
call = channel.unary_unary("/test.Names/Name")
for line in sys.stdin:
    print(call(b"", timeout=20, wait_for_ready=True).decode(), flush=True)
"""


class Names(grpc.GenericRpcHandler):
    """Answers every call with its name."""

    def __init__(self, name: str) -> None:
        async def answer(request: bytes, context: Any) -> bytes:
            return name.encode()

        self._handler: Any = grpc.unary_unary_rpc_method_handler(answer)

    def service(self, handler_call_details: Any) -> Any:
        return self._handler


@contextlib.asynccontextmanager
async def backend(name: str) -> AsyncIterator[int]:
    server = grpc.aio.server(handlers=[Names(name)])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)


@contextlib.asynccontextmanager
async def client(folder: Path, address: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program that says, for each line that it reads, who answers `xds:///shop`."""
    bootstrap = {
        "xds_servers": [
            {
                "server_uri": address,
                "channel_creds": [{"type": "insecure"}],
                "server_features": ["xds_v3"],
            }
        ],
        "node": {"id": "grpc-1"},
    }
    (folder / "bootstrap.json").write_text(json.dumps(bootstrap))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CLIENT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "GRPC_XDS_BOOTSTRAP": str(folder / "bootstrap.json")},
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def asked(process: asyncio.subprocess.Process) -> str:
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"\n")
    await process.stdin.drain()
    async with asyncio.timeout(30):
        return (await process.stdout.readline()).decode().strip()


def shop(*ports: int) -> list[Json]:
    manager = {
        "@type": f"{EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "shop",
        "rds": {"route_config_name": "shop", "config_source": ADS},
        "http_filters": [{"name": "router", "typed_config": {"@type": ROUTER}}],
    }
    endpoints = assignment("shop", ports)
    for locality in endpoints["spec"]["endpoints"]:  # gRPC takes no locality without a weight
        locality.update({"locality": {"region": "here"}, "load_balancing_weight": 1})
    listener = {"name": "shop", "api_listener": {"api_listener": manager}}
    return [
        cluster("shop", lb_policy="ROUND_ROBIN"),
        endpoints,
        routes("shop", prefix_route("", "shop")),
        manifest("Listener", "shop", listener),
    ]


async def test_it_resolves_and_follows(tmp_path: Path) -> None:
    async with (
        backend("a") as a,
        backend("b") as b,
        serving(*resources(shop(a)).values()) as mesh,
        client(tmp_path, mesh.address) as process,
    ):
        assert await asked(process) == "a"
        mesh.line.replace(resources(shop(b)), "publish")
        async with asyncio.timeout(30):
            while await asked(process) != "b":
                pass
        (member,) = mesh.subscribers()
    assert (member.node, member.nack) == ("grpc-1", "")
