"""What the worker tells is taken in in its order, also while something else takes long."""

import asyncio
from typing import Any

from envoy.service.discovery.v3.discovery_pb2 import DiscoveryResponse

from galley.server.slices import Job
from tests.mesh.served import MeshLine, istio, virtual_services
from tests.mesh.xds.clients import WorldClient
from tests.mesh.xds.conftest import URL


def occupied(line: MeshLine) -> "asyncio.Future[None]":
    """The channel is busy until the next turn of the loop."""

    def work() -> Job[None]:
        yield 60.0
        yield 60.0

    return line.channel.run(work())


async def settled(line: MeshLine) -> None:
    def nothing() -> Job[None]:
        return
        yield

    await line.channel.run(nothing())


def reads_when_woken(client: WorldClient) -> list[DiscoveryResponse]:
    """What it is sent, taken at the very moment at which it is woken."""
    found: list[DiscoveryResponse] = []

    def wake() -> None:
        if (response := client.receive()) is not None:
            client.answer(response)
            found.append(response)

    for watch in client.session._watches.values():
        watch.member.wake = wake
    return found


async def test_a_version_has_its_own_forms_and_not_those_of_the_next(line: Any, world: Any) -> None:
    line.publish(istio("VirtualService", "a", {"hosts": ["zero"]}))
    client = world()
    client.ask(URL)
    client.drain()
    received = reads_when_woken(client)
    busy = occupied(line)
    line.publish(istio("VirtualService", "a", {"hosts": ["one"]}))
    line.publish(istio("VirtualService", "a", {"hosts": ["two"]}), *virtual_services("b"))
    await busy
    await settled(line)
    first, second = received
    assert (len(first.resources), len(second.resources)) == (1, 2)
    assert b"one" in first.resources[0].value
    assert b"two" in second.resources[0].value


async def test_a_reload_that_has_to_wait_ends_with_wires_that_are_ready(
    line: Any, world: Any
) -> None:
    line.publish(*virtual_services("ab"))
    busy = occupied(line)
    line.load()
    await busy
    await settled(line)
    client = world()
    client.ask(URL)
    assert len(client.receive().resources) == 2
