"""Connections as clients that exist keep them: idle ones that ping, thousands at once, one port."""

import asyncio
import resource
import sys
from collections.abc import Iterator

import pytest

from galley.listening import ListenError
from galley.mesh import server
from galley.mesh.server import OPTIONS, MeshServer
from galley.server.access import Access
from galley.settings import ChannelSettings, MeshSettings, ServiceSettings
from tests.mesh.served import serving, virtual_services
from tests.mesh.server.talking import SOTW, URL, dialled

SCALE = 10
"""Times are so much shorter here; C-core pings once a second at most."""
PINGS = (
    ("grpc.keepalive_time_ms", 10_000 // SCALE),
    ("grpc.keepalive_timeout_ms", 10_000 // SCALE),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.keepalive_permit_without_calls", 1),
)
"""A client that pings every ten seconds, the least that grpc-go's clients can be told."""

OPENS = """
import asyncio, gc, sys, grpc
from envoy.service.discovery.v3.discovery_pb2 import DiscoveryRequest

async def main():
    gc.disable()
    address, method, url, streams, connections = sys.argv[1:]
    own = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
    channels = [grpc.aio.insecure_channel(address, options=own) for _ in range(int(connections))]
    await asyncio.gather(*(channel.channel_ready() for channel in channels))
    request = DiscoveryRequest(type_url=url).SerializeToString()

    async def one(number):
        call = channels[number % len(channels)].stream_stream(method)()
        try:
            await call.write(request)
            answered = await call.read() is not grpc.aio.EOF
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            return (await call.code()).name
        return "answered" if answered else (await call.code()).name

    print(*await asyncio.gather(*(one(number) for number in range(int(streams)))), flush=True)
    await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
"""


@pytest.fixture
def many_files() -> Iterator[None]:
    """Each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def scaled(name: str, value: int) -> tuple[str, int]:
    return (name, value // SCALE) if name.endswith("_ms") else (name, value)


async def idle(seconds: float) -> bool:
    """Whether a stream is still there after so long without a word but pings."""
    async with serving(*virtual_services("a")) as mesh, dialled(mesh.address, *PINGS) as client:
        talk = client.talk()
        await talk.ask()
        await talk.take()
        await asyncio.sleep(seconds)  # being idle is the point
        if talk.call.done():
            return False
        mesh.line.publish(*virtual_services("b"))
        return len((await talk.take()).resources) == 2


async def test_an_idle_client_that_pings_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "OPTIONS", tuple(scaled(*each) for each in OPTIONS))
    assert await idle(55 / SCALE)


async def test_without_the_option_it_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above is able to fail."""
    without = tuple(each for each in OPTIONS if "without_data" not in each[0])
    monkeypatch.setattr(server, "OPTIONS", without)
    assert not await idle(55 / SCALE)


@pytest.mark.slow
@pytest.mark.parametrize("connections", [6, 600])
async def test_six_thousand_simultaneous_opens_all_succeed(
    many_files: None, connections: int
) -> None:
    streams = 6000
    async with serving(*virtual_services("ab")) as mesh:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", OPENS, mesh.address, SOTW, URL, str(streams)),
            str(connections),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 20,
        )
        assert process.stdout
        assert process.stdin
        async with asyncio.timeout(90):
            outcomes = (await process.stdout.readline()).decode().split()
        assert mesh.line.channel.members.connected()[0] == streams
        process.stdin.write(b"\n")
        await process.wait()
    assert outcomes == ["answered"] * streams


async def test_a_second_server_on_the_same_port_is_refused() -> None:
    async with serving(*virtual_services("a")) as mesh:
        listen = mesh.address
        with pytest.raises(ListenError, match=f"{listen}.*in use"):
            await starting(listen).start()


async def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ListenError, match="no-such-host"):
        await starting("no-such-host.invalid:9901").start()


def starting(listen: str) -> MeshServer:
    channel = ChannelSettings(name="default", wires=("istio",))
    settings = ServiceSettings(mesh_listen=listen, channels=(channel,), mesh=MeshSettings())
    return MeshServer(settings, dict, lambda: Access(()))
