"""Clients that do not read: they wait alone, and not for ever."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from galley.mesh import gate
from galley.mesh.gate import Gate
from tests.mesh.served import Mesh, istio, serving
from tests.mesh.server.talking import SOTW, URL, dialled, until

NEVER_READS = """
import asyncio, sys, grpc
from envoy.service.discovery.v3.discovery_pb2 import DiscoveryRequest

async def main():
    address, method, url, count = sys.argv[1:]
    small = [("grpc.http2.bdp_probe", 0), ("grpc.max_receive_message_length", -1)]
    async with grpc.aio.insecure_channel(address, options=small) as channel:
        calls = [channel.stream_stream(method)() for _ in range(int(count))]
        for call in calls:
            await call.write(DiscoveryRequest(type_url=url).SerializeToString())
        await asyncio.to_thread(sys.stdin.readline)
        for call in calls:
            try:
                while await call.read() is not grpc.aio.EOF:
                    pass
            except grpc.aio.AioRpcError:
                pass
            print((await call.code()).name, flush=True)

asyncio.run(main())
"""


@asynccontextmanager
async def never_reading(mesh: Mesh, count: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Streams of another process that ask and do not read before they are told a line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", NEVER_READS, mesh.address, SOTW, URL, str(count)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def large(count: int = 3000) -> list[Any]:
    """A collection of more than a kilobyte for each."""
    host = ".".join(["x" * 60] * 17)
    return [
        istio("VirtualService", f"n{n}", {"hosts": [f"{n}.{host}.example.com"]})
        for n in range(count)
    ]


async def test_who_does_not_read_is_given_up_and_slows_nobody() -> None:
    """More of them than large messages may be under way."""
    loop = asyncio.get_running_loop()
    stuck = 2 * gate.AT_ONCE
    async with (
        serving(*large(), slow_reader=4.0) as mesh,
        dialled(mesh.address, ("grpc.max_receive_message_length", -1)) as client,
        never_reading(mesh, stuck) as process,
    ):
        await until(lambda: sum(each._stream.sent for each in mesh.server._streams) == stuck)
        begun = loop.time()
        talk = client.talk()
        await talk.ask()
        assert len((await talk.take()).resources) == 3000
        assert loop.time() - begun < 4.0  # the deadline of the others
        await until(lambda: mesh.line.channel.members.connected() == (1, 1))
        mesh.line.publish(istio("VirtualService", "more"))
        assert len((await talk.take()).resources) == 3001
        assert process.stdin
        process.stdin.write(b"read\n")
        await process.stdin.drain()
        output, _ = await asyncio.wait_for(process.communicate(), 20)
        assert set(output.decode().split()) == {"DEADLINE_EXCEEDED"}
        await until(lambda: len(mesh.server._streams) == 1)


async def test_a_stream_counts_until_its_client_has_read_that_it_ended() -> None:
    async with (
        serving(*large(), slow_reader=0.2, streams=2) as mesh,
        dialled(mesh.address) as client,
        never_reading(mesh, 2),
    ):
        await until(lambda: len(mesh.server._streams) == 2)
        await until(lambda: mesh.line.channel.members.connected() == (0, 0))
        assert (await client.talk().ended()).code == "RESOURCE_EXHAUSTED"


async def test_a_client_that_is_cut_in_the_middle_of_a_write_leaves_nothing() -> None:
    async with serving(*large()) as mesh:
        async with never_reading(mesh, 3) as process:
            await until(lambda: sum(each._stream.sent for each in mesh.server._streams) == 3)
            process.kill()
        await until(lambda: not mesh.server._streams)
        assert mesh.line.channel.members.connected() == (0, 0)


async def test_a_stop_does_not_wait_for_those_who_do_not_read() -> None:
    loop = asyncio.get_running_loop()
    async with serving(*large()) as mesh, never_reading(mesh, 3):
        await until(lambda: sum(each._stream.sent for each in mesh.server._streams) == 3)
        begun = loop.time()
        await mesh.server.stop()
        assert loop.time() - begun < 3.0
        await until(lambda: not mesh.server._streams)


async def test_a_turn_at_the_gate_is_over_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "TURN_SECONDS", 0.05)
    shared, under_way = Gate(), 0
    most, done = 0, asyncio.Event()

    async def pass_through(*, stuck: bool) -> None:
        nonlocal under_way, most
        async with shared.passing():
            under_way += not stuck
            most = max(most, under_way)
            await (done.wait() if stuck else asyncio.sleep(0))
            under_way -= not stuck

    async with asyncio.TaskGroup() as group:
        for number in range(gate.AT_ONCE):
            group.create_task(pass_through(stuck=True), name=f"stuck {number}")
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await pass_through(stuck=False)
        done.set()
    assert shared._turns._value == gate.AT_ONCE
    async with asyncio.TaskGroup() as group:
        for number in range(50):
            group.create_task(pass_through(stuck=False), name=f"quick {number}")
    assert most == gate.AT_ONCE
